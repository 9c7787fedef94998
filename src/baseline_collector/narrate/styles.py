"""Two ways a model may write: choose from a list, or word sentences of its own.

Both answer in JSON held to a schema, and both end as ``Sentence``s that have yet to
pass the door. Small models choose; models that passed the writing check word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from baseline_collector.model import Refused
from baseline_collector.narrate.door import refused
from baseline_collector.narrate.frames import Frame, offered
from baseline_collector.narrate.plan import Material, Sentence
from baseline_collector.narrate.tasks import KEYS, Question, Task

Schema = Mapping[str, object]
Parsed = tuple[list[Sentence], list[Refused]]

LEAST_LISTED: Final = 3
"""Small models stop a list after one item if they may."""
MOST_WORDED: Final = 6
"""Sentences a model may word for one section."""


class Style(Protocol):
    """How a model is asked and its answer read."""

    def rules(self) -> str:
        """What the system text says after the persona."""

    def instructions(self, task: Task) -> str:
        """What the prompt says after the list of facts and findings."""

    def schema(self, task: Task) -> Schema:
        """The JSON schema of the answer."""

    def parse(self, task: Task, answer: str) -> Parsed:
        """Read an answer: sentences for the door, and what was no sentence at all."""


class Choosing:
    """The model picks ids and frames; the sentences are ours."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def rules(self) -> str:
        """Say that choosing is all there is to do."""
        return ("You choose what the report says. Each choice is an id and a way to say it. "
                "Answer in JSON. Choose what matters most to the reader.")

    def instructions(self, task: Task) -> str:
        """List the ways to say it and the questions."""
        ways = "\n".join(f"{frame.key}: {frame.about}" for frame in self._ways(task))
        asked = "\n".join(
            f"{KEYS[q.section]} / {q.key}: {'ids in order' if q.most > 1 else 'one id'} of "
            f"{' '.join(q.candidates)}" for q in task.questions)
        return f"Ways to say it:\n{ways}\n\nQuestions:\n{asked}"

    def schema(self, task: Task) -> Schema:
        """Allow exactly the choices that give a sentence."""
        return _object({
            KEYS[section]: _object({
                question.key: self._allowed(question, turn)
                for turn, question in enumerate(task.asked(section))
            })
            for section in task.sections
        })

    def parse(self, task: Task, answer: str) -> Parsed:
        """Turn choices into sentences; what was not on the list is refused."""
        sentences: list[Sentence] = []
        lost: list[Refused] = []
        found = _loaded(answer)
        if found is None:
            return [], [refused(answer, "answer: not the JSON that was asked for")]
        for section in task.sections:
            part = found.get(KEYS[section])
            for turn, question in enumerate(task.asked(section)):
                given = part.get(question.key) if isinstance(part, dict) else None
                for choice in given if isinstance(given, list) else [given]:
                    sentence = self._sentence(question, turn, choice)
                    if sentence:
                        sentences.append(sentence)
                    else:
                        lost.append(refused(str(choice), f"choice: not offered as {question.key}"))
        return sentences, lost

    def _ways(self, task: Task) -> list[Frame]:
        """The frames that can be chosen in this task, each once."""
        return list(dict.fromkeys(
            frame for section in task.sections
            for turn, question in enumerate(task.asked(section))
            for id_ in question.candidates
            for frame in offered(id_, self._material, section, turn)))

    def _choices(self, question: Question, turn: int) -> dict[str, Sentence]:
        return {
            f"{id_} {frame.key}": Sentence(question.section, frame.fill(id_, self._material), id_)
            for id_ in question.candidates
            for frame in offered(id_, self._material, question.section, turn)
        }

    def _allowed(self, question: Question, turn: int) -> Schema:
        choice = {"type": "string", "enum": list(self._choices(question, turn))}
        if question.most == 1:
            return choice
        return {"type": "array", "items": choice, "minItems": min(question.most, LEAST_LISTED),
                "maxItems": question.most}

    def _sentence(self, question: Question, turn: int, choice: object) -> Sentence | None:
        return self._choices(question, turn).get(choice) if isinstance(choice, str) else None


class Wording:
    """The model words sentences with slots; the door judges every one."""

    def rules(self) -> str:
        """Say what the door will ask."""
        return (
            "You write sentences about the facts and findings below. Answer in JSON.\n"
            "Put {F3} where the value of fact F3 belongs, {F3.n} for its number of observations; "
            "code fills in number and unit.\n"
            "Write no digit, no number word, no unit, no cause, no comparison and no praise. "
            "Name one fact in each sentence. Use the words of the fact you name, and keep its "
            "slots in their order. Plain sentences, no markup.")

    def instructions(self, task: Task) -> str:
        """Name the sections and what each may speak of."""
        asked = "\n".join(f"{KEYS[section]}: about {' '.join(_ids(task, section))}"
                          for section in task.sections)
        return (f"Write up to {_SPELLED} sentences for each section, each with the id it is "
                f"about:\n{asked}")

    def schema(self, task: Task) -> Schema:
        """Ask for sentences by section, each with the id it is about."""
        return _object({
            KEYS[section]: {
                "type": "array", "minItems": 1, "maxItems": MOST_WORDED,
                "items": _object({
                    "about": {"type": "string", "enum": list(_ids(task, section))},
                    "text": {"type": "string"},
                }),
            }
            for section in task.sections
        })

    def parse(self, task: Task, answer: str) -> Parsed:
        """Read the sentences; an item that is none is refused."""
        found = _loaded(answer)
        if found is None:
            return [], [refused(answer, "answer: not the JSON that was asked for")]
        sentences: list[Sentence] = []
        lost: list[Refused] = []
        for section in task.sections:
            items = found.get(KEYS[section])
            for item in items if isinstance(items, list) else [items]:
                match item:
                    case {"about": str(about), "text": str(text)}:
                        sentences.append(Sentence(section, text, about))
                    case _:
                        lost.append(refused(str(item), "answer: no sentence with its id"))
        return sentences, lost


_SPELLED: Final = "six"
"""``MOST_WORDED`` in a word: a prompt without digits is copied without digits."""


def _ids(task: Task, section: str) -> Sequence[str]:
    return tuple(dict.fromkeys(id_ for question in task.asked(section)
                               for id_ in question.candidates))


def _object(properties: Mapping[str, object]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


def _loaded(answer: str) -> dict[str, object] | None:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
