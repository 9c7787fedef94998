"""Baseline Collector: from a heap of benchmark artifacts to a report that can be trusted.

    import baseline_collector as bc

    report = bc.collect(["reports/"], out="baseline-report")
    for finding in report.analysis.findings:
        print(finding.severity, finding.rule)

The same functions stand behind the command ``baseline``. Everything is imported when it
is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # mypy takes it for typing's, which costs 20 ms

if TYPE_CHECKING:
    from baseline_collector.api import collect, inventory, open_dataset, query
    from baseline_collector.dataset import Dataset
    from baseline_collector.errors import BaselineError
    from baseline_collector.model import Fact, Finding, Measurement
    from baseline_collector.report import Inventory, Report

__all__ = [
    "BaselineError",
    "Dataset",
    "Fact",
    "Finding",
    "Inventory",
    "Measurement",
    "Report",
    "collect",
    "inventory",
    "open_dataset",
    "query",
]

__version__ = "0.1.0"

_HOME = {
    "BaselineError": "errors", "Dataset": "dataset", "Fact": "model", "Finding": "model",
    "Inventory": "report", "Measurement": "model", "Report": "report", "collect": "api",
    "inventory": "api", "open_dataset": "api", "query": "api",
}


def __getattr__(name: str) -> object:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # only paid on first use

    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return __all__
