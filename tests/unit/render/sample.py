"""A report built by hand in which every kind of record occurs, and its hostile sister."""

from __future__ import annotations

from baseline_collector.model import (
    Advice,
    Analysis,
    Artifact,
    Bar,
    Chart,
    Fact,
    Finding,
    Interval,
    Name,
    Point,
    Skipped,
    Source,
)
from baseline_collector.report import (
    Agent,
    Block,
    Inventory,
    ModelCall,
    Narrative,
    Refused,
    Report,
    Section,
    Timing,
    TypeSummary,
)

PERSONA = "You are DataCollector-9000.\n1. Directory coverage.\nKeep it under 250 words."
HEADINGS = ("1. Executive Summary", "2. Data Ingestion Summary", "3. Performance Analysis",
            "4. Key Findings", "5. Recommendations", "6. Appendix")


def fact(place: int, value: float | int | str, unit: str | None = None, **changes) -> Fact:
    base = {
        "id": f"F{place}", "statement": f"The figure of {{N1}} is {{F{place}}}.",
        "metric": "throughput" if unit else None, "statistic": "mean", "value": value,
        "unit": unit, "n": 7 + place, "interval": None,
        "estimator": "arithmetic mean of the samples",
        "scope": {"model": "gemma3:latest", "configuration": "num_gpu=80, num_ctx=512"},
        "sources": tuple(Source("reports/gemma3/baseline.csv", f"row {row}, column tokens_s")
                         for row in range(1, 4)),
        "sql": f"SELECT avg(value)\nFROM measurements\nWHERE record < {place}",
    }
    return Fact(**{**base, **changes})


def analysis(name: str) -> Analysis:
    facts = (
        fact(1, 182.34567, "tok/s", interval=Interval(179.1, 185.6, 0.95, "Student t"),
             statement="Throughput of {N1} is {F1} (n = {F1.n}, {F1.low} to {F1.high})."),
        fact(2, 0.09413, "s", metric="time_to_first_token", n=None,
             sources=(Source("reports/conv.json", "/latency_percentiles/p99"),)),
        fact(3, 101, None, statistic="count", kind="inventory", sql="", sources=()),
        fact(4, "2025-11-14 18:54:07 UTC", None, statistic="max", n=None),
        fact(5, 1.52, "s", metric="time_to_first_token",
             estimator="quantile, Hyndman-Fan type 7"),
        fact(6, 0.000031, "s", metric="latency"),
        fact(7, 48.25, "s", metric="compile_time"),
        fact(8, 55, None, statement="Not spoken of: {F8}, next to {F1}."),
    )
    findings = (
        Finding("R1-1", "cold_start", "warning",
                "The first call of {N1} takes {F5} to its first token, later ones {F2}.",
                ("F5", "F2"), "Report cold and warm calls of {N1} apart."),
        Finding("R2-1", "missing_setup", "critical",
                "No file names the hardware; {F3} files stay without it.", ("F3",),
                "Write hardware, driver and versions beside each run.", topic="setup"),
        Finding("R3-1", "constant_telemetry", "info", "Fan speed of {N1} never moves.", ("F1",),
                ""),
        Finding("R4-1", "single_run", "notice", "A group rests on one run: {F7}.", ("F7",),
                "Report cold and warm calls of {N1} apart."),
    )
    return Analysis(facts, findings, (Name("N1", "model", name), Name("N2", "file", name)),
                    charts(name), advice=tuple(
                        Advice("mend", one.recommendation, one.facts, None, (one.id,))
                        for one in findings if one.recommendation))


def charts(name: str) -> tuple[Chart, ...]:
    def bar(label: str, series: str, values: tuple[float, ...], fact_id: str) -> Bar:
        centre = sum(values) / len(values)
        ends = (min(values), max(values)) if len(values) > 1 else (None, None)
        points = tuple(Point(value, Source(f"reports/{name}.csv", f"row {row}, column ttft"))
                       for row, value in enumerate(values, 1))
        return Bar(label, series, points, centre, *ends, fact_id)

    return (
        Chart("throughput", "Throughput of {N1}, about {F1}", "throughput", "tok/s", False, (
            bar(name, "", (179.1, 182.0, 185.6, 182.7), "F1"),
            bar("gemma3:270m num_gpu=80", "", (303.9,), ""))),
        Chart("ttft", "Time to first token, cold and warm", "time to first token", "s", False, (
            bar(name, "cold", (1.4, 1.5, 1.66), "F5"), bar(name, "warm", (0.09, 0.0982), "F2"))),
        Chart("compile", "Compile time against run time", "duration", "s", True, (
            bar("mlp_cuda", "compile", (48.25,), "F7"),
            bar("mlp_cuda", "run", (0.000030, 0.000032), "F6"))),
        Chart("empty", "Nothing to draw", "latency", "s", False, ()),
    )


