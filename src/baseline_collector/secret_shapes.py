"""What secrets look like: the keys of vendors, the names they stand behind, their shape.

Every pattern is linear, as in ``redact.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from math import log2
from typing import Final

# Vendor -> what its keys look like. Matched against a whole run of [A-Za-z0-9_-] of at
# least sixteen characters, so lengths here only rule out words that share a prefix.
VENDORS: Final = (
    ("anthropic", r"sk-ant-[A-Za-z0-9_-]{16,}"),
    ("openrouter", r"sk-or-[A-Za-z0-9_-]{16,}"),
    ("openai", r"sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{18,}"),
    ("stripe", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9]{16,}"),
    ("elevenlabs", r"sk_[0-9a-f]{40,}"),
    ("aws", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    ("github", r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"),
    ("gitlab", r"gl(?:pat|rt|dt|ptt|oas|cbt|agent)-[A-Za-z0-9_-]{16,}"),
    ("huggingface", r"(?:hf|api_org)_[A-Za-z0-9]{20,}"),
    ("slack", r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"),
    ("google", r"AIza[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{16,}"),
    ("groq", r"gsk_[A-Za-z0-9]{20,}"),
    ("xai", r"xai-[A-Za-z0-9]{20,}"),
    ("nvidia", r"nvapi-[A-Za-z0-9_-]{20,}"),
    ("perplexity", r"pplx-[A-Za-z0-9]{20,}"),
    ("replicate", r"r8_[A-Za-z0-9]{20,}"),
    ("fireworks", r"fw_[A-Za-z0-9]{20,}"),
    ("langchain", r"lsv2_[a-z]{2}_[A-Za-z0-9_]{20,}|ls__[A-Za-z0-9]{20,}"),
    ("tavily", r"tvly-[A-Za-z0-9-]{16,}"),
    ("pinecone", r"pcsk_[A-Za-z0-9_]{20,}"),
    ("npm", r"npm_[A-Za-z0-9]{30,}"),
    ("pypi", r"pypi-[A-Za-z0-9_-]{40,}"),
    ("docker", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    ("digitalocean", r"do[opr]_v1_[0-9a-f]{40,}"),
    ("databricks", r"dapi[0-9a-f]{32}(?:-\d)?"),
    ("shopify", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,}"),
    ("atlassian", r"ATATT3[A-Za-z0-9_-]{20,}"),
    ("linear", r"lin_(?:api|oauth)_[A-Za-z0-9]{20,}"),
    ("grafana", r"glsa_[A-Za-z0-9_]{20,}|glc_[A-Za-z0-9_]{20,}"),
    ("newrelic", r"NRAK-[A-Z0-9]{20,}"),
    ("postman", r"PMAK-[0-9a-f-]{20,}"),
    ("supabase", r"sbp_[0-9a-f]{30,}"),
    ("twilio", r"SK[0-9a-f]{32}"),
    ("mailgun", r"key-[0-9a-f]{32}"),
    ("age", r"AGE-SECRET-KEY-1[A-Z0-9]{20,}"),
)

# Names after which anything is a secret, and names after which only what looks like one is
# (``time_to_first_token: 12.5`` is a measurement).
STRONG: Final = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|api[_-]?keys?|apikey|access[_-]?key|account[_-]?key|"
    r"private[_-]?key|secret[_-]?key|client[_-]?secret|sharedaccesskey"
)
WEAK: Final = r"token|auth|authorization|credentials?|cookie|session[_-]?id|jwt|bearer|sig"
_BORING: Final = frozenset(
    [
        *("null", "none", "nil", "true", "false", "undefined", "unset", "empty", "default"),
        *("required", "optional", "hidden", "masked", "redacted", "basic", "bearer"),
        *("string", "str", "enabled", "disabled", "yes", "no", "n/a", "ok"),
    ]
)
_WORD: Final = r"(?:[A-Z]?[a-z]{1,15}|[A-Z]{1,15})"
_WORDS: Final = rf"{_WORD}(?:[._/~+=-]+{_WORD})*"


def is_boring(value: str) -> bool:
    """Whether a value stands for none: ``null``, ``***``, ``$TOKEN``."""
    plain = value.strip().strip("\"'").lower()
    return plain in _BORING or not plain.strip("*.x-_") or plain[:1] in {"$", "%"}


def is_masked(value: str) -> bool:
    """Whether a value was masked before."""
    return value.lstrip().startswith(("[secret:", "[user]", "[host]"))


def looks_secret(value: str) -> bool:
    """Long, without the shape of a number, a word, a path, a time or a model's name."""
    if len(value) < 8 or re.search(r"[^A-Za-z0-9+/=_.~-]", value) or "://" in value:
        return False
    letters = sum(character.isalpha() for character in value)
    digits = sum(character.isdigit() for character in value)
    if re.fullmatch(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?[A-Za-z%/_]{0,6}", value):
        return False
    return (letters >= 3 and digits >= 2) or (
        len(value) >= 20 and _entropy_bits(value) > 3.5 and not re.fullmatch(_WORDS, value))


def _entropy_bits(value: str) -> float:
    size = len(value)
    return -sum(n / size * log2(n / size) for n in Counter(value).values())
