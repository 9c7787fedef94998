"""Numbers of sentences and rows that the dataset itself words: bound to a fact, proven again.

Facts and findings are sentences; a report that repeats one speaks of exactly its facts. A
table whose columns name what facts are about speaks of the fact of that row and column. What
the fact says counts for nothing: the number is held against what deriving it again gives.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from baseline_collector import slots
from baseline_collector.audit.blocks import Block
from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.proofs import Proof, Proofs
from baseline_collector.audit.spelled import plain, spelled
from baseline_collector.units import show

_SPACE = re.compile(r"\s+")
_STOP = re.compile(r"(?<=\.)\s+")
_PREFIX = re.compile(r"[A-Z][A-Za-z ]{1,30}: ")
_PAIR = re.compile(r"([a-z][a-z ]*?) (`+)(.*?)\2(?=[,)])")
_CODE = re.compile(r"(`+)(.*?)\1")
_DASH = ("–", "-", "")
_SETTINGS = "configuration"
_ENDS = {"interval": ("low", "high"), "range": ("min", "max")}


class Known:
    """What a dataset words about itself, with the facts behind each wording.

    Args:
        proofs: Its facts, derived again when asked.
        findings: Its findings: (title, recommendation, ids of facts).
        said: Further sentences known to speak of certain facts: (text, ids of facts).
    """

    def __init__(self, proofs: Proofs, findings: Iterable[tuple[str, str, Sequence[str]]],
                 said: Iterable[tuple[str, Sequence[str]]] = ()) -> None:
        self.proofs = proofs
        self._said: dict[str, list[str]] = {}
        self._advice: set[str] = set()
        for row in proofs.facts.values():
            self._said.setdefault(_letters(row["statement"]), []).append(row["id"])
        for title, advice, facts in findings:
            for text in filter(None, (title, advice)):
                self._said.setdefault(_letters(text), []).extend(facts)
            self._advice.add(_letters(advice))
        for text, facts in said:
            self._said.setdefault(_letters(text), []).extend(facts)
        self._outcomes: dict[str, Outcome] = {}
        self._records: dict[str, tuple[str, ...]] = {}
        self._pieces: dict[Block, list[tuple[int, int, str]]] = {}

    def judge(self, claim: Claim) -> Outcome | None:
        """Judge a claim of a wording that is known; None for any other.

        Args:
            claim: A claim with a number.
        """
        if claim.block.cell is not None:
            found = self._of_row(claim)
            if found is not None:
                return found
        words = self._sentence(claim)
        return None if words is None else self._of_sentence(claim, words)

    def _of_sentence(self, claim: Claim, words: str) -> Outcome | None:
        text = _spoken(claim)
        texts = (text, claim.digits) if claim.kind == "multiple" else (text,)
        failed: Proof | None = None
        for proof in self._speaking(words, texts):
            if any(one in proof.all_shown for one in texts):
                return self._supported(proof)
            failed = failed or (proof if proof.why else None)
        if words in self._advice and not claim.text[:1].isdigit():
            return Outcome("supported", "Advice of the rule, as the dataset words it.")
        if failed is not None:
            return Outcome("unsupported", f"Fact {failed.id} is not borne out: {failed.why}.")
        return None

    def _speaking(self, words: str, texts: Sequence[str]) -> Iterator[Proof]:
        """Facts of a sentence whose record shows some text, then those of the same topic."""
        own = dict.fromkeys(self._said[words])
        facts = self.proofs.facts
        for one in own:
            if any(text in self._recorded(one) for text in texts):
                yield self.proofs.of(one)
        topics = {facts[one]["topic"] for one in own}
        for text in texts:
            for one in self._by_text.get(text, ()):
                if facts[one]["topic"] in topics:
                    yield self.proofs.of(one)

    def _recorded(self, fact: str) -> tuple[str, ...]:
        """What a fact's record says: only a way to find it, no reason to believe it."""
        known = self._records.get(fact)
        if known is None:
            known = self._records[fact] = _recorded(self.proofs.facts[fact])
        return known

    @cached_property
    def _by_text(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.proofs.facts.values():
            found[_written(row)].append(row["id"])
        return found

    def _sentence(self, claim: Claim) -> str | None:
        pieces = self._pieces.get(claim.block)
        if pieces is None:
            pieces = self._pieces[claim.block] = list(self._cut(claim.block))
        return next((words for start, end, words in pieces if start <= claim.start < end), None)

    def _cut(self, block: Block) -> Iterator[tuple[int, int, str]]:
        """Known sentences of a block with their places, the longest first."""
        stops = [block.own, *(match.end() for match in _STOP.finditer(block.text, block.own)),
                 len(block.text)]
        at = 0
        while at < len(stops) - 1:
            for end in range(len(stops) - 1, at, -1):
                words = self._lookup(block.text[stops[at] : stops[end]])
                if words is not None:
                    yield stops[at], stops[end], words
                    break
            else:
                end = at + 1
            at = end

    def _lookup(self, text: str) -> str | None:
        words = _letters(text)
        if words in self._said:
            return words
        match = _PREFIX.match(plain(text))
        rest = words[len(_letters(match[0])):] if match else ""
        return rest if rest in self._said else None

    def _of_row(self, claim: Claim) -> Outcome | None:
        """Judge a cell by the facts that have exactly the scope its row names."""
        cell = claim.block.cell
        if cell is None or not claim.block.parents:
            return None
        lead = plain(claim.block.parents[-1].text)
        row = {plain(name).replace(" ", "_"): plain(text) for name, text in cell.row}
        shared = {plain(name).replace(" ", "_"): plain(value) for name, _, value
                  in _PAIR.findall(claim.block.parents[-1].text)}
        shared.pop("of", None)
        pairs = {name: value for name, value in {**row, **shared}.items()
                 if name in self._about and value not in _DASH}
        if "estimate" in row:
            pairs.pop("which", None)
        if "quantization" not in row:
            pairs.pop("quantization", None)
        metric = lead.partition(" (")[0].rpartition(", ")[2].rstrip(":").lower().replace(" ", "_")
        found = [self.proofs.facts[one]
                 for one in self._by_scope.get((metric, frozenset(pairs.items())), ())
                 or self._with_settings(metric, pairs, claim.block)]
        if not found:
            return None
        return self._of_column(claim, plain(cell.name), row.get("which", ""), found)

    def _with_settings(self, metric: str, pairs: dict[str, str], block: Block) -> list[str]:
        """Facts with all the settings that a row and the line above its table name."""
        above = block.parents[-1].text.partition(f"{_SETTINGS} ")[2]
        named = {piece for _, code in _CODE.findall(above) for piece in slots.pieces(code.strip())}
        rest = {name: value for name, value in pairs.items() if name != _SETTINGS}
        cells = dict(block.cell.row) if block.cell else {}
        named |= set(slots.pieces(plain(cells.get(_SETTINGS, "")))) - set(_DASH)
        return [one for one in self._by_rest.get((metric, frozenset(rest.items())), ())
                if named <= self._settings[one]]

    def _of_column(self, claim: Claim, column: str, which: str, found: list[dict[str, object]]
                   ) -> Outcome | None:
        text = _spoken(claim)
        wanted = which if column == "estimate" else column
        ends = _ENDS.get(column)
        if ends is not None:
            wanted = ends[claim.end_of == "high"]
        proofs = [self.proofs.of(str(fact["id"])) for fact in found
                  if wanted in ("n", "low", "high") or fact["statistic"] == wanted]
        if not proofs:
            return None
        for proof in proofs:
            if text in _of(proof, wanted):
                return self._supported(proof)
        right = next((shown for proof in proofs for shown in _of(proof, wanted)), "")
        if not right:
            why = next((proof.why for proof in proofs if proof.why), "nothing gives it")
            return Outcome("unsupported", f"Not borne out: {why}.")
        return Outcome("contradicted", f"Derived again it is {right}.",
                       self.proofs.evidence(proofs[0]), right, str(proofs[0].fact["metric"] or ""),
                       proofs[0].scope, wanted, str(proofs[0].fact["sql"] or ""))

    @cached_property
    def names(self) -> frozenset[str]:
        """What facts are about, as a report spells it."""
        return frozenset(value for scope in self._scopes.values() for value in scope.values())

    @cached_property
    def _about(self) -> frozenset[str]:
        return frozenset(name for scope in self._scopes.values() for name in scope)

    @cached_property
    def _scopes(self) -> dict[str, dict[str, str]]:
        read: dict[str, dict[str, str]] = {}
        found = {}
        for one, row in self.proofs.facts.items():
            text = row["scope"]
            if text not in read:
                read[text] = {name: spelled(value) for name, value in json.loads(text).items()
                              if name != "of"}
            found[one] = read[text]
        return found

    @cached_property
    def _by_scope(self) -> dict[tuple[str, frozenset[tuple[str, str]]], list[str]]:
        found: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = defaultdict(list)
        for one, scope in self._scopes.items():
            metric = self.proofs.facts[one]["metric"]
            if metric:
                found[metric, frozenset(scope.items())].append(one)
                if "quantization" in scope:
                    less = frozenset(pair for pair in scope.items() if pair[0] != "quantization")
                    found[metric, less].append(one)
        return found

    @cached_property
    def _settings(self) -> dict[str, frozenset[str]]:
        """Of each fact that is about a configuration its settings, one by one."""
        scopes = ((one, json.loads(row["scope"])) for one, row in self.proofs.facts.items())
        return {one: frozenset(spelled(piece) for piece in slots.pieces(scope[_SETTINGS]))
                for one, scope in scopes if _SETTINGS in scope}

    @cached_property
    def _by_rest(self) -> dict[tuple[str, frozenset[tuple[str, str]]], list[str]]:
        """Facts about a configuration by what else they are about."""
        found: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = defaultdict(list)
        for (metric, scope), facts in self._by_scope.items():
            less = frozenset(pair for pair in scope if pair[0] != _SETTINGS)
            found[metric, less] += [one for one in facts if one in self._settings]
        return found

    def _supported(self, proof: Proof) -> Outcome:
        """Supported by a proof; the same proof gives the same outcome."""
        known = self._outcomes.get(proof.id)
        if known is None:
            fact = proof.fact
            known = self._outcomes[proof.id] = Outcome(
                "supported", f"Derived again for fact {proof.id}: {fact['estimator']}.",
                self.proofs.evidence(proof), "", str(fact["metric"] or ""), proof.scope,
                str(fact["statistic"]), str(fact["sql"] or ""))
        return known


def _of(proof: Proof, wanted: str) -> tuple[str, ...]:
    if wanted == "n":
        return tuple(sorted(proof.counts))
    if wanted in ("low", "high"):
        return proof.ends[:1] if wanted == "low" else proof.ends[1:]
    return (proof.shown,) if proof.shown else ()


def _written(fact: dict[str, object]) -> str:
    value = fact["value"]
    return str(fact["text"]) if value is None else show(float(str(value)), fact["unit"])  # type: ignore[arg-type]  # a symbol or None


def _recorded(fact: dict[str, object]) -> tuple[str, ...]:
    """What a fact's record says, as texts: only a way to find it, no reason to believe it."""
    unit = fact["unit"]
    ends = [show(float(str(fact[end])), unit) for end in ("low", "high")  # type: ignore[arg-type]  # a symbol or None
            if fact[end] is not None]
    return _written(fact), str(fact["n"]), *ends


def _spoken(claim: Claim) -> str:
    return _SPACE.sub(" ", claim.text.strip())


def _letters(text: str) -> str:
    """A sentence without its spaces: code that holds backticks is written with some more."""
    return plain(text).replace(" ", "")
