"""The conversation with a model: one section after the other, each answer through the door.

    ask for a section -> door -> ask once more for what was refused -> door -> next section

What is refused twice is dropped, and a section with nothing left is a template's. A model
of some size words sentences; a small one, and one whose own words were mostly refused,
chooses among ours. One call that fails ends the conversation, not the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from baseline_collector.errors import ModelError
from baseline_collector.llm.port import LanguageModel
from baseline_collector.narrate.door import admit
from baseline_collector.narrate.plan import Material, Sentence
from baseline_collector.narrate.prompt import Budget, Redact, compose
from baseline_collector.narrate.styles import Choosing, Style, Wording
from baseline_collector.narrate.tasks import ASKED_OF_SMALL, KEYS, Task, task
from baseline_collector.report import ModelCall, Refused

OnCall = Callable[[ModelCall], None]

SMALL: Final = 1_000_000_000
"""Parameters below which a model is asked for few sections: a processor reads slowly."""
WORDS_FROM: Final = 2_000_000_000
"""Parameters from which a model may word sentences itself."""
LEAST_SHARE: Final = 0.5
"""Of a model's own sentences in a section; below it, it chooses from then on."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a model is asked.

    Attributes:
        persona: Who it is told to be.
        room: Tokens a call may take.
        redact: Masks secrets and personal paths in everything that is sent.
        timeout_s: Bound on each call, seconds.
        options: Sampling options, sent and recorded with each call.
        on_call: Told of each call once it has ended.
    """

    persona: str
    room: Budget
    redact: Redact
    timeout_s: float
    options: Mapping[str, object]
    on_call: OnCall | None


@dataclass(slots=True)
class Draft:
    """What a model has said so far."""

    sentences: list[Sentence] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    calls: list[ModelCall] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)

    @property
    def told(self) -> tuple[str, ...]:
        """Ids of the facts and findings spoken of, in order; a comparison speaks of two."""
        return tuple(dict.fromkeys(
            id_ for sentence in self.sentences for id_ in sentence.about.split()))


def converse(draft: Draft, material: Material, llm: LanguageModel, terms: Terms, *,
             words: bool | None) -> None:
    """Let a model fill the sections.

    Args:
        draft: Where its sentences and calls are kept.
        material: The analysis.
        llm: The model.
        terms: How it is asked.
        words: Whether it may word sentences; None leaves that to its size.
    """
    size = llm.parameters()
    small = size is not None and size < SMALL
    may_word = (size is None or size >= WORDS_FROM) if words is None else words
    style: Style = Wording(material) if may_word else Choosing(material)
    try:
        for section in KEYS:
            if section in ASKED_OF_SMALL or not small:
                style = _section(draft, material, llm, terms, style, section)
    except (ModelError, TimeoutError) as error:
        draft.notes.append(f"the model gave up after {_calls(len(draft.calls))}, templates wrote "
                           f"what was missing: {error}")
    if not draft.calls and not draft.notes:
        draft.notes.append("nothing to ask the model")
    elif draft.calls and not draft.sentences:
        draft.notes.append("no sentence of the model could be printed; "
                           "templates wrote all sections")


def _section(draft: Draft, material: Material, llm: LanguageModel, terms: Terms, style: Style,
             section: str) -> Style:
    """Fill one section in at most two calls; return the style of the next."""
    first = task(section, material, draft.told)
    accepted, refused, lost = _call(draft, material, llm, terms, style, first)
    if refused:
        said = {id_ for sentence in accepted for id_ in sentence.about.split()}
        again = first.again(lost, said, refused)
        accepted += _call(draft, material, llm, terms, style, again)[0]
    if isinstance(style, Wording) and len(accepted) < LEAST_SHARE * (len(accepted) + len(refused)):
        draft.notes.append("the model's own words were mostly refused; it chose among ours from "
                           f"the {KEYS[section]} on")
        return Choosing(material)
    return style


def _call(draft: Draft, material: Material, llm: LanguageModel, terms: Terms, style: Style,
          asked: Task) -> tuple[list[Sentence], list[Refused], list[str]]:
    """Ask once; return what was accepted, what was refused, and the ids of the refused."""
    composed = compose(asked, material, style, persona=terms.persona, room=terms.room,
                       redact=terms.redact, timeout_s=terms.timeout_s, options=terms.options)
    if composed is None:
        return [], [], []
    ask, kept = composed
    answer = llm.ask(ask)
    draft.calls.append(answer.call)
    if terms.on_call:
        terms.on_call(answer.call)
    said, lost = style.parse(kept, answer.text)
    accepted, turned_away = admit(said, material, draft.printed)
    draft.sentences += accepted
    draft.refused += [*lost, *turned_away]
    kept_texts = {sentence.about for sentence in accepted}
    ids = [id_ for sentence in said if sentence.about not in kept_texts
           for id_ in sentence.about.split()]
    return accepted, [*lost, *turned_away], ids


def _calls(count: int) -> str:
    return ("no call", "one call", "some calls")[min(count, 2)]
