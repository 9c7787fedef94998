"""The pipeline: the one screen that shows how data flows.

    discover -> read -> normalise -> store -> analyse -> narrate -> render -> audit -> publish

Only this module knows more than one stage.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from baseline_collector import against as against_
from baseline_collector import mask, publish, store
from baseline_collector.analyse.stage import analyse
from baseline_collector.cache import Before
from baseline_collector.config import Settings
from baseline_collector.dataset import Dataset
from baseline_collector.discover import Found, Selection, default_roots, discover
from baseline_collector.errors import ModelError, RefusedError
from baseline_collector.ingest import Collected, ingest
from baseline_collector.journal import Journal
from baseline_collector.llm.choose import choose
from baseline_collector.llm.port import LanguageModel
from baseline_collector.model import Analysis
from baseline_collector.naming import learn
from baseline_collector.narrate import ANALYSIS, DEFAULT_PERSONA, load_persona, narrate
from baseline_collector.read import read
from baseline_collector.redact import Redactor
from baseline_collector.report import Agent, Inventory, ModelCall, Narrative, Report, Timing
from baseline_collector.rules.catalogue import tuned
from baseline_collector.share import limits, tools
from baseline_collector.stock import take_stock

if TYPE_CHECKING:
    from baseline_collector.compare import Side

AGENT = "Baseline Collector"

# Tokens of one call, prompt and answer; a section is a call. On a CPU reading the prompt is
# what takes time: the embedded model gets less than it could be given.
EMBEDDED_BUDGET = 800
SERVER_BUDGET = 6000


def collect(settings: Settings, tell: Callable[[str], None] | None = None) -> Report:
    """Do the main job: everything from the roots to a published report.

    Args:
        settings: What to collect and how.
        tell: Told of progress, one line a step.

    Returns:
        The report as published below ``settings.out``.

    Raises:
        UsageError: Roots or settings are wrong.
        OutputError: The output folder cannot be written.
    """
    clock = time.perf_counter
    started, began_ns = clock(), time.time_ns()
    tuned(settings.rules)  # a wrong name is told before anything is read
    learn(settings.vocabulary)
    redact = Redactor(enabled=settings.redact).text
    journal = Journal(redact, tell)
    persona = load_persona(settings.persona) if settings.persona else DEFAULT_PERSONA
    with store.staged(Path(settings.out)) as stage:
        found = find(settings)
        with TemporaryDirectory(dir=stage) as aside:
            before = Before.of(Path(settings.out)) if settings.cache else None
            collected = ingest(found, settings, Path(aside), journal, before)
            measurements = store.keep(stage / "dataset", collected.tables(), collected.unchanged)
        ingested = clock()
        inventory = take_stock(collected.artifacts, found.skipped)
        analysis = examine(collected, measurements, found, settings.rules)
        analysed = clock()
        journal.event("analysed", facts=len(analysis.facts), findings=len(analysis.findings))
        narrative, agent = write(analysis, settings, persona, redact, journal)
        thinking = sum(call.total_duration_ms for call in narrative.calls
                       if call.purpose.startswith(ANALYSIS)) / 1000
        ended = clock()
        timing = Timing(ingested - started, analysed - ingested + thinking,
                        ended - analysed - thinking, ended - started)
        report = mask.masked(
            Report(now(), agent, inventory, timing, analysis, narrative), redact)
        publish.write(stage, collected, report, began_ns)
        prove(stage, measurements, report, Path(settings.out))
        journal.event("published", seconds=clock() - started)
        (stage / "run.jsonl").write_text(journal.text(), "utf-8")
    return report


def prove(stage: Path, measurements: pa.Table, report: Report, out: Path) -> None:
    """Send the finished report through the audit, like a stranger's, before it is published.

    Args:
        stage: Where everything was written.
        measurements: As analysed; what they lack is read from the stage.
        report: What was written, for its sentences.
        out: Where the draft is kept if it is refused.

    Raises:
        RefusedError: A number is contradicted, or nothing bears it out.
    """
    from baseline_collector.audit import open_index  # only a report needs it
    from baseline_collector.audit.gate import objections

    index = open_index(against_.Staged(stage / "dataset", measurements),
                       against_.raw_text(Path()), publish.sentences(report),
                       against_.run_record(stage))
    text, page = ((stage / name).read_text("utf-8") for name in ("report.md", "report.html"))
    _, reasons = objections(text, page, index, "report.md")
    if reasons:
        draft = publish.keep_draft(stage, out, reasons)
        raise RefusedError(
            f"the report is not published, numbers that are not borne out: {len(reasons)}",
            where=str(draft), found=reasons[0],
            remedy="the draft and all reasons lie there; what was published before stays")
    publish.forget_draft(out)


def open_run(path: Path, settings: Settings, metrics: Sequence[str]) -> Side:
    """One side of a comparison: a stored baseline, a dataset, or artifacts as collect reads them.

    Args:
        path: Baseline file, output folder of ``collect``, its dataset, a folder of artifacts or
            a single artifact.
        settings: Limits and which files count.
        metrics: Canonical metrics that are compared.

    Raises:
        UsageError: Nothing is there, or the baseline file is broken.
        DatasetError: The dataset is broken or of an unknown version.
    """
    from baseline_collector.compare import side, stored  # collect needs none

    if stored.is_stored(path):
        return stored.read(path, metrics)
    return side(str(path), against_.tables([path], settings).table("measurements"), metrics)


def baseline_of(run: Side) -> str:
    """A side as the text of a baseline file."""
    from baseline_collector.compare import stored

    return stored.as_text(run, created_at=now())


def open_runs(paths: Sequence[Path], settings: Settings, metrics: Sequence[str]) -> list[Side]:
    """Runs in the order given; a single folder is taken apart, a run an entry by name."""
    if len(paths) == 1 and paths[0].is_dir() and not Dataset.is_meant_by(paths[0]):
        paths = sorted(one for one in paths[0].iterdir() if not one.name.startswith("."))
    return [open_run(path, settings, metrics) for path in paths]


def take_inventory(settings: Settings) -> Inventory:
    """Do the inventory alone: what lies below the roots, read for hash, format and status."""
    found = find(settings)
    reading = read(found.artifacts, limits(settings), tools(settings))
    return take_stock(reading.artifacts, found.skipped)


def find(settings: Settings) -> Found:
    """Discover, with the output folder left out."""
    roots = list(settings.roots) or default_roots()
    selection = Selection(settings.include, settings.exclude, settings.hidden, settings.ignored,
                          never=(Path(settings.out),))
    return discover(roots, selection)


def examine(collected: Collected, measurements: pa.Table, found: Found,
            rules: Sequence[str] = ()) -> Analysis:
    """Analyse, with outcomes and twins by name, and the rules as set."""
    return analyse(measurements, collected.artifacts, found.skipped, collected.outcomes(),
                   collected.twins(), rules)


def write(analysis: Analysis, settings: Settings, persona: str, redact: Callable[[str], str],
          journal: Journal) -> tuple[Narrative, Agent]:
    """Narrate, with the model that is there; without one, or where it fails, by templates."""
    model, note = _model(settings)
    journal.event("model", adapter=model.adapter if model else "none", note=note)

    def on_call(call: ModelCall) -> None:
        journal.event("model_call", purpose=call.purpose, model=call.model,
                      total_ms=call.total_duration_ms, tokens=call.tokens_generated)

    try:
        if model is not None:
            journal.progress(f"asking {model.name}")
        budget = EMBEDDED_BUDGET if model and model.adapter == "embedded" else SERVER_BUDGET
        narrative = narrate(
            analysis, llm=model, persona=persona, timeout_s=settings.llm_timeout_s,
            note="" if model else note, budget_tokens=budget,
            free_writing=settings.free_writing or None, options=sampling(settings),
            redact=redact, on_call=on_call)
        name = model.name if model is not None else "none"
        configuration = _configuration(model, settings) if model is not None else "templates"
    finally:
        if model is not None:
            model.close()
    if narrative.note:
        journal.event("warning", reason=narrative.note)
    return narrative, Agent(AGENT, name, configuration, persona)


def sampling(settings: Settings) -> dict[str, float]:
    """What every model is asked with, as recorded with each call."""
    return {"temperature": settings.llm_temperature, "seed": settings.llm_seed}


def _configuration(model: LanguageModel, settings: Settings) -> str:
    asked = ", ".join(f"{key} {value:g}" for key, value in sampling(settings).items())
    return f"{model.configuration}, {asked}"


def _model(settings: Settings) -> tuple[LanguageModel | None, str]:
    """The model to write with, or None and why; a report does not wait for a model."""
    try:
        return choose(
            settings.llm,  # type: ignore[arg-type]  # config checks the choice
            model=settings.model or None, url=settings.llm_url or None,
            allow_remote=settings.allow_remote)
    except ModelError as error:
        return None, f"templates write; {settings.llm}: {error.message()}"


def now() -> str:
    """Time of the report, UTC; ``SOURCE_DATE_EPOCH`` is honoured."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


