#!/usr/bin/env python3
"""Measure two small language models on this machine and write the artifacts.

    pip install xllamacpp httpx psutil
    python examples/measure.py --out examples/artifacts --models DIR_WITH_GGUF

llama.cpp's own HTTP server (from `xllamacpp`) runs in a child process; this process is its
streaming client on loopback. `ttft_s` and `total_s` are the client's, counts and the other
times the server's. What was not measured stays empty, never 0. More in README.md beside this.
"""

import argparse
import hashlib
import itertools
import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from write_artifacts import FIELDS, GROUP, describe, write_json, write_model, write_summary

try:
    import httpx
    import psutil
    ENGINE = {"engine": "llama.cpp (xllamacpp)", "engine_version": metadata.version("xllamacpp")}
except (ImportError, metadata.PackageNotFoundError) as missing:
    sys.exit(f"measure.py: missing {missing.name}; run: pip install xllamacpp httpx psutil")

MODELS = {
    "smollm2": {"model": "SmolLM2-135M-Instruct", "quantization": "Q4_1", "chat": True,
                "max_tokens": 48, "file": r"smollm2-135m-instruct.*q4_1.*\.gguf$"},
    "gemma3": {"model": "gemma-3-270m", "quantization": "Q4_K_M", "chat": False,
               "max_tokens": 32, "file": r"gemma-?3-270m.*q4_k_m.*\.gguf$"},
}
PROMPTS = json.loads(Path(__file__).with_name("prompts.json").read_text())  # "overlong" is meant to fail
# Threads that spin at a barrier lose whole seconds when a neighbour takes their core.
WAIT_POLICY = "passive"


class CallFailed(Exception):
    """A request that gave no answer; the text says why."""


def now():
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def others_busy_s():
    """CPU seconds this machine has spent on anything but this script and its server."""
    machine, me = psutil.cpu_times(), psutil.Process()
    ours = sum(sum(process.cpu_times()[:2]) for process in (me, *me.children()))
    return sum(machine) - machine.idle - getattr(machine, "iowait", 0) - ours


def serve(options):
    """Child process: load the model, say where it listens, stay until stdin closes."""
    import xllamacpp
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = options["path"], {options["alias"]}
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options["threads"]
    params.n_ctx, params.n_ubatch, params.n_parallel = options["ctx"], options["ubatch"], 1
    flash = "LLAMA_FLASH_ATTN_TYPE_" + options["flash_attention"].upper()
    params.flash_attn_type = getattr(xllamacpp.llama_flash_attn_type, flash)
    params.warmup, params.fit_params = options["warmup"], False
    params.n_gpu_layers = params.cache_ram_mib = params.port = params.verbosity = 0
    started = time.perf_counter()
    server = xllamacpp.Server(params)
    load_s = round(time.perf_counter() - started, 6)
    print(json.dumps({"url": server.listening_address, "load_s": load_s}), flush=True)
    sys.stdin.read()
    os._exit(0)


@contextmanager
def running_server(spec, **settings):
    """Yield {url, load_s, pid}; the child is stopped whatever happens inside."""
    options = {"path": str(spec["path"]), "alias": spec["model"], "threads": 2, "ctx": 2048,
               "ubatch": 512, "flash_attention": "auto", "warmup": False} | settings
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen([sys.executable, __file__, "--serve", json.dumps(options)], text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                 env=os.environ | {"OMP_WAIT_POLICY": WAIT_POLICY})
        try:
            line = next((text for text in child.stdout if text.startswith('{"url"')), None)
            if line is None:
                log.seek(0)
                sys.exit(f"measure.py: no server with {spec['path'].name}:\n{log.read()[-2000:]}")
            server = json.loads(line) | {"pid": child.pid}
            httpx.get(server["url"] + "/health", timeout=30).raise_for_status()
            yield server
        finally:
            child.kill()  # it holds nothing worth saving; if we die first, its stdin closes
            child.communicate()


