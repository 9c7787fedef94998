"""Narrate: facts and findings to sections whose every number is a slot.

With a model: one section after the other, each answer through the door. Without one, or
where it fails, templates write. Nothing from a file reaches the model but the statements
that analyse wrote about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from baseline_collector.llm.port import LanguageModel
from baseline_collector.model import Analysis
from baseline_collector.narrate.converse import Draft, OnCall, Terms, converse
from baseline_collector.narrate.persona import DEFAULT_PERSONA, load_persona
from baseline_collector.narrate.plan import SECTIONS, Material, Sentence, gather
from baseline_collector.narrate.prompt import Redact, budget
from baseline_collector.narrate.tasks import ANALYSIS
from baseline_collector.narrate.templates import section
from baseline_collector.narrate.writing_check import WritingCheck, check_writing
from baseline_collector.report import Narrative, Section

__all__ = ["ANALYSIS", "DEFAULT_PERSONA", "SECTIONS", "WritingCheck", "check_writing",
           "load_persona", "narrate"]

TEMPLATES = "templates"


def _unchanged(text: str) -> str:
    return text


def narrate(analysis: Analysis, *, llm: LanguageModel | None, persona: str, timeout_s: float,
            note: str = "", budget_tokens: int = 2000, free_writing: bool | None = None,
            options: Mapping[str, object] | None = None, redact: Redact = _unchanged,
            on_call: OnCall | None = None) -> Narrative:
    """Write the report's words.

    Args:
        analysis: Facts, findings and names.
        llm: The model, or None for templates alone.
        persona: Who the model is told to be.
        timeout_s: Bound on each call, seconds.
        note: Why there is no model, where there is none.
        budget_tokens: Prompt and answer of one call together; the model's own context
            window is kept too where it is smaller.
        free_writing: Whether the model may word sentences itself; None leaves that to its
            size. Others choose from a list.
        options: Sampling options (seed, temperature), sent and recorded with each call.
        redact: Masks secrets and personal paths in everything the model is sent.
        on_call: Told of each call once it has ended.

    Returns:
        All sections in order. A section that holds a sentence of the model says so in its
        source; a model that fails or says nothing printable leaves templates and a note.
    """
    material = gather(analysis)
    draft = Draft(notes=[note] if note else [])
    if llm is not None:
        terms = Terms(persona, budget(llm, budget_tokens), redact, timeout_s, options or {},
                      on_call)
        converse(draft, material, llm, terms, words=free_writing)
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
