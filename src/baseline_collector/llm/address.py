"""The URL law: which model servers may be talked to, and at which address exactly.

Only http and https. Loopback by default; another host needs ``allow_remote``.
Link-local and metadata addresses are refused always. A name is resolved once and the
connection goes to the address that was checked, so a name that resolves differently
the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from baseline_collector.errors import UsageError

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

OLLAMA_PORT = 11434

_DEFAULT_PORTS = {"http": 80, "https": 443}

# Cloud metadata services outside the link-local ranges: AWS and GCP over IPv6,
# Alibaba Cloud, Azure's wire server, Oracle Cloud's alternative.
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Address:
    """A server that passed the law.

    Attributes:
        scheme: ``http`` or ``https``.
        host: As written; sent as ``Host`` and checked against the certificate.
        port: TCP port.
        path: Prefix of all paths, without a trailing slash; usually empty.
        ip: The checked address to connect to.
        loopback: Whether that is this machine.
    """

    scheme: str
    host: str
    port: int
    path: str
    ip: str
    loopback: bool

    @property
    def url(self) -> str:
        """Base URL, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def checked(url: str, *, allow_remote: bool = False) -> Address:
    """Parse a base URL, resolve its host once and hold it against the law.

    Args:
        url: ``scheme://host[:port][/prefix]``.
        allow_remote: Whether a host other than this machine is allowed.

    Raises:
        UsageError: Another scheme, credentials in the URL, no host, a host that does
            not resolve, one that is not loopback, or an address never allowed.
    """
    scheme, host, port, path = _split(url)
    addresses = _resolve(host, port)
    for address in addresses:
        _refuse_forbidden(address, host)
    loopback = all(address.is_loopback for address in addresses)
    if not loopback and not allow_remote:
        raise UsageError(
            "the model server is not on this machine",
            where=f"{scheme}://{host}:{port}",
            expected="a loopback address",
            remedy="pass --allow-remote if texts may leave this machine",
        )
    return Address(scheme, host, port, path, str(addresses[0]), loopback)


def ollama_url(value: str) -> str:
    """The URL that a value of ``OLLAMA_HOST`` means to a client.

    Follows Ollama's own reading: without a scheme the port is 11434, with one it is the
    scheme's. Listening on every interface (``0.0.0.0``, ``::``) means loopback here.

    Args:
        value: ``host``, ``host:port``, ``:port``, a bare port, ``scheme://host[:port]`` or empty.
    """
    value = value.strip().strip("\"'").strip()
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "http", value
    rest, slash, path = rest.partition("/")
    host, port = _host_and_port(rest, _DEFAULT_PORTS.get(scheme, 0) if separator else OLLAMA_PORT)
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - the address is replaced, not bound
        host = "127.0.0.1" if host != "::" else "::1"
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}{slash}{path}".rstrip("/")


def _host_and_port(text: str, default: int) -> tuple[str, str]:
    if text.isdigit() and int(text) <= 65535:
        return "", text
    if text.count(":") > 1 and not text.startswith("["):
        return text, str(default)
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, port = text, str(default)
    return host.strip("[]"), port or str(default)


def _split(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(
            f"not a URL: {error}", where="model server", found=repr(url[:80])
        ) from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise UsageError(
            "the model server's URL has a scheme that is not allowed",
            expected="http or https",
            found=parts.scheme or "none",
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "the model server's URL holds credentials",
            remedy="give the key in BASELINE_LLM_API_KEY",
        )
    if not host:
        raise UsageError("the model server's URL names no host", found=repr(url[:80]))
    return parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/")


def _resolve(host: str, port: int) -> list[Ip]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UsageError(
            "the model server's name does not resolve", where=host, remedy="check its spelling"
        ) from None
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    addresses = [ipaddress.ip_address(text) for text in texts]
    # Servers listen on 127.0.0.1 more often than on ::1, and localhost is usually both.
    return sorted(addresses, key=lambda address: address.version)


def _refuse_forbidden(address: Ip, host: str) -> None:
    for form in _forms(address):
        if (
            form.is_link_local
            or form.is_multicast
            or form.is_unspecified
            or form in _METADATA
            or (form.is_reserved and not form.is_loopback)
        ):
            raise UsageError(
                "the model server's address is never allowed (link-local, metadata or not a host)",
                where=host,
                found=str(address),
            )


def _forms(address: Ip) -> list[Ip]:
    """The address and the IPv4 address that an IPv6 form of it carries."""
    forms: list[Ip] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is None and address in _NAT64:
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            forms = [embedded] if address.ipv4_mapped else [*forms, embedded]
    return forms
