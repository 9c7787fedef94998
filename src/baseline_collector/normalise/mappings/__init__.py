"""What the keys of known formats mean: one table a format, data that tests can walk.

A format without a table, and keys that its table leaves out, are read by the rules of
``meaning.py``. Tables are listed in ``TABLES`` by the reader's name.
"""

from __future__ import annotations

from collections.abc import Mapping

from baseline_collector.normalise.mappings.entry import Entry

TABLES: Mapping[str, Mapping[str, Entry]] = {}
"""Reader name -> key template -> what it means."""
