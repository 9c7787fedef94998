"""Secrets and personal details out of texts, before a model, a report or a log sees them.

A secret becomes ``[secret:KIND:8 hex digits of its SHA-256]``, so that two places that
hold the same one can still be told to agree; a user name becomes ``[user]``, a host
``[host]``, an e-mail address ``[email]``. Model names, metric keys, numbers, digests,
times, versions and loopback URLs stay as they are.

Every pattern is linear: a quantifier that could be entered again from its own inside is
possessive or bounded, and may begin only where a run of its characters begins.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from baseline_collector.secret_shapes import (
    STRONG,
    VENDORS,
    WEAK,
    is_boring,
    is_masked,
    looks_secret,
)

_HOST_KEYS: Final = (
    r"host|hostname|host_?names?|nodename|node_?name|fqdn|computer_?name|machine_?name|server_?name"
)
_USER_KEYS: Final = r"user|user_?name|login|owner|author"

_LOOPBACK: Final = frozenset(
    [
        *("localhost", "localhost.localdomain", "127.0.0.1", "::1", "[::1]"),
        *("0.0.0.0", "::", "host.docker.internal"),  # noqa: S104 - recognised, not bound
    ]
)
# Words after @ that are versions, digests or precisions, not machines.
_NOT_HOSTS: Final = r"(?:sha\d+|v\d[\w.-]*|i?q\d\w*|b?fp?\d+|int\d+|latest|main|master|stable)\b"


class Redactor:
    """Masks secrets and personal details; masking twice changes nothing more.

    Args:
        enabled: False gives every text back as it is (``--no-redact``).
    """

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled

    def text(self, text: str) -> str:
        """Any text, masked."""
        if not self.enabled:
            return text
        # What a first round masks can lay bare a boundary that a second one needs.
        for _ in range(4):
            masked = _once(text)
            if masked == text:
                break
            text = masked
        return text

    def value(self, key: str, text: str) -> str:
        """A value, masked with what its key says about it.

        Args:
            key: Key or column, or a path that ends in one (``env.HOSTNAME``).
            text: The value as text.
        """
        if not self.enabled or not text.strip():
            return text
        last = re.split(r"[.\[\]/\s]+", key.strip("]. "))[-1]
        kind = _key_kind(last)
        if kind == "host":
            return self.text(_mask_host(text))
        if kind == "user" and not re.search(r"[\s@/\\\[]", text):
            return "[user]"
        if kind == "strong" and not is_boring(text) and not is_masked(text):
            return _mark("value", text)
        if kind == "weak" and looks_secret(text.strip()) and not is_masked(text):
            return _mark("value", text)
        return self.text(text)


def _mark(kind: str, secret: str) -> str:
    digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    return f"[secret:{kind}:{digest[:8]}]"


def _once(text: str) -> str:
    """One round; each step is skipped where a plain search shows it has nothing to do."""
    text = _mask_keyed(text)
    for needle, pattern, replace in _steps():
        if needle in text:
            text = pattern.sub(replace, text)
    for pattern in _own_names():
        text = pattern.sub("[host]", text)
    return text


Replacement = Callable[[re.Match[str]], str]


@cache
def _steps() -> tuple[tuple[str, re.Pattern[str], Replacement], ...]:
    """Needle, pattern and replacement, in the order they are applied; compiled on first use."""
    return (
        ("PRIVATE KEY", re.compile(_PRIVATE_KEY), _whole("private-key")),
        ("://", re.compile(_URL_CREDENTIALS), _url_credentials),
        ("eyJ", re.compile(_JWT), _whole("jwt")),
        ("", re.compile(r"[A-Za-z0-9_-]{16,}+"), _vendor),
        (".", re.compile(_DOTTED), _whole("token")),
        (":AA", re.compile(r":AA[A-Za-z0-9_-]{33}(?![\w-])"), _telegram),
        ("/services/", re.compile(r"/services/T\w{6,}+/B\w{6,}+/\w{16,}+"), _whole("webhook")),
        ("/webhooks/", re.compile(r"/webhooks/\d{6,}+/[\w-]{16,}+"), _whole("webhook")),
        (" ", re.compile(_SCHEMES), _scheme),
        ("@", re.compile(_EMAIL), _email),
        ("@", re.compile(_USER_AT_HOST), lambda found: "[user]@[host]"),
        ("", re.compile(_HOME), _home),
        ("/root", re.compile(r"(?<![\w./\]-])/root(?![\w-])"), lambda found: "/[user]"),
        ("\\\\", re.compile(_UNC), lambda found: f"{found[1]}[host]{found[2]}"),
    )


_PRIVATE_KEY: Final = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[A-Za-z0-9+/=\s\\:,.]|-(?!----))*+(?:-----END [A-Z0-9 ]{0,60}-----)?"
)
_URL_CREDENTIALS: Final = r"://(?!\[secret:)([^\s/@:\"'<>]{0,256}+:[^\s/@\"'<>]{1,256}+)@"
_JWT: Final = r"eyJ(?<![\w-]eyJ)[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+){1,3}"
# SendGrid, HashiCorp Vault, Google OAuth access tokens.
_DOTTED: Final = (
    r"(?<![\w.-])(?:SG\.[\w-]{16,}+\.[\w-]{16,}+|hv[sbr]\.[\w-]{20,}+|ya29\.[\w-]{20,}+)"
)
_VALUE: Final = r"(?!\[(?:secret:|user\]|host\]|email\]))[^\s\"'`,;&<>|\\(){}\[\]]{4,}+"
_SCHEMES: Final = rf"((?:Bearer|bearer|BEARER|Basic|basic|BASIC|Token|token)[ \t]{{1,4}})({_VALUE})"
_EMAIL: Final = r"(?<![\w.%+-])[\w.%+-]{1,64}+@(?:[A-Za-z0-9-]{1,63}+\.)++[A-Za-z]{2,24}(?![\w-])"
_USER_AT_HOST: Final = (
    r"(?<![\w./@%+-])[a-z_][a-z0-9_-]{1,31}+"
    rf"@(?!{_NOT_HOSTS})[A-Za-z][A-Za-z0-9-]{{1,62}}+(?![\w.])"
)
# The name may hold spaces only where a separator follows it.
_HOME: Final = (
    r"[\\/]{1,4}(?:[Uu]sers|USERS|home|[Dd]ocuments and [Ss]ettings)[\\/]{1,4}(?!\[user\])"
    r"([^\\/\"'<>|:*?\r\n\t,;]{1,64}(?=[\\/])|[^\\/\s\"'`<>|:*?,;(){}\[\]]{1,64})"
)
_UNC: Final = r"(?<![\\\w:/.\]\"])(\\{2,4})(?!\[host\])[A-Za-z0-9][\w.-]{1,62}+(\\{1,2}(?=[\w$\[]))"


def _whole(kind: str) -> Replacement:
    return lambda found: _mark(kind, found[0])


@cache
def _vendor_pattern() -> tuple[frozenset[str], re.Pattern[str]]:
    parts = (f"(?P<{name}>{pattern})" for name, pattern in VENDORS)
    # The first two letters decide for nearly every word that it is no key.
    starts = "sk- sk rk pk wh AK AS AB AC gh gi gl hf ap xo xa AI GO gs nv pp r8 fw ls tv pc np py"
    starts += " dc do da sh AT li NR PM sb SK ke AG"
    return frozenset(start[:2] for start in starts.split()), re.compile("|".join(parts))


def _vendor(found: re.Match[str]) -> str:
    """A run with the keys in it masked: file names put words before and behind them."""
    starts, pattern = _vendor_pattern()
    run, done = found[0], 0
    kept: list[str] = []
    for at in _word_starts(run):
        if at < done or run[at : at + 2] not in starts:
            continue
        match = pattern.match(run, at)
        if match is not None and run[match.end() : match.end() + 1] in ("", "_", "-"):
            kept += (run[done:at], _mark(str(match.lastgroup), match[0]))
            done = match.end()
    return "".join((*kept, run[done:])) if done else run


def _word_starts(run: str) -> list[int]:
    """Where words of a run begin; of very many only the first, so that a run stays linear."""
    starts, left = [0], run.replace("-", "_")
    while len(starts) < _MOST_WORDS and (at := left.find("_", starts[-1])) >= 0:
        starts.append(at + 1)
    return starts


_MOST_WORDS: Final = 32


def _telegram(found: re.Match[str]) -> str:
    return ":" + _mark("telegram", found[0][1:])


def _url_credentials(found: re.Match[str]) -> str:
    return f"://{_mark('url-credentials', found[1])}@"


def _mask_keyed(text: str) -> str:
    """Values after ``key=``, ``"key": "`` or ``--key``, by what their key and they look like.

    The names are searched in a lowered copy: a search without IGNORECASE is ten times
    faster, and this is the one step that every text goes through from end to end.
    """
    lowered = text.lower()
    # Lowering a few letters changes their length, and positions must agree.
    if len(lowered) != len(text):
        lowered = text.translate(_ascii_lowered())
    names, after_strong, after_weak = _keyed_patterns()
    pieces: list[str] = []
    done = seen = 0
    for name in names.finditer(lowered):
        if name.start() < seen:
            continue
        strong = name["strong"] is not None
        value = (after_strong if strong else after_weak).match(text, name.end())
        if value is None:
            continue
        secret = _is_secret(text, name.start(), name[0], value[1], strong=strong)
        if secret:
            pieces += (text[done : value.start(1)], _mark("value", value[1]))
            done = value.end(1)
        # Never twice over one long value: that would make a hostile line quadratic.
        seen = value.end(1) if secret or strong else seen
    return "".join((*pieces, text[done:])) if pieces else text


@cache
def _ascii_lowered() -> dict[int, int]:
    return {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@cache
def _keyed_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Names with something after them; then what follows strong and weak ones, the value last."""
    quote = r"(?:\\{0,4}[\"'`])?"
    between = rf"{quote}(?:\s{{0,4}}[:=]\s{{0,4}}|\s{{1,4}}){quote}"
    follows = r"\\{0,4}[\"'`]?(?:\s{0,4}[:=]|\s{1,4}[^\s:=])"
    return (
        re.compile(rf"(?:(?P<strong>{STRONG})|{WEAK})(?={follows})"),
        re.compile(rf"{between}({_VALUE})"),
        # Without : and = inside, so that values of neighbouring names cannot overlap.
        re.compile(rf"{between}((?!\[)[^\s\"'`,;&<>|\\(){{}}\[\]:=]{{4,}}+={{0,2}})"),
    )