def sections(name: str) -> tuple[Section, ...]:
    blocks: dict[str, tuple[Block, ...]] = {
        HEADINGS[0]: (Block("paragraph", ("{F3} files, the newest of {F4}. {N1} makes {F1}.",)),),
        HEADINGS[1]: (
            Block("bullets", ("Key {N2}: {F1} over {F1.n} values.", "- a dash & <b>bold</b>")),
            Block("table", rows=(("Group", "Mean | rate"), ("{N1}", "{F1}"))),
        ),
        HEADINGS[2]: (Block("paragraph", ("It lies between {F1.low} and {F1.high}.",)),),
        HEADINGS[3]: (Block("bullets", ("First token: {F5}.",)),),
        HEADINGS[4]: (Block("numbered", ("Separate cold from warm.", "Name the hardware.")),),
        HEADINGS[5]: (Block("code", ("{", '  "rate": "{F1}",', '  "name": "{N1}"', "}"),
                            language="json"),),
    }
    return tuple(Section(heading, "model" if place in (0, 3) else "template", blocks[heading])
                 for place, heading in enumerate(HEADINGS))


def calls() -> tuple[ModelCall, ...]:
    return (
        ModelCall("analysis", "gemma3:latest", 512.3456, 21000.555, 300.111, 400.222, 611,
                  20000.005, 861, 43.0499, {"seed": 1, "num_ctx": 4096}),
        ModelCall("report", "gemma3:latest", 358.1749, 37755.789, 229.029, 798.018, 1402,
                  35818.035, 1548, 43.2184),
    )


def inventory(name: str) -> Inventory:
    def artifact(path: str, kind: str, size: int, **changes) -> Artifact:
        return Artifact(f"reports/{path}", "reports", f"/x/{path}", kind, size,
                        1763146410_000_000_000, sha256="ab" * 32,
                        **{"status": "read", **changes})

    artifacts = (
        *(artifact(f"run{place}.csv", "csv", 1000 + place) for place in range(7)),
        artifact(f"{name}.json", "json", 52_001),
        artifact("a.json", "json", 12, status="unread", reason=f"not JSON at byte 3: {name}"),
        artifact("b.json", "json", 52_001, status="duplicate",
                 duplicate_of=f"reports/{name}.json"),
        artifact("notes.md", "markdown", 4_400, status="partly_read", reason="table cut off"),
        artifact("log.jsonl", "jsonl", 900),
    )
    groups: dict[str, TypeSummary] = {}
    for kind in ("jsonl", "markdown", "json", "csv"):
        own = [item for item in artifacts if item.kind == kind]
        groups[kind] = TypeSummary(len(own), sum(item.size for item in own),
                                   "2025-11-14T18:53:30+00:00",
                                   tuple(item.artifact for item in own[:5]), len(own[5:]))
    everything = TypeSummary(len(artifacts), sum(item.size for item in artifacts),
                             "2025-11-14T18:54:07+00:00", (artifacts[0].artifact,), 11)
    return Inventory(artifacts, groups, {"reports": everything},
                     (Skipped(f"reports/{name}", "symbolic link"),),
                     ((f"reports/{name}.json", "reports/b.json"),))


def sample(name: str = "gemma3:latest", persona: str = PERSONA, model: bool = True) -> Report:
    refused = tuple(Refused(f"The speed of {name} is 4{place} tokens.", "digit outside a slot")
                    for place in range(23))
    narrative = Narrative(
        writer="gemma3:latest" if model else "templates", sections=sections(name),
        accepted=9 if model else 0, rejected=refused if model else (),
        calls=calls() if model else (), note="" if model else f"{name} refused: connection")
    return Report("2025-11-15T23:30:00-05:00",
                  Agent("Baseline Collector", "gemma3:latest", "Ollama defaults", persona),
                  inventory(name), Timing(0.03, 26.97, 31.79, 58.79), analysis(name), narrative)
