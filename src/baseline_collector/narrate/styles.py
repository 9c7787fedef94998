"""Two ways to ask: a model chooses from a list, or words sentences of its own.

Both answer in JSON held to a schema, and both end as ``Sentence``s that have yet to
pass the door. Small models choose, larger ones word; see ``converse``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Protocol

from baseline_collector.narrate import lexical
from baseline_collector.narrate.door import refused
from baseline_collector.narrate.frames import Frame, offered
from baseline_collector.narrate.plan import Material, Sentence
from baseline_collector.narrate.tasks import KEYS, Question, Task
from baseline_collector.report import Refused

Schema = Mapping[str, object]
Parsed = tuple[list[Sentence], list[Refused]]

LEAST_LISTED: Final = 3
"""Small models stop a list after one item if they may."""
MOST_WORDED: Final = 6
"""Sentences a model may word for one section."""
MOST_OFFERED: Final = 12
"""Facts and findings they may be about; each brings its own words into the schema."""


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
            f"{q.key}: {'ids in order' if q.most > 1 else 'one id'} of {' '.join(q.candidates)}"
            for q in task.questions)
        return f"Ways to say it:\n{ways}\n\nQuestions about the {KEYS[task.section]}:\n{asked}"

    def schema(self, task: Task) -> Schema:
        """Allow exactly the choices that give a sentence."""
        return _object({question.key: self._allowed(question, turn)
                        for turn, question in enumerate(task.questions)})

    def parse(self, task: Task, answer: str) -> Parsed:
        """Turn choices into sentences; what was not on the list is refused.

        An id chosen twice in one list is one choice.
        """
        sentences: dict[tuple[str, str], Sentence] = {}
        lost: list[Refused] = []
        found = _loaded(answer)
        if found is None:
            return [], [refused(answer, NO_JSON)]
        for turn, question in enumerate(task.questions):
            given = found.get(question.key)
            for choice in given if isinstance(given, list) else [given]:
                sentence = self._sentence(question, turn, choice)
                if sentence:
                    sentences.setdefault((question.key, sentence.about), sentence)
                else:
                    lost.append(refused(str(choice), f"choice: not offered as {question.key}"))
        return list(sentences.values()), lost

    def _ways(self, task: Task) -> list[Frame]:
        """The frames that can be chosen in this task, each once."""
        return list(dict.fromkeys(
            frame for turn, question in enumerate(task.questions) for id_ in question.candidates
            for frame in offered(id_, self._material, task.section, turn)))

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
    """The model words sentences with slots; the schema holds the words, the door judges all."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def rules(self) -> str:
        """Say what the door will ask."""
        return (
            "You write sentences about the facts and findings below. Answer in JSON.\n"
            "Put {F3} where the value of fact F3 belongs, {F3.n} for its number of observations; "
            "code fills in number and unit.\n"
            "Write no digit, no number word, no unit, no cause and no praise. "
            "Name one fact in each sentence. Use the words of the fact you name, and keep its "
            "slots in their order. Plain sentences, no markup.\n"
            "Where two facts are offered for comparison, write {cmp:F3,F4} than {F4} after {F3}; "
            "code fills in the word.")

    def instructions(self, task: Task) -> str:
        """Name the section and what it may speak of."""
        ids = " ".join(task.ranked()[:MOST_OFFERED])
        asked = [f"Write up to {_SPELLED} sentences for the section called {KEYS[task.section]}, "
                 f"each with the id it is about: {ids}"]
        asked += [f"To compare: {first} with {second}" for first, second in task.pairs]
        return "\n".join(asked)

    def schema(self, task: Task) -> Schema:
        """Ask for sentences, each held to the words of what it is about."""
        forms = [self._form(id_, lexical.sentence(id_, self._material))
                 for id_ in task.ranked()[:MOST_OFFERED]]
        forms += [self._form(f"{first} {second}",
                             lexical.comparison(first, second, self._material))
                  for first, second in task.pairs]
        return _object({SENTENCES: {"type": "array", "minItems": 1, "maxItems": MOST_WORDED,
                                    "items": {"anyOf": forms}}})

    def parse(self, task: Task, answer: str) -> Parsed:
        """Read the sentences; an item that is none is refused."""
        found = _loaded(answer)
        if found is None:
            return [], [refused(answer, NO_JSON)]
        sentences: list[Sentence] = []
        lost: list[Refused] = []
        items = found.get(SENTENCES)
        for item in items if isinstance(items, list) else [items]:
            match item:
                case {"about": str(about), "text": str(text)}:
                    sentences.append(Sentence(task.section, text, about))
                case _:
                    lost.append(refused(str(item), "answer: no sentence with its id"))
        return sentences, lost

    def _form(self, about: str, pattern: str) -> Schema:
        return _object({"about": {"type": "string", "enum": [about]},
                        "text": {"type": "string", "pattern": pattern}})


SENTENCES: Final = "sentences"
NO_JSON: Final = "answer: not the JSON that was asked for"
_SPELLED: Final = "six"
"""``MOST_WORDED`` in a word: a prompt without digits is copied without digits."""


def _object(properties: Mapping[str, object]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


def _loaded(answer: str) -> dict[str, object] | None:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
