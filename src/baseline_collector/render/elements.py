"""HTML elements as functions: text is escaped unless it is HTML already.

    el("a", "a < b", href="#F1")  ->  <a href="#F1">a &lt; b</a>

A template engine was measured and left out: see ``docs/decisions/0004-charts.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from baseline_collector.visible import visible

_VOID = frozenset({"meta", "link"})
_SELF_CLOSING = frozenset({"line"})


class Html(str):
    """Text that is finished HTML; everything else is escaped before it gets in."""

    __slots__ = ()


def el(tag: str, *children: str, **attributes: str | None) -> Html:
    """Write one element.

    Args:
        tag: Element name.
        children: ``Html`` is taken as it is, plain text is escaped.
        attributes: A trailing underscore is dropped (``class_``), other underscores become
            hyphens; None leaves the attribute out.
    """
    named = "".join([f' {_attribute(name)}="{escape(value)}"'
                     for name, value in attributes.items() if value is not None])
    if tag in _VOID:
        return Html(f"<{tag}{named}>")
    if tag in _SELF_CLOSING:
        return Html(f"<{tag}{named}/>")
    return Html(f"<{tag}{named}>{joined(children)}</{tag}>")


def joined(parts: Iterable[str]) -> Html:
    """Join pieces into HTML, plain text escaped."""
    return Html("".join([escaped(part) for part in parts]))


def escaped(content: str) -> Html:
    """Escape plain text, hidden characters made visible; HTML passes."""
    return content if isinstance(content, Html) else _escaped(content)


@lru_cache(maxsize=50_000)
def _escaped(content: str) -> Html:
    """Escape plain text; labels and names occur thousands of times in one page."""
    return Html(escape(visible(content, longest=max(len(content), 1)), quote=False))


def preformatted(lines: Iterable[str], class_: str | None = None) -> Html:
    """Write lines as they are, in a box of its own that scrolls sideways."""
    body = Html("\n".join(escaped(line) for line in lines))
    return el("pre", body, class_=class_, tabindex="0")


@lru_cache(maxsize=50_000)
def code(name: str, class_: str | None = None) -> Html:
    """Write a name from outside as code, every character of it visible."""
    return el("code", visible(name), class_=class_)


def listing(items: Iterable[str], tag: str = "ul", class_: str | None = None) -> Html:
    """Write a list."""
    return el(tag, joined(el("li", item) for item in items), class_=class_)


def folded(words: str, *children: str, open_: str | None = None) -> Html:
    """Put elements behind words that open them; printed they are open."""
    return el("details", el("summary", words), *children, open=open_)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Html:
    """Write a table inside a box of its own that scrolls sideways."""
    head = el("tr", joined(el("th", cell, scope="col") for cell in header))
    body = joined(el("tr", joined(el("td", cell) for cell in row)) for row in rows)
    whole = el("table", el("thead", head), el("tbody", body))
    return el("div", whole, class_="scroll", tabindex="0", role="region", aria_label="Table")


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