def _is_secret(text: str, start: int, name: str, value: str, *, strong: bool) -> bool:
    if text[start - 1 : start] == "[" or not (strong or looks_secret(value)):
        return False
    if name == "pwd" and value[0] in "/~.":
        return False  # the shell's PWD is the folder it works in
    spaced = text[start + len(name) : start + len(name) + 1].isspace()
    return not is_boring(value) and (not spaced or _is_option(text, start, name))


def _is_option(text: str, start: int, name: str) -> bool:
    """Whether a name with a space after it needs no colon: ``--hf-token abc``, not ``a token abc``.

    ``name : value`` is let through too; the pattern has seen to the colon.
    """
    after = text[start + len(name) : start + len(name) + 5].lstrip()
    if after[:1] in {":", "="}:
        return True
    before = text[max(0, start - 48) : start]
    return re.search(r"(?:^|[\s\"'])--?[\w-]{0,40}$", before) is not None


def _scheme(found: re.Match[str]) -> str:
    return found[1] + _mark("token", found[2]) if looks_secret(found[2]) else found[0]


def _email(found: re.Match[str]) -> str:
    return "[email]"


def _home(found: re.Match[str]) -> str:
    shared = found[1].lower() in {"public", "default", "all users", "default user", "shared"}
    before = found.string[max(0, found.start() - 3) : found.start()]
    # A path begins here, or after a drive as Windows (C:), MSYS (/c) or WSL (/mnt/c) write it.
    begins = re.search(r"(?:^|[^\w.\])~-]|[\\/][A-Za-z])$", before)
    if shared or not begins:
        return found[0]
    return found[0][: found.start(1) - found.start()] + "[user]"


