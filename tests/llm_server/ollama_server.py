"""A stand-in for Ollama: its wire protocol, on top of real llama.cpp inference.

For machines without Ollama. Follows https://docs.ollama.com/api and the server's
source where the documentation is silent (wording of errors, fields left out when zero).
Its faults can be switched on: ``fault`` is ``cut``, ``slow``, ``gone``, ``error`` or "".
``scripted`` puts a text in place of the inference: what a fooled model would say.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from baseline_collector.llm.embedded import Embedded

# Ollama's option -> llama.cpp's.
OPTIONS = {
    "num_predict": "n_predict",
    "repeat_penalty": "repeat_penalty",
    **{same: same for same in ("temperature", "seed", "top_k", "top_p", "min_p", "stop")},
}
DIGEST = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
VERSION = "0.12.6"


class OllamaServer(ThreadingHTTPServer):
    """Serves one model file under the name ``smollm2:135m``."""

    daemon_threads = True
    name = "smollm2:135m"

    def __init__(self, weights: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.weights = weights
        self.fault = ""
        self.fault_after = 3
        self.delay_s = 0.0
        self.scripted: Callable[[dict[str, Any]], str] | None = None
        self._engine: Embedded | None = None
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def loaded(self) -> bool:
        return self._engine is not None

    def load(self) -> tuple[Any, int]:
        """llama.cpp's wire, and the nanoseconds that loading took just now."""
        with self._lock:
            began = time.perf_counter_ns()
            if self._engine is None:
                self._engine = Embedded(self.weights)
            started = self._engine._child is None
            child = self._engine._running(time.perf_counter() + 60)
            spent = time.perf_counter_ns() - began
            return child.wire, spent if started else max(spent, 1)

    def unload(self) -> None:
        with self._lock:
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.close()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.unload()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OllamaServer

    def do_GET(self) -> None:
        answers = {
            "/api/version": lambda: {"version": VERSION},
            "/api/tags": lambda: {"models": [self._entry()]},
            "/api/ps": lambda: {"models": [self._running()] if self.server.loaded else []},
        }
        if self.path not in answers:
            return self._plain(404, "404 page not found")
        return self._json(200, answers[self.path]())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        if self.path not in {"/api/chat", "/api/generate", "/api/show"}:
            return self._plain(404, "404 page not found")
        model = body.get("model", "")
        if not model:
            return self._json(400, {"error": "model is required"})
        if model not in {self.server.name, self.server.name + ":latest"}:
            return self._json(404, {"error": f"model '{model}' not found"})
        if self.path == "/api/show":
            return self._json(200, self._shown())
        return self._generate(body, chat=self.path == "/api/chat")

    def _generate(self, body: dict[str, Any], *, chat: bool) -> None:
        empty = not (body.get("messages") if chat else body.get("prompt"))
        if empty:
            unload = body.get("keep_alive") in {0, "0", "0s"}
            self.server.unload() if unload else self.server.load()
            reason = "unload" if unload else "load"
            return self._json(200, self._record("", chat, done=True, done_reason=reason))
        if self.server.fault == "gone":
            return self._break_off()
        script = self.server.scripted
        records = self._told(script(body), chat) if script else self._records(body, chat=chat)
        if body.get("stream", True) is False:
            return self._json(200, self._joined(list(records), chat=chat))
        return self._stream(records, body)

    def _told(self, text: str, chat: bool) -> Iterator[dict[str, Any]]:
        """What a model that obeys a script says, in pieces like any other's."""
        for at in range(0, len(text), 64):
            yield self._record(text[at : at + 64], chat)
        yield self._record("", chat, done=True, done_reason="stop", total_duration=9,
                           eval_count=len(text) // 4, eval_duration=7_000_000)

    def _records(self, body: dict[str, Any], *, chat: bool) -> Iterator[dict[str, Any]]:
        began = time.perf_counter_ns()
        wire, load_ns = self.server.load()
        request = self._request(wire, body, chat=chat)
        deadline = time.perf_counter() + 120
        with wire.stream("POST", "/completion", request, deadline=deadline) as incoming:
            if incoming.status != 200:
                yield {"error": json.dumps(incoming.json())}
                return
            for line in incoming.lines():
                if not line.startswith("data: "):
                    continue
                event = json.loads(line[6:])
                if event["content"]:
                    yield self._record(event["content"], chat)
                if event["stop"]:
                    yield self._final(event, chat, load_ns, began)
        if body.get("keep_alive") in {0, "0", "0s"}:
            self.server.unload()

    def _request(self, wire: Any, body: dict[str, Any], *, chat: bool) -> dict[str, Any]:
        messages = body.get("messages") or [
            *([{"role": "system", "content": body["system"]}] if body.get("system") else []),
            {"role": "user", "content": body["prompt"]},
        ]
        _, templated = wire.post("/apply-template", {"messages": messages}, timeout_s=30)
        prompt = body["prompt"] if body.get("raw") else templated["prompt"]
        # Ollama's own defaults, where the request says nothing.
        request: dict[str, Any] = {"prompt": prompt, "stream": True, "temperature": 0.8}
        for key, value in (body.get("options") or {}).items():
            if key in OPTIONS:
                request[OPTIONS[key]] = value
        form = body.get("format")
        if form:
            request["json_schema"] = {"type": "object"} if form == "json" else form
        return request

    def _record(self, text: str, chat: bool, **more: Any) -> dict[str, Any]:
        said = {"message": {"role": "assistant", "content": text}} if chat else {"response": text}
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        return {"model": self.server.name, "created_at": now, **said, "done": False, **more}

    def _final(self, event: dict[str, Any], chat: bool, load_ns: int, began: int) -> dict[str, Any]:
        timings = event["timings"]
        figures = {
            "total_duration": time.perf_counter_ns() - began,
            "load_duration": load_ns,
            "prompt_eval_count": event["tokens_evaluated"],
            "prompt_eval_duration": int(timings["prompt_ms"] * 1e6),
            "eval_count": event["tokens_predicted"],
            "eval_duration": int(timings["predicted_ms"] * 1e6),
        }
        # omitempty: zeros are left out.
        figures = {key: value for key, value in figures.items() if value}
        reason = "length" if event["stop_type"] == "limit" else "stop"
        return self._record("", chat, done=True, done_reason=reason, **figures)

    def _joined(self, records: list[dict[str, Any]], *, chat: bool) -> dict[str, Any]:
        if chat:
            text = "".join(record["message"]["content"] for record in records)
            return {**records[-1], "message": {"role": "assistant", "content": text}}
        return {**records[-1], "response": "".join(record["response"] for record in records)}

    def _stream(self, records: Iterator[dict[str, Any]], body: dict[str, Any]) -> None:
        if self.server.fault == "slow":
            time.sleep(self.server.delay_s)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for number, record in enumerate(records):
                if number == self.server.fault_after and self.server.fault == "cut":
                    return self._break_off()
                if number == self.server.fault_after and self.server.fault == "error":
                    self._chunk({"error": "an error was encountered while running the model"})
                    break
                self._chunk(record)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True  # the client went away

    def _chunk(self, record: dict[str, Any]) -> None:
        data = json.dumps(record).encode() + b"\n"
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _break_off(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json; charset=utf-8")

    def _plain(self, status: int, text: str) -> None:
        self._send(status, text.encode(), "text/plain")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _details(self) -> dict[str, Any]:
        return {
            "parent_model": "",
            "format": "gguf",
            "family": "llama",
            "families": ["llama"],
            "parameter_size": "134.52M",
            "quantization_level": "Q4_1",
        }

    def _entry(self) -> dict[str, Any]:
        return {
            "name": self.server.name,
            "model": self.server.name,
            "modified_at": "2025-10-17T23:14:07.414671Z",
            "size": self.server.weights.stat().st_size,
            "digest": DIGEST,
            "details": self._details(),
        }

    def _running(self) -> dict[str, Any]:
        later = "2030-01-01T00:00:00Z"
        return {**self._entry(), "expires_at": later, "size_vram": 0, "context_length": 4096}

    def _shown(self) -> dict[str, Any]:
        return {
            "modelfile": f"FROM {self.server.name}\nPARAMETER num_ctx 3072\n",
            "parameters": 'num_ctx                        3072\nstop                           "x"',
            "template": "{{ .Prompt }}",
            "details": self._details(),
            "model_info": {"general.architecture": "llama", "llama.context_length": 8192,
                           "general.parameter_count": 134515008},
            "capabilities": ["completion"],
        }

    def log_message(self, *_: Any) -> None:
        pass
