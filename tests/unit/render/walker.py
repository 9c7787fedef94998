"""Walks the numbers of a finished text and resolves each to report.json.

Independent of the renderers: it knows report.json and how units are shown, nothing else.
A text is read the other way round: everything report.json allows is struck out, with its
unit; a digit that is left has no evidence.
"""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser

from baseline_collector.units import digits, show
from baseline_collector.visible import visible

VOID = frozenset({"meta", "link", "br", "hr", "img", "line"})


def unresolved(text: str, allowed: set[str]) -> list[str]:
    """Numbers of a text that report.json does not hold."""
    longest_first = sorted(allowed, key=len, reverse=True)
    known = "|".join(re.escape(one) for one in longest_first)
    text = re.sub(rf"(?<![\w.])(?:{known})(?!\w|[.:]\d)", "~", text)
    return re.findall(r"\S*\d\S*", text)


def allowed(report: dict) -> set[str]:
    """All numbers of a report.json, as they may be shown."""
    found: set[str] = set()
    for fact in report["facts"]:
        found |= _fact(fact)
    inventory = report["inventory"]
    found |= {str(inventory["files"]), show(inventory["bytes"], "byte"), "0"}
    groups = [*inventory["by_type"].values(), *inventory["by_root"].values()]
    for group in groups:
        moment = datetime.fromisoformat(group["latest_modified"])
        found |= {str(group["count"]), str(group["more"]), show(group["bytes"], "byte"),
                  f"{moment:%Y-%m-%d %H:%M:%S} UTC"}
    for name in ("unread", "partly_read"):
        found.add(str(len(inventory[name])))
    copies = sum(len(group) - 1 for group in inventory["duplicates"])
    read = inventory["files"] - copies - len(inventory["unread"]) - len(inventory["partly_read"])
    found |= {str(copies), str(read)}
    for seconds in report["timing"].values():
        found |= {f"{seconds:.2f}s", f"{seconds:.2f} s"}
    narrative = report["narrative"]
    refused = len(narrative["rejected"])
    found |= {str(narrative["accepted"]), str(refused), str(refused - 20)}
    found |= {str(one["count"]) for section in narrative["sections"]
              for one in section.get("left_out", ())}
    severities = [finding["severity"] for finding in report["findings"]]
    found |= {str(len(severities)), str(len(report["facts"])),
              *(str(severities.count(name)) for name in severities)}
    return found | _calls(report["llm"])


def _fact(fact: dict) -> set[str]:
    value = fact["value"]
    found = {fact["id"], value if isinstance(value, str) else show(value, fact["unit"]),
             str(len(fact["sources"]) - 1)}
    if fact["n"] is not None:
        found.add(digits(fact["n"]))
    if fact["interval"]:
        found |= {show(fact["interval"][end], fact["unit"]) for end in ("low", "high")}
        found.add(f"{digits(fact['interval']['level'] * 100)} %")
    return found


def _calls(llm: dict | None) -> set[str]:
    if llm is None:
        return set()
    found: set[str] = set()
    for record in (llm, *llm["calls"]):
        for name, unit in (("throughput_tok_s", "tok/s"), ("ttft_ms", "ms"),
                           ("total_duration_ms", "ms"), ("prompt_eval_ms", "ms"),
                           ("eval_duration_ms", "ms"), ("load_duration_ms", "ms")):
            if record[name] is not None:
                found |= {f"{record[name]:.2f}", f"{record[name]:.2f} {unit}"}
        found.add(str(record["tokens_generated"]))
    return found


def markdown_prose(text: str, report: dict) -> str:
    """A Markdown text without names, persona, date of the header and ordinals."""
    for name in report["names"]:
        text = text.replace(f'"{visible(name["text"])}"', "")  # in a fence there is no code span
    text = re.sub(r"## Persona Prompt\n(`{3,})\n.*?\n\1\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^\*\*(Date|Agent Type|Model|Configuration):\*\*.*$", "", text, flags=re.M)
    text = re.sub(r"^  - .*$", "", text, flags=re.M)
    text = re.sub(r"^(`{3,})(?:json)?$", "", text, flags=re.M)
    text = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)
    return re.sub(r"^(#+ |)\d+\. ", "", text, flags=re.M)


class Page(HTMLParser):
    """A parsed page: elements, anchors, links, texts with the elements around them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, dict]] = []
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[tuple[str, list[tuple[str, dict]]]] = []
        self.feed(page)
        self.close()
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag, tag

    def handle_data(self, data):
        self.texts.append((data, list(self.stack)))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    @property
    def links(self) -> list[str]:
        return [attrs["href"] for tag, attrs in self.elements if tag == "a"]

    def headings(self) -> list[str]:
        return [text for text, stack in self.texts if stack and stack[-1][0] in ("h1", "h2")]

    def numbers(self) -> list[tuple[str, str | None]]:
        """Texts with digits outside names, pictures, ordinals and evidence, with their link."""
        found = []
        for text, stack in self.texts:
            tags = {tag for tag, _ in stack}
            classes = {name for _, attrs in stack for name in (attrs.get("class") or "").split()}
            if (tags & {"code", "pre", "svg", "style", "title", "h2", "nav", "q"}
                    or classes & {"sheet", "meta"} or not re.search(r"\d", text)):
                continue
            links = [attrs["href"] for tag, attrs in stack if tag == "a"]
            found.append((text, links[-1] if links else None))
        return found
