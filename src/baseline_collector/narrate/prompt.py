"""What a model is shown: persona, rules, facts and findings as lines, within a budget.

A line is an id, a topic and a sentence of ours with slots. No number, no name, no
key and no text from an artifact stands in a prompt: an artifact that says "ignore
your instructions" is ``{N3}`` here, like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from baseline_collector import slots
from baseline_collector.llm.port import Ask, LanguageModel
from baseline_collector.narrate.plan import Material, ended, words
from baseline_collector.narrate.styles import Style
from baseline_collector.narrate.tasks import Task

Redact = Callable[[str], str]
Count = Callable[[str], int]

TEMPLATE_TOKENS: Final = 48
"""Room for what a chat template puts around system and user text."""
MOST_ANSWER_TOKENS: Final = 640
UNTOLD_WINDOW: Final = 4096
"""Tokens taken for the window of a server that does not tell it."""
CHARACTERS_A_TOKEN: Final = 2
"""A low guess, on purpose: slots take nearly a token a character."""
MOST_REASONS: Final = 6
"""Refused sentences that a model is told of when it is asked again."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens a call may take, and how they are counted.

    Attributes:
        tokens: Prompt and answer together.
        count: Tokens of a text.
    """

    tokens: int
    count: Count

    @property
    def answer(self) -> int:
        """Tokens left for the answer."""
        return min(self.tokens // 3, MOST_ANSWER_TOKENS)

    @property
    def prompt(self) -> int:
        """Tokens left for system and user text."""
        return self.tokens - self.answer - TEMPLATE_TOKENS


def budget(llm: LanguageModel, tokens: int) -> Budget:
    """Return the smaller of what is allowed and what the model's context window holds."""
    window = llm.context_tokens() or UNTOLD_WINDOW

    def count(text: str) -> int:
        counted = llm.count_tokens(text)
        return -(-len(text.encode()) // CHARACTERS_A_TOKEN) if counted is None else counted
    return Budget(min(tokens, window), count)


def compose(task: Task, material: Material, style: Style, *, persona: str, room: Budget,
            redact: Redact, timeout_s: float, options: Mapping[str, object] | None = None,
            ) -> tuple[Ask, Task] | None:
    """Write a prompt that fits: candidates are cut whole, the least important first.

    Args:
        task: What to ask.
        material: The analysis.
        style: How to ask it.
        persona: Who the model is; cut by whole lines to a quarter of the room.
        room: Tokens the call may take.
        redact: Masks secrets and personal paths.
        timeout_s: Bound on the call, seconds.
        options: Sampling options, sent and recorded with the call.

    Returns:
        The call, and the task as far as it fitted; None where not even one line does.
    """
    system = redact(f"{_persona(persona, room)}\n{style.rules()}".strip())
    ranked = task.ranked()
    free = room.prompt - room.count(system)
    most = _most(len(ranked), lambda k: room.count(
        redact(_text(task.within(ranked[:k]), material, style))) <= free)
    if not most:
        return None
    kept = task.within(ranked[:most])
    return Ask(purpose=task.purpose, system=system, prompt=redact(_text(kept, material, style)),
               schema=style.schema(kept), max_tokens=room.answer, options=options or {},
               timeout_s=timeout_s), kept


def _most(length: int, fits: Callable[[int], bool]) -> int:
    """Return the largest k up to length that fits, given that smaller ones fit too."""
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _persona(persona: str, room: Budget) -> str:
    lines = persona.strip().splitlines()
    kept = _most(len(lines), lambda k: room.count("\n".join(lines[:k])) <= room.prompt // 4)
    return "\n".join(lines[:kept])


def _text(task: Task, material: Material, style: Style) -> str:
    ids = task.ranked()
    lines = [_line(id_, material) for id_ in _reading_order(ids, material)]
    text = "\n".join(lines)
    parts = ["Facts and findings:", text, _names(text, material), _told(task.told),
             _again(task), "", style.instructions(task)]
    return "\n".join(part for at, part in enumerate(parts) if part or at == len(parts) - 2)


def _reading_order(ids: Sequence[str], material: Material) -> list[str]:
    """Facts as the report has them, then findings, most severe first."""
    order = [*material.facts, *(finding.id for finding in material.findings)]
    return sorted(ids, key=order.index)


def _line(id_: str, material: Material) -> str:
    fact = material.facts.get(id_)
    if fact:
        return f"{id_} {words(fact.topic)}: {material.opaque(ended(fact.statement))}"
    finding = material.finding(id_)
    if finding is None:  # ranked() holds ids of this material only
        raise KeyError(id_)
    advice = f" To do: {ended(finding.recommendation)}" if finding.recommendation else ""
    return f"{id_} {finding.severity}: {material.opaque(f'{ended(finding.title)}{advice}')}"


def _names(text: str, material: Material) -> str:
    named = [id_ for id_ in dict.fromkeys(slots.ids(text)) if id_ in material.names]
    kinds = [f"{{{id_}}} {_kind(material.names[id_].kind)}" for id_ in named]
    return f"Names: {', '.join(kinds)}" if kinds else ""


def _kind(kind: str) -> str:
    """Kinds are ours, but a kind that is no plain word is not shown either."""
    return kind if re.fullmatch(r"[a-z][a-z_ ]{0,23}", kind) else "name"


def _again(task: Task) -> str:
    """What was refused the first time, and why; digits are masked, or they would be copied."""
    lines = [f"- {_masked(one.text)} ({_masked(one.reason)})"
             for one in task.refused[:MOST_REASONS]]
    return "\n".join(["Refused, write it otherwise:", *lines]) if lines else ""


def _masked(text: str) -> str:
    # Slots and ids keep their digits; any other is the model's own.
    return re.sub(r"(?<![FNR\d])\d+", "#", text)


def _told(ids: Iterable[str]) -> str:
    told = " ".join(ids)
    return f"The report speaks already of: {told}" if told else ""