@cache
def _key_kind(key: str) -> str:
    for kind, names in (
        ("host", rf"(?:\w*[_-])?(?:{_HOST_KEYS})"),
        ("user", rf"(?:\w*[_-])?(?:{_USER_KEYS})"),
        ("strong", rf".*(?:{STRONG})"),
        ("weak", rf"(?:.*[_-])?(?:{WEAK})"),
    ):
        if re.fullmatch(names, key, re.IGNORECASE):
            return kind
    return ""


def _mask_host(text: str) -> str:
    """The host of a bare name, ``host:port`` or URL; loopback stays."""
    match = re.fullmatch(r"(\s*(?:[a-z]+://)?)([^\s/:\[\]@]+)((?::\d+)?(?:/\S*)?\s*)", text)
    if match is None or match[2].lower() in _LOOPBACK or re.fullmatch(r"[\d.]{1,3}", match[2]):
        return text
    return f"{match[1]}[host]{match[3]}"


@cache
def _own_names() -> tuple[re.Pattern[str], ...]:
    """This machine's own names, where they cannot be mistaken for a word."""
    import socket

    full = socket.gethostname()
    names = {full, full.partition(".")[0]}
    telling = sorted((name for name in names if _is_telling(name)), key=len, reverse=True)
    return tuple(
        re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE) for name in telling
    )


def _is_telling(name: str) -> bool:
    if name.lower() in _LOOPBACK or len(name) < 4:
        return False
    return bool(re.search(r"[-.\d]", name)) or len(name) >= 8