def call(url, spec, prompt_id, temperature=0.0, seed=42, cache_prompt=False, timeout=120.0):
    """Send one streaming request on its own connection; return the measured fields.

    `tokens_s` is the server's own rate, which leaves the first token out:
    (eval_count - 1) / eval_s. `itl` holds the gaps between pieces of text, in seconds.
    """
    body = {"max_tokens": spec["max_tokens"], "temperature": temperature, "seed": seed, "stream": True,
            "cache_prompt": cache_prompt, "stream_options": {"include_usage": True}}
    if spec["chat"]:
        path, body["messages"] = "/v1/chat/completions", [{"role": "user", "content": PROMPTS[prompt_id]}]
    else:
        path, body["prompt"] = "/v1/completions", PROMPTS[prompt_id]
    arrivals, timings, finish = [], None, None
    started = time.perf_counter()
    try:
        with httpx.stream("POST", url + path, json=body, timeout=timeout,
                          headers={"Connection": "close"}) as answer:
            if answer.status_code != 200:
                reason = json.loads(answer.read())["error"]["message"]
                raise CallFailed(f"HTTP {answer.status_code}: {reason}")
            for line in answer.iter_lines():
                arrived = time.perf_counter() - started
                chunk = json.loads(line[6:]) if line.startswith("data: {") else {}
                timings = chunk.get("timings") or timings
                for choice in chunk.get("choices", ()):
                    finish = choice.get("finish_reason") or finish
                    if choice.get("text") or choice.get("delta", {}).get("content"):
                        arrivals.append(arrived)
    except httpx.HTTPError as error:
        raise CallFailed(f"{type(error).__name__}: {error}") from error
    total_s = time.perf_counter() - started
    if not (timings and arrivals):
        raise CallFailed("the stream ended without text or timings")
    return {"ttft_s": round(arrivals[0], 6), "total_s": round(total_s, 6), "finish_reason": finish,
            "prompt_eval_count": timings["prompt_n"], "prompt_eval_s": round(timings["prompt_ms"] / 1e3, 6),
            "eval_count": timings["predicted_n"], "eval_s": round(timings["predicted_ms"] / 1e3, 6),
            "cached_count": timings["cache_n"],
            "tokens_s": round(timings["predicted_per_second"], 4) if timings["predicted_n"] > 1 else None,
            "itl": [round(after - before, 5) for before, after in itertools.pairwise(arrivals)]}


def sweep(name, spec, repeats):
    """Cold, warm, cached and failing calls over threads x context x temperature x prompt."""
    rows = []

    def run(url, prompt_id, phase, threads=None, ctx=None, temperature=0.0, load_s=None, **how):
        key = [threads, ctx, temperature, prompt_id, phase]
        index = 1 + sum([row[field] for field in GROUP] == key for row in rows)
        row = dict.fromkeys(FIELDS) | dict(zip(GROUP, key, strict=True)) | ENGINE | {
            "timestamp": now(), "request_id": f"{name}-{len(rows) + 1:04d}", "model": spec["model"],
            "quantization": spec["quantization"], "seed": 41 + index, "run": index,
            "cache_prompt": phase == "cached", "load_s": load_s}
        started, busy = time.perf_counter(), others_busy_s()
        try:
            row |= call(url, spec, prompt_id, temperature, row["seed"], row["cache_prompt"], **how)
        except CallFailed as failure:
            row |= {"error": str(failure), "load_s": None}
        else:
            share = (others_busy_s() - busy) / (time.perf_counter() - started) / psutil.cpu_count()
            row["other_cpu_percent"] = round(100 * max(share, 0.0), 1)
        rows.append(row)

    for threads, ctx in itertools.product((2, 1), (512, 2048)):
        at = {"threads": threads, "ctx": ctx}
        for start in range(3):
            with running_server(spec, **at) as server:
                url = server["url"]
                run(url, "fact", "cold", load_s=server["load_s"], **at)
                if start < 2:
                    continue
                # Repetitions go round the settings: a slow minute must not fall on one of them alone.
                for _, temperature, prompt_id in itertools.product(
                        range(repeats), (0.0, 0.8), ("fact", "explain", "summary")):
                    run(url, prompt_id, "warm", temperature=temperature, **at)
                for _ in range(12 - repeats if (threads, ctx) == (2, 2048) else 0):
                    run(url, "explain", "warm", **at)
                call(url, spec, "summary", cache_prompt=True)  # fills the cache, not recorded
                for _ in range(3):
                    run(url, "summary", "cached", **at)
                for _ in range(2 if ctx == 512 else 0):
                    run(url, "overlong", "warm", **at)
                for _ in range(2 if (threads, ctx) == (1, 2048) else 0):
                    run(url, "summary", "warm", timeout=0.05, **at)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    for _ in range(3):
        run(nobody, "fact", phase=None)
    return rows


def compare_settings(spec, runs=5, warmup=1):
    """Flash attention and micro-batch size, one setting at a time, long prompt, 2 threads."""
    results, flash = [], "flash_attention"
    for setting in ({flash: "disabled"}, {flash: "enabled"}, {"ubatch": 32}, {"ubatch": 512}):
        with running_server(spec, **setting) as server:
            answers = [call(server["url"], spec, "summary") for _ in range(warmup + runs)][warmup:]
        results.append({"timestamp": now(), "setting": setting} | {
            name: describe(answer[name] for answer in answers) for name in ("ttft_s", "eval_s", "tokens_s")})
    return {"benchmark": "settings_comparison", "runs": runs, "warmup": warmup, "prompt_id": "summary",
            "threads": 2, "ctx": 2048, "temperature": 0.0, "results": results}


