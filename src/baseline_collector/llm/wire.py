"""HTTP to one checked address, every read bounded by one deadline.

httpcore rather than httpx: its network back end is a public seam, which lets a
connection go to the address that was checked and lets one wall-clock deadline bound
connecting, headers and every piece of a stream. httpx only offers a bound per read,
which a server that trickles bytes can stretch without end. httpcore also follows no
redirects and knows no proxies from the environment.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore

from baseline_collector.llm.address import Address

# A line of a stream is one token and its frame; a server that sends more is not one of ours.
MAX_LINE_BYTES = 4 << 20
MAX_BODY_BYTES = 16 << 20


class TooLateError(Exception):
    """The deadline passed."""


class GoneError(Exception):
    """The server cannot be reached, or broke the connection."""

    def __init__(self, text: str, *, reached: bool) -> None:
        super().__init__(text)
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Wire:
    """A server, spoken to over HTTP, one connection a request.

    Keep-alive is off: llama.cpp's server closes idle connections without a word, and the
    next request on such a connection fails for no fault of its own.

    Attributes:
        address: Where, as checked.
        headers: Sent with each request; the place of an API key.
    """

    address: Address
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, path: str, *, timeout_s: float) -> tuple[int, object]:
        """Status and JSON body (None where it is not JSON) of a GET.

        Raises:
            TooLateError: Not whole within ``timeout_s`` seconds.
            GoneError: Not reachable, or broken off.
        """
        with self.stream("GET", path, None, deadline=time.perf_counter() + timeout_s) as reply:
            return reply.status, reply.json()

    def post(self, path: str, body: object, *, timeout_s: float) -> tuple[int, object]:
        """Status and JSON body of a POST of JSON; raises as ``get`` does."""
        with self.stream("POST", path, body, deadline=time.perf_counter() + timeout_s) as reply:
            return reply.status, reply.json()

    @contextmanager
    def stream(
        self, method: str, path: str, body: object | None, *, deadline: float
    ) -> Iterator[Incoming]:
        """Send a request and hand out the answer while it comes in.

        Args:
            method: ``GET`` or ``POST``.
            path: Below the address, with a leading slash.
            body: Sent as JSON; None for no body.
            deadline: ``time.perf_counter()`` seconds by which all must be over.

        Raises:
            TooLateError: The deadline passed, at any point.
            GoneError: Not reachable, or broken off.
        """
        content = None if body is None else json.dumps(body).encode()
        headers = {"Connection": "close", "Accept": "*/*", **self.headers}
        if content is not None:
            headers["Content-Type"] = "application/json"
        with (
            _named_errors(),
            httpcore.ConnectionPool(
                network_backend=_Backend(self.address.ip, deadline),
                ssl_context=_tls(self.address.scheme),
            ) as pool,
            pool.stream(
                method, self.address.url + path, headers=list(headers.items()), content=content
            ) as response,
        ):
            yield Incoming(response.status, response.iter_stream())


@dataclass(slots=True)
class Incoming:
    """An answer coming in: its status, and its body as lines or as JSON."""

    status: int
    chunks: Iterable[bytes]

    def lines(self) -> Iterator[str]:
        """Lines of the body as they arrive, without their ends; the last one may be cut short.

        Raises:
            GoneError: A line is longer than any token could make it.
        """
        held = b""
        for chunk in self.chunks:
            *whole, held = (held + chunk).split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "replace").rstrip("\r")
            if len(held) > MAX_LINE_BYTES:
                raise GoneError("sent a line without end", reached=True)
        if held:
            yield held.decode("utf-8", "replace").rstrip("\r")

    def json(self) -> object:
        """The whole body as JSON, None where it is not JSON."""
        body = b""
        for chunk in self.chunks:
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise GoneError("sent a body without end", reached=True)
        try:
            parsed: object = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return parsed


class _Backend(httpcore.NetworkBackend):
    """Connects to the checked address, whatever the name says by now."""

    def __init__(self, ip: str, deadline: float) -> None:
        self._ip = ip
        self._deadline = deadline
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline)
        stream = self._real.connect_tcp(self._ip, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection that knows its deadline."""

    def __init__(self, real: httpcore.NetworkStream, deadline: float) -> None:
        self._real = real
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._real.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._real.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._real.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._real.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._real.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.perf_counter()
    if left <= 0:
        raise TooLateError
    return left


def _tls(scheme: str) -> ssl.SSLContext | None:
    return ssl.create_default_context() if scheme == "https" else None


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise TooLateError from None
    except (httpcore.ConnectError, ConnectionRefusedError) as error:
        raise GoneError(str(error) or "no connection", reached=False) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise GoneError(str(error) or type(error).__name__, reached=True) from None
