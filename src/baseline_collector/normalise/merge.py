"""Context of a value: what its surroundings, its neighbours and last its names say.

The objects around a value speak first, the nearest winning, then the names of its own
containers, then the artifact's neighbours (``neighbours.py``), and last the names of model
and file. The column ``origin`` says which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from baseline_collector.model import Beside
from baseline_collector.normalise.context import PLAIN, Surroundings

_FAMILY = re.compile(
    r"(?<![a-z])(code)?(gemma|llama|qwen|mistral|mixtral|phi|smollm|tinyllama|deepseek|falcon|"
    r"granite|gpt-oss|glm|olmo|yi|vicuna|starcoder|command-r|nemotron|stablelm|gpt)"
    r"-?(\d+(?:\.\d+)?)?"
    r"(?:[_:-](\d+(?:\.\d+)?[bm])(?![a-z0-9]))?((?:[-_](?:it|instruct|chat|qat|base|coder)(?![a-z0-9]))*)",
    re.IGNORECASE,
)
_QUANTIZATION = re.compile(
    r"(?<![a-z0-9])(i?q\d(?:_[0-9a-z]{1,2})*|bf16|fp16|f16|fp32|f32|fp8|int8|int4|awq|gptq|qat|mxfp4)"
    r"(?![a-z0-9])", re.IGNORECASE)

_ENGINE = re.compile(
    r"(?<![a-z0-9])(ollama|vllm|llama[._-]?cpp|sglang|tensorrt-?llm|trt-?llm|lmdeploy|exllama(?:v2)?)"
    r"(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """Context of a value, as columns of the measurements table."""

    plain: tuple[str | None, ...]
    parameters: str | None
    setup: str | None
    origin: str | None
    n: int | None
    failed: str


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def merged(surroundings: Surroundings, around: Iterable[str], at: tuple[int, ...],
           variant: tuple[tuple[str, str], ...], beside: Beside, fallback: Mapping[str, str]
           ) -> Context:
    """Put together what the places around a value say, the nearest last.

    Args:
        surroundings: Of the artifact.
        around: Templates from ``enclosing``.
        at: Indices of the value.
        variant: Settings in the names of its containers.
        beside: What the artifact's neighbours say; it fills what is not stated.
        fallback: What the artifact's path says; it fills the rest.
    """
    plain: dict[str, str] = {}
    parameters: dict[str, str] = {}
    setup: dict[str, str] = {}
    n, failed = None, ""
    for template in around:
        place = (template, at[: template.count("[]")])
        failed = surroundings.failures.get(place) or failed
        said = surroundings.said.get(place)
        if said is None:
            continue
        plain.update(said.plain)
        parameters.update(said.parameters)
        setup.update(said.setup)
        if said.repetitions:
            n = said.repetitions.get("runs") or min(said.repetitions.values())
    for name, value in variant:
        (plain if name in PLAIN else parameters)[name] = value
    columns = [*plain, *(name for name, group in (("parameters", parameters), ("setup", setup))
                         if group)]
    origin: dict[str, object] = dict.fromkeys(columns, "stated")
    _from_neighbours(plain, parameters, setup, beside, origin)
    _complete(plain, fallback, origin)
    return Context(
        tuple(plain.get(name) for name in PLAIN), as_json(parameters), as_json(setup),
        as_json(origin), int(n) if n else None, failed,
    )


def _from_neighbours(plain: dict[str, str], parameters: dict[str, str], setup: dict[str, str],
                     beside: Beside, origin: dict[str, object]) -> None:
    """Fill in what the artifact does not state and its neighbours do."""
    used = False
    for group, mine, theirs in (("", plain, beside.plain),
                                ("parameters.", parameters, beside.parameters),
                                ("setup.", setup, beside.setup)):
        for name, value in theirs:
            if name not in mine:
                mine[name] = value
                origin[group + name] = "neighbour"
                used = True
    unsaid = {name: list(who) for name, who in beside.contradicted
              if name.rpartition(".")[2] not in
              {"": plain, "parameters": parameters, "setup": setup}[name.rpartition(".")[0]]}
    if unsaid:
        origin["contradicted"] = dict(sorted(unsaid.items()))
    if used:
        origin["neighbours"] = list(beside.artifacts)


def _complete(plain: dict[str, str], fallback: Mapping[str, str], origin: dict[str, object]
              ) -> None:
    """Fill in what the model's own name and the path say."""
    model = plain.get("model", fallback.get("model", ""))
    said = _QUANTIZATION.search(model)
    inferred = {**fallback, **({"quantization": said[1]} if said else {})}
    for name in ("model", "quantization", "engine"):
        if name not in plain and name in inferred:
            plain[name] = inferred[name]
            origin[name] = "inferred"


def as_json(values: Mapping[str, object]) -> str | None:
    """Settings as a JSON object with sorted keys, or None where there are none."""
    return _ENCODER.encode(values) if values else None


def from_path(artifact: str) -> dict[str, str]:
    """What the path of an artifact says; the file's name before its folders.

    The model and its quantization are in one name; the engine may be in another.
    """
    found: dict[str, str] = {}
    for name in reversed(artifact.split("/")):
        match = _FAMILY.search(name)
        if match and "model" not in found:
            family = (match[1] or "") + match[2] + (match[3] or "")
            size = f":{match[4]}" if match[4] else ""
            tags = match[5].replace("_", "-") if size else ""
            found["model"] = f"{family}{size}{tags}".lower()
            said = _QUANTIZATION.search(name, match.end())
            if said:
                found["quantization"] = said[1]
        engine = _ENGINE.search(name)
        if engine and "engine" not in found:
            found["engine"] = engine[1].lower()
    return found