def warmup_payback(spec, starts=5):
    """Does the engine's own warm-up at load pay for itself on the first call?"""
    seen = {side: {"load_s": [], "first_ttft_s": [], "second_ttft_s": []} for side in ("off", "on")}
    for _, side in itertools.product(range(starts), seen):
        with running_server(spec, warmup=side == "on") as server:
            first, second = (call(server["url"], spec, "fact")["ttft_s"] for _ in range(2))
        for values, value in zip(seen[side].values(), (server["load_s"], first, second), strict=True):
            values.append(value)
    off, on = ({what: describe(values) for what, values in seen[side].items()} for side in seen)
    extra = on["load_s"]["mean"] - off["load_s"]["mean"]
    saved = off["first_ttft_s"]["mean"] - on["first_ttft_s"]["mean"]
    return {"benchmark": "warmup_payback", "timestamp": now(), "prompt_id": "fact", "threads": 2,
            "warmup_off": off, "warmup_on": on, "extra_load_s": round(extra, 6),
            "first_call_saved_s": round(saved, 6), "net_saved_s": round(saved - extra, 6)}


def telemetry(spec, calls=6, interval_s=0.25):
    """Sample the machine and the server process while it idles, answers, and idles again."""
    samples = []

    def generate(count):
        for _ in range(count):
            call(server["url"], spec, "summary")

    with running_server(spec) as server, ThreadPoolExecutor(1) as pool:
        process, started = psutil.Process(server["pid"]), time.perf_counter()
        psutil.cpu_percent(), process.cpu_percent()  # the first reading of each means nothing
        plan = ("idle_before", time.sleep, 2), ("generating", generate, calls), ("idle_after", time.sleep, 1)
        for phase, work, amount in plan:
            job = pool.submit(work, amount)
            while not job.done():
                time.sleep(interval_s)
                samples.append({"timestamp": now(), "elapsed_s": round(time.perf_counter() - started, 3),
                                "phase": phase, "cpu_percent": psutil.cpu_percent(),
                                "memory_used_bytes": psutil.virtual_memory().used,
                                "process_cpu_percent": process.cpu_percent(),
                                "process_rss_bytes": process.memory_info().rss})
            job.result()
    return {"interval_s": interval_s, "threads": 2, "ctx": 2048, "calls": calls, "metrics": samples}


def system_info():
    """What the numbers depend on; no host name, user or path."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    cpu = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.M)
    linux = sys.platform == "linux" and platform.freedesktop_os_release()["PRETTY_NAME"]
    return {"timestamp": now(), "cpu_model": cpu[1] if cpu else platform.processor(),
            "architecture": platform.machine(), "cores_physical": psutil.cpu_count(logical=False),
            "cores_logical": psutil.cpu_count(), "memory_total_bytes": psutil.virtual_memory().total,
            "gpu_layers": 0, "os": linux or platform.platform(terse=True),
            "kernel": platform.release().split("-")[0], "python": platform.python_version(), **ENGINE,
            "omp_wait_policy": WAIT_POLICY}


def find_models(folder):
    """Give each model its path and sha256; stop with a clear word when a file is missing."""
    for spec in MODELS.values():
        found = [path for path in folder.rglob("*") if re.search(spec["file"], path.name, re.I)]
        if not found:
            sys.exit(f"measure.py: no {spec['model']} {spec['quantization']} in {folder}; see README.md")
        spec["path"], spec["sha256"] = found[0], hashlib.sha256(found[0].read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write the artifacts into")
    parser.add_argument("--models", type=Path, required=True, help="folder that holds the two .gguf files")
    parser.add_argument("--repeats", type=int, default=3, help="warm runs a configuration (default 3)")
    options = parser.parse_args()
    find_models(options.models)
    reports, summary, system = options.out / "reports", [], system_info()
    write_json(reports / "telemetry" / "system_info.json", system)
    for name, spec in MODELS.items():
        head = {"date": now(), "model": spec["model"], "quantization": spec["quantization"], **ENGINE,
                "model_sha256": spec["sha256"], "omp_wait_policy": WAIT_POLICY}
        print(f"{now()} measuring {spec['model']}", flush=True)
        summary += write_model(options.out, name, head, system, sweep(name, spec, options.repeats))
        for path, measure in ((f"{name}/settings_comparison.json", compare_settings),
                              (f"{name}/warmup_payback.json", warmup_payback),
                              (f"telemetry/{name}_telemetry.json", telemetry)):
            write_json(reports / path, head | {"date": now()} | measure(spec))
    write_summary(options.out, summary)
    print(f"{now()} artifacts written to {options.out}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(json.loads(sys.argv[2]))
    try:
        main()
    except CallFailed as failure:
        sys.exit(f"measure.py: a call failed that had to work: {failure}")
