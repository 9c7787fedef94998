"""True reports about a dataset, and the same with one number changed in kind.

The numbers are computed here, apart from the package, straight from the tables. Each
statement knows its true text and wrong ones; ``score`` says how many of them an audit notices.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from baseline_collector.audit import audit

WORDS = {
    "output_throughput": ("throughput", "tok/s", 1.0),
    "time_to_first_token": ("time to first token", "s", 1.0),
    "load_duration": ("load duration", "ms", 1e3),
    "eval_duration": ("eval duration", "s", 1.0),
    "prompt_eval_duration": ("prompt eval duration", "ms", 1e3),
    "compile_time": ("compile time", "s", 1.0),
}
STATISTICS = {
    "mean": ("mean", "average"),
    "max": ("maximum", "highest"),
    "min": ("minimum", "lowest"),
    "p50": ("median",),
}
OTHER_UNIT = {"s": "ms", "ms": "s", "tok/s": "ms"}


@dataclass
class Statement:
    """A line with a gap for its number, the true filling and wrong ones by kind."""

    line: str
    true: str
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass
class Section:
    """Statements below one heading or in one table."""

    head: list[str]
    statements: list[Statement]


def groups(table):
    """Counted samples by metric, model and artifact, as plain floats."""
    found = defaultdict(list)
    columns = table.select(["metric", "model", "artifact", "statistic", "counted", "value"])
    for row in columns.to_pylist():
        if (
            row["counted"]
            and row["statistic"] == "sample"
            and row["metric"] in WORDS
            and row["model"]
        ):
            found[row["metric"], row["model"], row["artifact"]].append(row["value"])
    return {key: np.array(values) for key, values in found.items() if len(values) > 2}


def statistic(values, name):
    """One of four statistics."""
    return {"mean": np.mean, "max": np.max, "min": np.min, "p50": np.median}[name](values)


def digits(value, places=None):
    """Four significant digits, or fixed places."""
    if places is None:
        places = max(0, 3 - int(np.floor(np.log10(abs(value))))) if value else 1
    return f"{value:.{places}f}"


def places_of(text):
    """Decimals of a number as written."""
    return len(text.partition(".")[2])


def another_digit(text, rng):
    """The number with one digit changed, not the first to zero."""
    at = rng.choice([n for n, char in enumerate(text) if char.isdigit()])
    new = rng.choice([d for d in "123456789" if d != text[at]])
    return text[:at] + new + text[at + 1 :]


def last_digit(text, rng):
    """Off by two units in the last place, which no rounding explains."""
    step = 10.0 ** -places_of(text)
    return f"{float(text) + rng.choice((-2, 2)) * step:.{places_of(text)}f}"


def statements(found, rng):
    """One statement for each group and statistic, in one of several wordings."""
    for (metric, model, artifact), values in found.items():
        words, unit, factor = WORDS[metric]
        for name, spoken in STATISTICS.items():
            value = statistic(values, name) * factor
            if value <= 0:
                continue
            true = digits(value)
            makers = (
                f"The {rng.choice(spoken)} {words} of `{model}` in `{artifact}` is {{}}.",
                f"In `{artifact}`, the {rng.choice(spoken)} {words} of {model} was {{}}.",
                f"- {rng.choice(spoken).capitalize()} {words} ({model}, `{artifact}`): {{}}",
                f"- `{artifact}`: {model} has a {rng.choice(spoken)} {words} of {{}}",
            )
            yield (
                metric,
                model,
                artifact,
                name,
                Statement(
                    rng.choice(makers),
                    f"{true} {unit}",
                    wrongs(found, metric, model, artifact, name, true, rng),
                ),
            )


def wrongs(found, metric, model, artifact, name, true, rng):
    """Wrong fillings by kind; those that read the same as the truth are left out."""
    _, unit, factor = WORDS[metric]
    places = places_of(true)
    values = found[metric, model, artifact]
    options = {
        "digit": [another_digit(true, rng)],
        "rounding": [last_digit(true, rng)],
        "metric": [
            digits(statistic(other, name) * factor, places)
            for (m, mo, a), other in found.items()
            if m != metric and (mo, a) == (model, artifact)
        ],
        "file": [
            digits(statistic(other, name) * factor, places)
            for (m, mo, a), other in found.items()
            if a != artifact and (m, mo) == (metric, model)
        ],
        "model": [
            digits(statistic(other, name) * factor, places)
            for (m, mo, _), other in found.items()
            if mo != model and m == metric
        ],
        "statistic": [
            digits(statistic(values, other) * factor, places)
            for other in STATISTICS
            if other != name
        ],
    }
    wrong = {}
    for kind, texts in options.items():
        different = [text for text in texts if abs(float(text) - float(true)) > 1.5 * 10.0**-places]
        if different:
            wrong[kind] = f"{rng.choice(different)} {unit}"
    wrong["unit"] = f"{true} {OTHER_UNIT[unit]}"
    return wrong


def tables(found, rng):
    """A table a metric, models by statistic; the file stands in the line before it."""
    by_file = defaultdict(dict)
    for (metric, model, artifact), values in found.items():
        by_file[artifact, metric][model] = values
    for (artifact, metric), models in by_file.items():
        words, unit, factor = WORDS[metric]
        head = [
            f"Results of `{artifact}`:",
            "",
            f"| Model | Mean {words} ({unit}) | Max {words} ({unit}) |",
            "|---|---|---|",
        ]
        rows = []
        for model, values in models.items():
            mean, top = (digits(statistic(values, name) * factor) for name in ("mean", "max"))
            if float(mean) <= 0 or mean == top:
                continue
            wrong = {"digit": another_digit(mean, rng), "rounding": last_digit(mean, rng)}
            if abs(float(top) - float(mean)) > 1.5 * 10.0 ** -places_of(mean):
                wrong["statistic"] = top
            rows.append(Statement(f"| {model} | {{}} | {top} |", mean, wrong))
        if rows:
            yield Section(head, rows)


def keys(artifacts, table, rng):
    """Lists of keys by type of file, as example reports have them."""
    kinds = {row["artifact"]: row["kind"] for row in artifacts.to_pylist()}
    found = defaultdict(list)
    for row in table.select(["artifact", "key", "raw"]).to_pylist():
        try:
            number = float(row["raw"])
        except ValueError:
            continue
        if kinds[row["artifact"]] in ("csv", "json") and "[" not in row["key"].rpartition(".")[2]:
            found[kinds[row["artifact"]], row["key"].rpartition(".")[2]].append(number)
    for kind in ("json", "csv"):
        chosen = {
            key: np.array(values)
            for (k, key), values in found.items()
            if k == kind
            and len(values) > 3
            and key.isidentifier()
            and "_" in key
            and np.isfinite(values).all()
            and 0.01 < abs(np.mean(values)) < 1e6
            and np.ptp(values) > 0.1
        }
        count = sum(one == kind for one in kinds.values())
        for key in rng.sample(sorted(chosen), min(60, len(chosen))):
            values = chosen[key]
            name = rng.choice(("mean", "max", "min"))
            if statistic(values, name) == 0:
                continue
            true = digits(statistic(values, name))
            label = {"mean": "Avg", "max": "Max", "min": "Min"}[name]
            other = [
                digits(statistic(values, one), places_of(true)) for one in STATISTICS if one != name
            ]
            other = [
                text
                for text in other
                if abs(float(text) - float(true)) > 1.5 * 10.0 ** -places_of(true)
            ]
            wrong = {"digit": another_digit(true, rng), "rounding": last_digit(true, rng)}
            if other:
                wrong["statistic"] = rng.choice(other)
            shown = f"csv_{key}" if kind == "csv" else key
            yield Section(
                [f"- **{kind.upper()} Files ({count} files):**"],
                [Statement(f"    - `{shown}`: ({label}: {{}})", true, wrong)],
            )


def inventory(artifacts, rng):
    """Counts and shares of files."""
    rows = artifacts.to_pylist()
    kinds = Counter(row["kind"] for row in rows)
    for kind, count in kinds.items():
        for line, true in (
            (f"The heap holds {{}} {kind.upper()} files.", str(count)),
            (f"- {kind.upper()} Files ({{}})", str(count)),
            (f"{{}} of the files are {kind.upper()} files.", f"{100 * count / len(rows):.1f}%"),
            (
                f"- {kind.upper()} files make up {{}} of all files",
                f"{100 * count / len(rows):.0f}%",
            ),
        ):
            number = true.rstrip("%")
            yield Section(
                [],
                [
                    Statement(
                        line, true, {"count": true.replace(number, another_digit(number, rng))}
                    )
                ],
            )
    newest = max(row["modified"] for row in rows)
    yield Section(
        [],
        [
            Statement(
                "Latest modified: {}",
                f"{newest:%Y-%m-%d %H:%M:%S} UTC",
                {"date": f"{newest.replace(day=newest.day % 27 + 1):%Y-%m-%d %H:%M:%S} UTC"},
            )
        ],
    )


def sections(artifacts, table, seed=0):
    """All sections about one dataset."""
    rng = random.Random(seed)
    found = groups(table)
    plain = [one for *_, one in statements(found, rng)]
    return [
        *(Section([], [one]) for one in plain),
        *tables(found, rng),
        *keys(artifacts, table, rng),
        *inventory(artifacts, rng),
    ]


def verdict(section, at, filling, index):
    """The verdict on one statement's number with a filling; None where it was not found."""
    lines = [*section.head]
    for n, one in enumerate(section.statements):
        text = filling if n == at else one.true
        if n == at:
            line, column = len(lines) + 1, one.line.index("{}")
        lines.append(one.line.format(text))
    for claim in audit("\n".join(lines) + "\n", index).claims:
        if claim.claim.line == line and claim.claim.column - 1 == column:
            return claim.verdict
    return None


def score(artifacts, table, index, seed=0, most=None):
    """Audit every true and every wrong statement by itself.

    Returns:
        Counts by (kind, verdict); the kind of unchanged statements is ``true``. And the lines
        that came out otherwise than they should.
    """
    counts, odd = Counter(), []
    chosen = sections(artifacts, table, seed)
    if most is not None:
        chosen = random.Random(seed).sample(chosen, min(most, len(chosen)))
    for section in chosen:
        for at, one in enumerate(section.statements):
            for kind, filling in (("true", one.true), *one.wrong.items()):
                said = verdict(section, at, filling, index)
                counts[kind, said] += 1
                if (said == "supported") != (kind == "true"):
                    odd.append((kind, said, one.line.format(filling), one.true))
    return counts, odd
