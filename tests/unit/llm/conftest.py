"""A loopback HTTP server that follows a script: what it sends, when, and where it breaks off."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from baseline_collector.llm.address import Address, checked
from baseline_collector.llm.port import Ask


@dataclass
class Script:
    """An answer: pieces of text, pauses in seconds between them; ``cut`` breaks off after them."""

    pieces: list[Any]
    status: int = 200
    cut: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class Scripted(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scripts: dict[str, list[Script]] = {}
        self.requests: list[tuple[str, Any, dict[str, str]]] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def address(self) -> Address:
        return checked(self.url)

    def on(self, path: str, *pieces: Any, **more: Any) -> None:
        """Answer ``path`` so; a further call scripts the next request, the last one stays."""
        self.scripts.setdefault(path, []).append(Script(list(pieces), **more))

    def on_json(self, path: str, value: Any, status: int = 200) -> None:
        self.on(path, json.dumps(value), status=status)

    def bodies(self, path: str) -> list[Any]:
        return [body for where, body, _ in self.requests if where == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Scripted

    def do_GET(self) -> None:
        self._follow(None)

    def do_POST(self) -> None:
        self._follow(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _follow(self, body: Any) -> None:
        self.server.requests.append((self.path, body, dict(self.headers)))
        scripts = self.server.scripts.get(self.path, [Script(["no such path"], 404)])
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        pieces = list(script.pieces)
        while pieces and isinstance(pieces[0], float):
            time.sleep(pieces.pop(0))
        self.send_response(script.status)
        for key, value in {"Transfer-Encoding": "chunked", **script.headers}.items():
            self.send_header(key, value)
        self.end_headers()
        try:
            for piece in pieces:
                if isinstance(piece, float):
                    time.sleep(piece)
                    continue
                data = piece.encode() if isinstance(piece, str) else piece
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
            if script.cut:
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self.wfile.write(b"0\r\n\r\n")
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.shutdown()
    scripted.server_close()


@pytest.fixture
def nobody() -> str:
    """URL of a port where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def ask() -> Ask:
    return Ask(purpose="analysis", system="be terse", prompt="say something", timeout_s=5.0)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OLLAMA_HOST", "OPENAI_BASE_URL", "OPENAI_API_KEY", "BASELINE_LLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    # Proxies of the environment must not matter; a dead one would show it.
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
