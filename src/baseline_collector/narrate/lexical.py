"""The shape of a sentence as a pattern: only words that the door may let through, and slots.

A JSON schema with this pattern, held by Ollama's ``format`` or llama.cpp, leaves a model
no room for a digit, a number word or a word that the facts do not vouch for. The door
judges the sentence all the same: a pattern knows words, not their order.

The pattern keeps to what llama.cpp translates into a grammar: anchors, groups,
alternatives, ``?`` and ``{m,n}``. Words are folded into a tree of letters, since a grammar
follows every alternative that still fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from baseline_collector import slots
from baseline_collector.model import Fact
from baseline_collector.narrate.lexicon import (
    COMPARISON,
    COUNTED,
    NEUTRAL,
    NUMBER,
    STATISTIC_WORDS,
    TERMS,
    tokens,
)
from baseline_collector.narrate.plan import Material

MOST_WORDS: Final = 28
MOST_WORDS_OF_A_SIDE: Final = 16
BETWEEN: Final = "(, | )"

_Tree = dict[str, "_Tree"]
_END: Final = ""


def sentence(about: str, material: Material) -> str:
    """Return the pattern of a sentence about one fact or finding."""
    words, named = _vocabulary(about, material)
    return f"^{_first(words, named)}({BETWEEN}{_any(words, named)}){{2,{MOST_WORDS}}}\\.$"


def comparison(first: str, second: str, material: Material) -> str:
    """Return the pattern of a sentence that compares one fact with another."""
    words, named = _vocabulary(first, material)
    others, other_named = _vocabulary(second, material)
    compared = "(,)?" + _escaped(f" {{cmp:{first},{second}}} than")
    return (f"^{_first(words, named)}({BETWEEN}{_any(words, named)}){{2,{MOST_WORDS_OF_A_SIDE}}}"
            f"{compared}({BETWEEN}{_any(others, other_named)}){{1,{MOST_WORDS_OF_A_SIDE}}}\\.$")


def _vocabulary(about: str, material: Material) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words and slots of a sentence about a fact, or about a finding and what it rests on."""
    finding = material.finding(about)
    facts = [material.facts[about]] if finding is None else [
        material.facts[id_] for id_ in finding.facts if id_ in material.facts]
    texts = [finding.title, finding.recommendation] if finding else []
    grounds = [material.opaque(text) for text in texts or [facts[0].statement]]
    words = set(NEUTRAL) - COMPARISON
    for text in grounds:
        words |= set(tokens(slots.plain(text)))
    for fact in facts if finding is None else ():
        words |= {*tokens(fact.metric or ""), *STATISTIC_WORDS.get(fact.statistic, ())}
        words |= COUNTED if fact.n is not None else set()
    terms = {f"{one} {two}" for one, two in TERMS if two in words}
    named = dict.fromkeys(f"{{{id_}}}" for text in grounds for id_ in slots.ids(text))
    if finding is None:
        named |= dict.fromkeys(_slots(facts[0]))
    return frozenset({word for word in words if word not in NUMBER} | terms), tuple(named)


def _slots(fact: Fact) -> Iterable[str]:
    """All that can be named of a fact; the ends of an interval come as one."""
    yield f"{{{fact.id}}}"
    if fact.n is not None:
        yield f"{{{fact.id}.n}}"
    if fact.interval is not None:
        yield f"{{{fact.id}.low}} to {{{fact.id}.high}}"


def _first(words: Iterable[str], named: Iterable[str]) -> str:
    return _any([word.capitalize() for word in words], named)


def _any(words: Iterable[str], named: Iterable[str]) -> str:
    return f"({'|'.join((*map(_escaped, named), _branches(_tree(words))))})"


def _tree(words: Iterable[str]) -> _Tree:
    root: _Tree = {}
    for word in sorted(words):
        at = root
        for letter in word:
            at = at.setdefault(letter, {})
        at[_END] = {}
    return root


def _branches(tree: Mapping[str, _Tree]) -> str:
    return "|".join(letter + _rest(below) for letter, below in tree.items() if letter != _END)


def _rest(below: Mapping[str, _Tree]) -> str:
    """What may follow a letter: one way is written as it is, several as a group."""
    branches = _branches(below)
    if not branches:
        return ""
    if _END in below:
        return f"({branches})?"
    return branches if len(below) == 1 else f"({branches})"


def _escaped(text: str) -> str:
    return re.sub(r"([{}.])", r"\\\1", text)
