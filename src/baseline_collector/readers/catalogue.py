"""The readers, in one explicit tuple, and the choice among them.

Readers of known tools are asked first, by content; exactly one may claim a file. The
generic ones follow in the order of the tuple. Other packages add readers through the
entry-point group ``baseline_collector.readers``, used where the settings ask for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from baseline_collector.errors import ReadError, UsageError
from baseline_collector.readers.aiperf import AiperfConsole, AiperfCsv, AiperfJson, AiperfServerCsv
from baseline_collector.readers.asv import Asv
from baseline_collector.readers.base import Reader
from baseline_collector.readers.baseline_run import BaselineRun
from baseline_collector.readers.evaluations import InspectEval, InspectJson, LmEval
from baseline_collector.readers.generic_csv import GenericCsv
from baseline_collector.readers.generic_json import GenericJson, GenericJsonl
from baseline_collector.readers.generic_markdown import GenericMarkdown
from baseline_collector.readers.generic_text import GenericText
from baseline_collector.readers.generic_yaml import GenericYaml
from baseline_collector.readers.guidellm import (
    GuidellmCsv,
    GuidellmEarlyCsv,
    GuidellmJson,
    GuidellmYaml,
)
from baseline_collector.readers.hyperfine import HyperfineCsv, HyperfineJson, HyperfineMarkdown
from baseline_collector.readers.llama_bench import (
    LlamaBenchCsv,
    LlamaBenchJson,
    LlamaBenchMarkdown,
    LlamaBenchSql,
)
from baseline_collector.readers.llama_benchy import (
    LlamaBenchyCsv,
    LlamaBenchyJson,
    LlamaBenchyMarkdown,
)
from baseline_collector.readers.llm_d import LlmdJson, LlmdYaml
from baseline_collector.readers.micro import (
    Conbench,
    ConbenchComment,
    GoogleBenchmark,
    GoogleBenchmarkCsv,
    Pyperf,
    PytestBenchmark,
    PytestBenchmarkCsv,
)
from baseline_collector.readers.mlperf import MlperfDetail, MlperfMeasurements, MlperfSummary
from baseline_collector.readers.nsight_compute import NsightCompute
from baseline_collector.readers.ollama import OllamaApi, OllamaBench
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.serving import InferencePerf, Llmperf
from baseline_collector.readers.vllm_bench import VllmBench, VllmSweep

TOOLS: tuple[Reader, ...] = (
    AiperfJson(), AiperfCsv(), AiperfServerCsv(), AiperfConsole(), Asv(), BaselineRun(),
    Conbench(), ConbenchComment(),
    GoogleBenchmark(), GoogleBenchmarkCsv(),
    GuidellmJson(), GuidellmYaml(), GuidellmCsv(), GuidellmEarlyCsv(),
    HyperfineJson(), HyperfineCsv(), HyperfineMarkdown(),
    InferencePerf(), InspectJson(), InspectEval(), LlamaBenchJson(), LlamaBenchCsv(),
    LlamaBenchMarkdown(), LlamaBenchSql(),
    LlamaBenchyJson(), LlamaBenchyCsv(), LlamaBenchyMarkdown(), LlmdJson(), LlmdYaml(), Llmperf(),
    LmEval(),
    MlperfSummary(), MlperfDetail(), MlperfMeasurements(), NsightCompute(), OllamaApi(),
    OllamaBench(), Pyperf(), PytestBenchmark(), PytestBenchmarkCsv(), VllmBench(), VllmSweep(),
)
"""Readers of known tools; a tool may have several, one a layout, all under its name."""

GENERIC: tuple[Reader, ...] = (
    GenericCsv(), GenericMarkdown(), GenericJsonl(), GenericYaml(), GenericText(), GenericJson(),
)
"""Readers of everything else, asked in this order."""

ENTRY_POINTS = "baseline_collector.readers"


def plugins() -> tuple[Reader, ...]:
    """Load the readers that other installed packages offer.

    Raises:
        UsageError: One bears the name of another.
    """
    from importlib.metadata import entry_points  # slow, and rarely needed

    loaded = tuple(point.load()() for point in entry_points(group=ENTRY_POINTS))
    ours = {reader.name for reader in (*TOOLS, *GENERIC)}  # a tool has a reader a layout
    names = [*ours, *(reader.name for reader in loaded)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError("two readers bear one name", found=", ".join(twice),
                         remedy="uninstall one of the packages that offer them")
    return loaded


def choose(opened: Opened, tools: Sequence[Reader] = TOOLS) -> Reader:
    """Return the reader for an artifact, by its content.

    Raises:
        ReadError: None claims it, or more than one tool does.
    """
    claims = [reader for reader in tools if reader.claims(opened)]
    if len(claims) > 1:
        names = ", ".join(reader.name for reader in claims)
        raise ReadError("more than one reader claims it", found=names,
                        remedy="report this file to the authors of those readers")
    if claims:
        return claims[0]
    for reader in GENERIC:
        if reader.claims(opened):
            return reader
    if opened.artifact.size == 0:
        raise ReadError("empty")
    raise ReadError("no reader for this type", found=opened.artifact.kind,
                    expected="JSON, JSONL, CSV, TSV, YAML, Markdown or a text log")
