"""Settings of a configuration, as stored and as people write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_NOT_SETTINGS = ("seed",)


@lru_cache(maxsize=1 << 16)
def settings_of(parameters: str | None) -> Mapping[str, str]:
    """Parameters as stored -> settings, without those that only number repetitions.

    One mapping serves all who ask, so nobody can change it.
    """
    text = kept_settings(parameters)
    return MappingProxyType({} if text is None else json.loads(text))


def kept_settings(parameters: str | None) -> str | None:
    """Parameters as stored, without those that only number repetitions."""
    if parameters is None or not any(f'"{name}"' in parameters for name in _NOT_SETTINGS):
        return parameters
    kept = {key: value for key, value in json.loads(parameters).items()
            if key not in _NOT_SETTINGS}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")) if kept else None


def configuration(settings: Mapping[str, str]) -> str:
    """Settings as people write them, ``num_ctx=1024, temperature=0.2``, without their names."""
    kept = {key: value for key, value in settings.items() if key != "config_name"} or settings
    return ", ".join(f"{key}={value}" for key, value in kept.items())
