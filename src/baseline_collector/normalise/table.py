"""The measurements table, put together column by column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.model import Artifact
from baseline_collector.normalise.cleaning import Judged
from baseline_collector.normalise.columns import Bools, Ints, Leaves, grouped
from baseline_collector.normalise.context import PLAIN
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.mappings.definitions import LOAD_AND_PROMPT, WORDS
from baseline_collector.normalise.merge import as_json
from baseline_collector.normalise.phases import NAMES, NONE
from baseline_collector.normalise.places import paths_of, pointers_of, shown_key
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.readers.base import Places

_ROLES = {"measurement": "measurement", "unnamed": "unnamed", "parameter": "parameter",
          "identity": "identity", "time": "time", "repetitions": "parameter",
          "context": "parameter", "setup": "parameter", "outcome": "unnamed", "answer": "unnamed"}
_STATUS = ("ok", "failed", "quarantined")
_STYLES: tuple[Places, ...] = ("json", "rows", "lines", "blocks")


def assemble(leaves: Leaves, artifacts: Sequence[Artifact], places: Sequence[Places],
             quantities: Quantities, judged: Judged, contexts: Contexts, phase: Ints,
             aside: Bools, redact: Callable[[str], str],
             redact_value: Callable[[str, str], str]) -> pa.Table:
    """Fill the columns of ``schema.MEASUREMENTS``, one row a numeric leaf, in order.

    ``aside`` marks rows that no statistic counts: failed, quoted, of a twin, repeated.
    """
    rows = leaves.numeric
    owner, keys = leaves.artifact[rows], leaves.key[rows]
    roles = [_ROLES[meaning.role] for meaning in leaves.meanings]
    statistics = [meaning.statistic for meaning in leaves.meanings]
    columns: dict[str, pa.Array] = {
        "artifact": _coded(owner, [artifact.artifact for artifact in artifacts]),
        "sha256": _coded(owner, [artifact.sha256 for artifact in artifacts]),
        "format": _coded(owner, [artifact.format for artifact in artifacts]),
        "raw": leaves.raw.take(pa.array(rows)).cast(pa.string()),
        "value": pa.array(quantities.value, from_pandas=True),
        "metric": _coded(quantities.metric, _nulled(quantities.metric_names)),
        "statistic": _coded(keys, statistics),
        "role": _coded(keys, roles),
        "status": _coded(judged.status, _STATUS),
        "reason": _coded(judged.reason, [redact(text) or None for text in judged.reasons]),
        "definition": _definitions(leaves, judged),
        "unit": _units(quantities, judged),
        "record": pa.array(leaves.at[0][rows], mask=leaves.at[0][rows] < 0),
    }
    columns |= _placed(leaves, places)
    columns |= _context_columns(contexts, phase, redact, redact_value)
    columns["restates"] = _coded(np.zeros(len(rows), np.int64), [None])
    columns["counted"] = _counted(quantities, aside, columns["unit"])
    arrays = [columns[field.name] for field in MEASUREMENTS]
    return pa.Table.from_arrays(arrays, schema=MEASUREMENTS)


def _definitions(leaves: Leaves, judged: Judged) -> pa.DictionaryArray:
    """What the format or the record says that each value follows."""
    stated = [meaning.definition or None for meaning in leaves.meanings]
    codes = np.where(judged.words, len(stated), leaves.key[leaves.numeric])
    codes[judged.sums] = len(stated) + 1
    return _coded(codes, [*stated, WORDS, LOAD_AND_PROMPT])


def _coded(codes: Ints, names: Iterable[str | None]) -> pa.DictionaryArray:
    """A dictionary column; names may repeat or be None, a name no row has is left out."""
    listed = list(names)
    known: dict[str, int] = {}
    lookup = np.full(max(len(listed), 1), -1, np.int32)
    for code in np.unique(codes).tolist():
        name = listed[code]
        if name is not None:
            lookup[code] = known.setdefault(name, len(known))
    mapped = lookup[codes] if len(codes) else np.zeros(0, np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(mapped, pa.int32(), mask=mapped < 0), pa.array(list(known), pa.string()))


def _nulled(names: Sequence[str]) -> list[str | None]:
    return [name or None for name in names]


def _units(quantities: Quantities, judged: Judged) -> pa.DictionaryArray:
    """Units by symbol; words in place of tokens where that is what was counted."""
    names = list(quantities.unit_names)
    in_words = {names.index("tok"): "word", names.index("tok/s"): "word/s"}
    codes = quantities.unit.copy()
    for code, symbol in in_words.items():
        codes[judged.words & (quantities.unit == code)] = names.index(symbol)
    return _coded(codes, _nulled(names))


def _placed(leaves: Leaves, places: Sequence[Places]) -> dict[str, pa.Array]:
    """Key, path and pointer, rendered a template and style at a time."""
    rows = leaves.numeric
    styles = np.array([_STYLES.index(place) for place in places] or [0], np.int64)
    pairs = leaves.key[rows] * len(_STYLES) + (styles[leaves.artifact[rows]] if len(rows) else 0)
    groups = grouped(pairs)
    order = np.concatenate([at for _, at in groups]) if groups else np.zeros(0, np.int64)
    back = np.empty(len(rows), np.int64)
    back[order] = np.arange(len(rows))
    paths, pointers, keys = [], [], []
    for code, at in groups:
        key, style = divmod(code, len(_STYLES))
        template, place = leaves.keys[key], _STYLES[style]
        indices = tuple(column[rows[at]] for column in leaves.at)
        paths.append(paths_of(template, place, indices))
        pointers.append(pointers_of(template, place, indices))
        keys.append((len(at), shown_key(template, place)))
    back_array = pa.array(back)
    shown = _coded(np.repeat(np.arange(len(keys)), [size for size, _ in keys])[back]
                   if keys else back, [name for _, name in keys])
    return {"path": _joined(paths).take(back_array), "key": shown,
            "pointer": _joined(pointers).take(back_array)}


def _joined(pieces: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.string())


def _context_columns(contexts: Contexts, phase: Ints, redact: Callable[[str], str],
                     redact_value: Callable[[str, str], str]
                     ) -> dict[str, pa.Array]:
    table, codes = contexts.table, contexts.codes

    def masked(text: str | None) -> str | None:
        return redact(text) if text else text

    columns = {name: _coded(codes, [masked(context.plain[at]) for context in table])
               for at, name in enumerate(PLAIN) if name != "phase"}
    def settings(text: str | None) -> str | None:
        if not text:
            return text
        known = {key: redact_value(key, value) for key, value in json.loads(text).items()}
        return masked(as_json(known))

    columns["parameters"] = _coded(codes, [settings(context.parameters) for context in table])
    columns["setup"] = _coded(codes, [settings(context.setup) for context in table])
    columns["origin"] = _coded(codes, [masked(context.origin) for context in table])
    repeats = np.array([context.n or 0 for context in table] or [0], np.int64)
    counts = repeats[codes] if len(codes) else np.zeros(0, np.int64)
    columns["n"] = pa.array(counts, pa.int64(), mask=counts == 0)
    stated = [context.plain[PLAIN.index("phase")] for context in table]
    seen = np.where(phase != NONE, len(stated) + phase,
                    codes if len(codes) else phase).astype(np.int64)
    columns["phase"] = _coded(seen, [*(text and text.lower() for text in stated), *NAMES])
    return columns


def _counted(quantities: Quantities, aside: Bools, unit: pa.DictionaryArray) -> pa.Array:
    has_unit = unit.is_valid().to_numpy(zero_copy_only=False)
    good = (quantities.metric > 0) & ~aside & has_unit
    return pa.array(good & ~np.isnan(quantities.value))
