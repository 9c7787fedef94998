"""Whether a model may word sentences itself: a small exam with known facts.

``doctor`` runs it and shows the result, so that a person can decide on ``--free-writing``
for a model that is small and would choose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from baseline_collector.llm.port import LanguageModel
from baseline_collector.model import Analysis, Fact, Finding, Interval, Name
from baseline_collector.narrate.door import admit
from baseline_collector.narrate.plan import PERFORMANCE, gather
from baseline_collector.narrate.prompt import budget, compose
from baseline_collector.narrate.styles import MOST_WORDED, Wording
from baseline_collector.narrate.tasks import Question, Task
from baseline_collector.report import ModelCall, Refused

LEAST_SENTENCES: Final = 4
LEAST_SHARE: Final = 0.8
LEAST_FACTS: Final = 3
"""A model that says one thing in four ways has not shown that it can write."""


@dataclass(frozen=True, slots=True)
class WritingCheck:
    """How a model did.

    Attributes:
        passed: Whether it may word sentences itself.
        score: Share of its sentences that passed the door; 0.0 for none written.
        sentences: Those that passed.
        refused: Those that did not, and why.
        reason: Why it did not pass; empty where it did.
        call: The measured call; None where nothing fitted the model's window.
    """

    passed: bool
    score: float
    sentences: tuple[str, ...]
    refused: tuple[Refused, ...]
    reason: str
    call: ModelCall | None


def check_writing(llm: LanguageModel, *, timeout_s: float = 120.0,
                  budget_tokens: int = 2000) -> WritingCheck:
    """Let a model word sentences about known facts and judge them as a report's are.

    Args:
        llm: The model.
        timeout_s: Bound on the call, seconds.
        budget_tokens: Prompt and answer together.

    Returns:
        The result: passed with at least 4 sentences, 4 of 5 through the door, and 3 of
        the facts spoken of.

    Raises:
        ModelError: The model does not answer.
    """
    material = gather(EXAM)
    ids = tuple(material.facts)
    task = Task(PERFORMANCE, (Question(PERFORMANCE, "facts", ids, MOST_WORDED),))
    style = Wording(material)
    composed = compose(task, material, style, persona="", room=budget(llm, budget_tokens),
                       redact=str, timeout_s=timeout_s)
    if composed is None:
        return WritingCheck(False, 0.0, (), (), "the context window is too small", None)
    answer = llm.ask(replace(composed[0], purpose="check"))
    said, lost = style.parse(composed[1], answer.text)
    accepted, refused = admit(said, material, set())
    written = len(said) + len(lost)
    score = len(accepted) / written if written else 0.0
    reason = _verdict(len(accepted), score, len({sentence.about for sentence in accepted}))
    return WritingCheck(not reason, score, tuple(sentence.text for sentence in accepted),
                        (*lost, *refused), reason, answer.call)


def _verdict(accepted: int, score: float, facts: int) -> str:
    if accepted < LEAST_SENTENCES:
        return f"{accepted} sentences passed the door, {LEAST_SENTENCES} are needed"
    if score < LEAST_SHARE:
        return f"{score:.0%} of the sentences passed the door, {LEAST_SHARE:.0%} are needed"
    if facts < LEAST_FACTS:
        return f"the sentences speak of {facts} facts, {LEAST_FACTS} are needed"
    return ""


def _fact(id_: str, statement: str, value: float, *, metric: str | None = None,
          statistic: str = "count", unit: str | None = None, n: int | None = None,
          interval: Interval | None = None) -> Fact:
    return Fact(id_, statement, metric, statistic, value, unit, n, interval,
                estimator="exam", scope={}, sources=())


EXAM: Final = Analysis(
    facts=(
        _fact("F1", "The mean throughput of {N1} is {F1} over {F1.n} runs.", 41.5,
              metric="throughput", statistic="mean", unit="tok/s", n=12,
              interval=Interval(40.0, 43.0, 0.95, "exam")),
        _fact("F2", "The mean time to first token of {N1} is {F2} over {F2.n} runs.", 0.094,
              metric="time_to_first_token", statistic="mean", unit="s", n=12),
        _fact("F3", "The maximum memory of {N1} is {F3}.", 2.1e9, metric="memory",
              statistic="max", unit="byte", n=5),
        _fact("F4", "{F4} files were read.", 101),
        _fact("F5", "{F5} calls failed.", 5),
    ),
    findings=(Finding("R1", "exam", "warning", "{F5} calls failed.", ("F5",),
                      "Repeat the failed calls."),),
    names=(Name("N1", "model", "exam-model"),),
)
"""The facts of the exam; a person finds them easy."""
