"""Numbers of artifacts that a rule calls defective, however rightly they are quoted."""

from __future__ import annotations

import re

import numpy as np

from baseline_collector.audit.index import Index
from baseline_collector.stats.plausibility import quantile_defects

_PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)")
_NAMES = {
    "largest run mean": "it is the largest of {n} run means and no percentile of requests",
    "quantile of run means": "it is a percentile of {n} run means and not of requests",
    "mean of run quantiles": "it is the mean of the percentiles of {n} runs",
    "quantile of run quantiles": "it is a percentile of the percentiles of {n} runs",
    "below every run": "it lies below the same percentile of each of {n} runs",
    "above every run": "it lies above the same percentile of each of {n} runs",
}


def defect_of(index: Index, row: int) -> str:
    """Say what is wrong with a value of an artifact; empty where no rule objects.

    Args:
        index: The dataset.
        row: Row of the measurements.
    """
    if index.text("status", row) == "quarantined":
        return f"the value is quarantined: {index.text('reason', row)}"
    level = _PERCENTILE.fullmatch(index.text("statistic", row))
    if not level:
        return ""
    quantiles, means = _runs(index, row, level[0])
    if len(quantiles) < 2:
        return ""
    found = quantile_defects(float(index.value[row]), quantiles, means, q=float(level[1]) / 100)
    chosen = next((one for one in ("largest run mean", *found) if one in found), "")
    if not chosen:
        return ""
    own = ", ".join(f"{value:.4g}" for value in quantiles)
    unit = index.text("unit", row)
    return f"{_NAMES[chosen].format(n=len(means))}; the runs' own are {own} {unit}".rstrip()


def _runs(index: Index, row: int, level: str) -> tuple[list[float], list[float]]:
    """The same percentile and the mean of each run that the artifact lists beside a summary."""
    artifact, metric, path = index.column("artifact"), index.column("metric"), index.column("path")
    same = ((artifact.codes == artifact.codes[row]) & (metric.codes == metric.codes[row])
            & index.column("statistic").where({level, "mean"}))
    by_place: dict[str, dict[str, float]] = {}
    for at in np.flatnonzero(same).tolist():
        place = path.names[path.codes[at]].rpartition(".")[0]
        if place.endswith("]"):
            by_place.setdefault(place, {})[index.text("statistic", at)] = float(index.value[at])
    runs = [one for one in by_place.values() if len(one) == 2]
    return [one[level] for one in runs], [one["mean"] for one in runs]
