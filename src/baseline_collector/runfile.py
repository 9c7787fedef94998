"""``run.json``: what a bench of live models measured, versioned; ``bench`` writes, a reader reads.

A run is its settings, its requests one by one, and their summary; ``client_error`` says how far
the measuring client itself is off, where it was calibrated. A value that was not measured is
null. Units stand in the names; token gaps are pooled over all requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

SCHEMA = "baseline-collector/run/1"
FAMILY = "baseline-collector/run/"
"""What the schema of every version starts with."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        started_s: When it was sent, from the start of the run.
        time_to_first_token_ms: From sending to the first token; null where none came.
        request_latency_ms: From sending to the end of its answer.
        inter_token_latency_ms: Every gap between two tokens, in order.
        prompt_tokens: As the server counted them; null where it did not.
        output_tokens: The same.
        error: Why it failed; null where it did not.
    """

    started_s: float
    time_to_first_token_ms: float | None = None
    request_latency_ms: float | None = None
    inter_token_latency_ms: tuple[float, ...] = ()
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution over ``n`` values, in the unit of its name; null where there is none."""

    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests succeeded and failed."""

    ok: int
    failed: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the requests of a run come to; times per token leave the first token out."""

    requests: Count
    request_rate_per_s: float | None
    output_token_throughput_per_s: float | None
    time_to_first_token_ms: Spread
    inter_token_latency_ms: Spread
    time_per_output_token_ms: Spread
    request_latency_ms: Spread


@dataclass(frozen=True, slots=True)
class Off:
    """How far off a client's times were against a server that knows the truth."""

    mean: float
    p99: float


@dataclass(frozen=True, slots=True)
class ClientError:
    """Error of the measuring client, and the request rate above which it cannot keep up."""

    time_to_first_token_ms: Off
    ceiling_requests_per_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a bench.

    Attributes:
        started_at: ISO 8601, UTC.
        duration_s: From the first request to the last answer.
        model: As the server names it.
        engine: Name of the server, with its version where it says so.
        device: What it ran on, where known.
        parameters: Settings: concurrency, request_rate, max_tokens, temperature, ...
        requests: One by one, in the order they were sent; warm-up requests are not among them.
        summary: What they come to.
        client_error: Null without calibration.
        schema: Version of this format.
    """

    started_at: str
    duration_s: float
    model: str
    summary: Summary
    requests: tuple[Request, ...] = ()
    engine: str | None = None
    device: str | None = None
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    client_error: ClientError | None = None
    schema: str = SCHEMA


def document(run: Run) -> dict[str, object]:
    """A run as the JSON document that is written; the schema stands first."""
    found: dict[str, object] = {"schema": run.schema}
    return found | {name: value for name, value in asdict(run).items() if name != "schema"}
