import json
import re
from dataclasses import replace
from pathlib import Path

from baseline_collector.render.html import report_html
from baseline_collector.render.json import report_json
from baseline_collector.render.markdown import report_markdown
from baseline_collector.render.markdown_text import code, fence, prose
from baseline_collector.render.summary import data_summary
from baseline_collector.report import Block, Inventory, TypeSummary

from .sample import HEADINGS, inventory, sample
from .walker import allowed, markdown_prose, unresolved

FRAME = ["Baseline Collector", "Technical Report: Baseline Collector Analysis",
         "Technical Report", *HEADINGS, "Evidence", "Workflow Summary", "Metrics",
         "Key Findings", "Recommendations", "Gaps", "Persona Prompt", "Refused Sentences"]


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", text, flags=re.M)


def test_the_frame_is_that_of_the_example():
    assert headings(report_markdown(sample())) == FRAME
    assert headings(report_markdown(sample(model=False))) == FRAME


def test_what_was_skipped_stands_in_the_ingestion_summary():
    text = report_markdown(sample())
    section = text[text.index("### 2. Data Ingestion"):text.index("### 3. ")]
    assert "- Skipped entries: 1 (`symbolic link`): `reports/gemma3:latest`\n" in section


def test_header_fields():
    text = report_markdown(sample())
    for line in ("**Date:** 2025-11-16", "**Agent Type:** Baseline Collector",
                 "**Model:** gemma3:latest", "**Configuration:** Ollama defaults"):
        assert f"\n{line}\n" in text


def test_every_number_resolves_to_report_json():
    for model in (True, False):
        report = sample(model=model)
        record = json.loads(report_json(report))
        text = markdown_prose(report_markdown(report), record)
        assert unresolved(text, allowed(record)) == []


def test_the_walker_sees_a_stray_number():
    report = sample()
    record = json.loads(report_json(report))
    text = report_markdown(report).replace("Separate cold", "Separate 3.7 cold")
    assert unresolved(markdown_prose(text, record), allowed(record)) == ["3.7"]


def test_data_summary_block_is_the_examples():
    names = [f"reports/gemma3/run_{place}.csv" for place in range(5)]
    base = inventory("x")
    group = TypeSummary(28, 1, "2025-11-14T18:53:30+00:00", tuple(names), 23)
    small = TypeSummary(2, 1, "2025-10-08 17:20:51 UTC", ("reports/a.json", "b.json"), 0)
    made = Inventory(base.artifacts, {"toml": small, "markdown": small, "json": small,
                                      "csv": group}, {}, (), ())
    assert "\n".join(data_summary(made)) == (Path(__file__).parent / "summary.txt").read_text()


def test_metrics_of_the_run_and_of_its_calls():
    text = report_markdown(sample())
    assert "- Throughput: 43.16 tok/s\n- TTFT: 435.26 ms\n- Total Duration: 58756.35 ms\n" in text
    assert "| report | `gemma3:latest` | 43.22 | 358.17 | 37755.79 | 1548 |" in text
    assert "`sum of tokens_generated / (sum of eval_duration_ms / 1000)`" in text


def test_without_a_model_the_report_says_so():
    text = report_markdown(sample(model=False))
    assert "- No model was called" in text
    assert "Templates wrote the whole text" in text
    assert "- Note: `gemma3:latest refused: connection`" in text


def test_refused_sentences_are_counted_masked_and_cut():
    text = report_markdown(sample())
    assert "9 printed, 23 refused." in text
    assert text.count("`The speed of gemma•:latest is •") == 20
    assert text.endswith("- ... and the others in `report.json`\n")


def test_recommendations_are_numbered_and_said_once():
    text = report_markdown(sample())
    part = text[text.index("## Recommendations"):text.index("## Gaps")]
    assert part.count("apart.") == 1
    assert "\n1. " in part and "\n2. " in part and "\n3. " not in part


def test_findings_stand_once_and_those_left_over_behind_words():
    report = sample(model=False)
    title = report.analysis.findings[3].title
    said = replace(report.narrative.sections[3],
                   blocks=(Block("bullets", (f"Notice: {title}",)),))
    sections = (*report.narrative.sections[:3], said, *report.narrative.sections[4:])
    text = report_markdown(replace(report, narrative=replace(report.narrative, sections=sections)))
    part = text[text.index("## Key Findings\n"):text.index("## Recommendations")]
    assert text.count("A group rests on one run") == 1
    assert part.count("\n- ") == 3
    assert part.startswith("## Key Findings\n<details><summary>Those that ")
    assert part.rstrip().endswith("</details>")


def test_blocks_behind_the_same_words_are_opened_together_and_what_is_left_out_is_counted():
    report = sample()
    blocks = (Block("paragraph", ("In sight.",)), Block("paragraph", ("Hidden.",), behind="More"),
              Block("more", ("Groups elsewhere",), left_out=41, behind="More"),
              Block("paragraph", ("In sight again.",)))
    last = replace(report.narrative.sections[1], blocks=blocks)
    sections = (report.narrative.sections[0], last, *report.narrative.sections[2:])
    changed = replace(report, narrative=replace(report.narrative, sections=sections))
    text = report_markdown(changed)
    assert ("In sight.\n\n<details><summary>More</summary>\n\nHidden.\n\nGroups elsewhere: 41.\n"
            "\n</details>\n\nIn sight again.\n") in text
    record = json.loads(report_json(changed))
    assert record["narrative"]["sections"][1]["left_out"] == [
        {"what": "Groups elsewhere", "count": 41}]
    page = report_html(changed)
    assert ('<details><summary>More</summary><p>Hidden.</p><p>Groups elsewhere: '
            '<a href="#count-left-out" class="n">41</a>.</p></details>') in page


def test_persona_cannot_break_out_of_its_fence():
    text = report_markdown(sample(persona="a\n```\n# Owned\n````\n\x1b[31m"))
    assert "\n`````\na\n```\n# Owned\n````\n\\e[31m\n`````\n" in text


def test_strokes():
    assert prose("a <b> *c* [d](e) `f` |g| snake_case") == (
        r"a &lt;b&gt; \*c\* \[d\](e) \`f\` \|g\| snake_case")
    assert prose("see http://evil.test/x now") == "see `http://evil.test/x` now"
    assert prose("config:http://evil.test") == "config:`http://evil.test`"
    assert prose("mail me@evil.test, www.evil.test") == "mail `me@evil.test,` `www.evil.test`"
    assert prose("ratio a:b at 10:30") == "ratio a:b at 10:30"
    assert code("a`b``c") == "```a`b``c```"
    assert code("`") == "`` ` ``"
    assert fence(["````"], "js on")[0] == "`````json"


def test_same_report_same_bytes():
    assert report_markdown(sample()) == report_markdown(sample())
