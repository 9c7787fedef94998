"""Narrate: facts and findings to sections whose every number is a slot.

With a model: two calls, analysis and report, each answer through the door. Without
one, or where it fails, templates write. Nothing from a file reaches the model but
the statements that analyse wrote about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from baseline_collector.errors import ModelError
from baseline_collector.llm.port import LanguageModel
from baseline_collector.model import Analysis, ModelCall, Narrative, Refused, Section
from baseline_collector.narrate.door import admit
from baseline_collector.narrate.persona import DEFAULT_PERSONA, load_persona
from baseline_collector.narrate.plan import SECTIONS, Material, Sentence, gather
from baseline_collector.narrate.prompt import Redact, budget, compose
from baseline_collector.narrate.styles import Choosing, Style, Wording
from baseline_collector.narrate.tasks import Task, analysis_task, report_task
from baseline_collector.narrate.templates import section
from baseline_collector.narrate.writing_check import WritingCheck, check_writing

__all__ = ["DEFAULT_PERSONA", "SECTIONS", "WritingCheck", "check_writing", "load_persona",
           "narrate"]

TEMPLATES = "templates"
OnCall = Callable[[ModelCall], None]


@dataclass(slots=True)
class _Draft:
    """What a model has said so far."""

    sentences: list[Sentence] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    calls: list[ModelCall] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)


def _unchanged(text: str) -> str:
    return text


def narrate(analysis: Analysis, *, llm: LanguageModel | None, persona: str, timeout_s: float,
            note: str = "", budget_tokens: int = 2000, free_writing: bool = False,
            redact: Redact = _unchanged, on_call: OnCall | None = None) -> Narrative:
    """Write the report's words.

    Args:
        analysis: Facts, findings and names.
        llm: The model, or None for templates alone.
        persona: Who the model is told to be.
        timeout_s: Bound on each call, seconds.
        note: Why there is no model, where there is none.
        budget_tokens: Prompt and answer of one call together; the model's own context
            window is kept too where it is smaller.
        free_writing: Whether the model may word sentences itself. Set it only for a model
            that passed ``check_writing``, which ``doctor`` runs; others choose from a list.
        redact: Masks secrets and personal paths in everything the model is sent.
        on_call: Told of each call once it has ended.

    Returns:
        All sections in order. A section that holds a sentence of the model says so in its
        source; a model that fails or says nothing printable leaves templates and a note.
    """
    material = gather(analysis)
    draft = _Draft(notes=[note] if note else [])
    if llm is not None:
        _converse(draft, material, llm, Wording() if free_writing else Choosing(material),
                  persona=persona, budget_tokens=budget_tokens, redact=redact,
                  timeout_s=timeout_s, on_call=on_call)
    return Narrative(
        writer=llm.name if llm is not None and draft.sentences else TEMPLATES,
        sections=tuple(_section(name, material, draft.sentences) for name in SECTIONS),
        accepted=len(draft.sentences),
        rejected=tuple(draft.refused),
        calls=tuple(draft.calls),
        note="; ".join(draft.notes),
    )


def _section(name: str, material: Material, sentences: Iterable[Sentence]) -> Section:
    said = tuple(sentence for sentence in sentences if sentence.section == name)
    return Section(name, "model" if said else "template", section(name, material, said))


def _converse(draft: _Draft, material: Material, llm: LanguageModel, style: Style, *,
              persona: str, budget_tokens: int, redact: Redact, timeout_s: float,
              on_call: OnCall | None) -> None:
    """Make the two calls; a call that fails ends the conversation, not the report."""
    def call(task: Task) -> None:
        composed = compose(task, material, style, persona=persona,
                           room=budget(llm, budget_tokens), redact=redact, timeout_s=timeout_s)
        if composed is None:
            draft.notes.append(f"nothing to ask the model in the {task.purpose} call")
            return
        ask, kept = composed
        answer = llm.ask(ask)
        draft.calls.append(answer.call)
        if on_call:
            on_call(answer.call)
        _take(draft, material, *style.parse(kept, answer.text))

    try:
        call(analysis_task(material))
        call(report_task(material, (sentence.about for sentence in draft.sentences)))
    except (ModelError, TimeoutError) as error:
        draft.notes.append(f"the model gave up after {_calls(len(draft.calls))}, templates wrote "
                           f"what was missing: {error}")
    if draft.calls and not draft.sentences:
        draft.notes.append("no sentence of the model could be printed; "
                           "templates wrote all sections")


def _calls(count: int) -> str:
    return ("no call", "one call")[min(count, 1)]


def _take(draft: _Draft, material: Material, said: list[Sentence], lost: list[Refused]) -> None:
    accepted, turned_away = admit(said, material, draft.printed)
    draft.sentences += accepted
    draft.refused += [*lost, *turned_away]
