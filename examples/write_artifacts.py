"""Write measured rows the way real heaps hold them: CSV, JSON, JSONL, Markdown, a copy.

Used by `measure.py`; standard library only. Every number written comes from the rows.
"""

import csv
import json
import shutil
import statistics

FIELDS = ("timestamp request_id model quantization engine engine_version threads ctx temperature seed"
          " prompt_id run phase cache_prompt ttft_s load_s prompt_eval_s eval_s prompt_eval_count"
          " cached_count eval_count tokens_s total_s other_cpu_percent finish_reason error").split()
MEASURES = "ttft_s load_s prompt_eval_s eval_s eval_count tokens_s total_s other_cpu_percent".split()
GROUP = "threads ctx temperature prompt_id phase".split()


def describe(values):
    """n, mean, sample standard deviation (n - 1), min, median, max; None where undefined."""
    values = [value for value in values if value is not None]
    if not values:
        return {"n": 0} | dict.fromkeys(("mean", "std", "min", "median", "max"))
    std = round(statistics.stdev(values), 6) if len(values) > 1 else None
    return {"n": len(values), "mean": round(statistics.fmean(values), 6), "std": std, "min": min(values),
            "median": round(statistics.median(values), 6), "max": max(values)}


def grouped(rows):
    """One entry a configuration, in the order of first appearance."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[field] for field in GROUP), []).append(row)
    for key, members in groups.items():
        good = [row for row in members if not row["error"]]
        yield dict(zip(GROUP, key, strict=True)) | {"n": len(good), "failed": len(members) - len(good)} | {
            name: describe(row[name] for row in good) for name in MEASURES}


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")


def write_csv(path, fields, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fields, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def request_record(row):
    """The same call under the names that load generators use, with its inter-token gaps."""
    return {"request_id": row["request_id"], "start_time": row["timestamp"], "model": row["model"],
            "prompt_id": row["prompt_id"], "temperature": row["temperature"], "phase": row["phase"],
            "success": not row["error"], "prompt_tokens": row["prompt_eval_count"],
            "output_tokens": row["eval_count"], "ttft": row["ttft_s"], "latency": row["total_s"],
            "itl": row.get("itl", []), "error": row["error"]}


def shown(value):
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def note(head, system, rows, groups):
    """Markdown for people: front matter, a table of means, findings, failed calls."""
    columns = ["ttft_s mean", "ttft_s std", "tokens_s mean", "tokens_s std", "total_s mean",
               "other_cpu_percent mean"]
    names = [*GROUP, "n", "failed", *columns]
    lines = ["---", f"title: {head['model']} {head['quantization']}, one thread and two",
             f"date: {rows[0]['timestamp'][:10]}", f"model: {head['model']}",
             f"engine: {head['engine']} {head['engine_version']}", "---", "",
             f"# {head['model']} {head['quantization']}", "",
             f"{len(rows)} calls on {system['cpu_model']}, {system['cores_logical']} cores, no GPU used.",
             "The standard deviation is the sample's (n - 1). Cold is the first call after a server",
             "start; n counts the calls that were answered; other_cpu_percent is the share of the",
             "machine that other programs took meanwhile.", "",
             f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]
    for group in groups:
        cells = [group[name] for name in names[:-len(columns)]]
        cells += [group[measure][part] for measure, part in map(str.split, columns)]
        lines.append("| " + " | ".join(map(shown, cells)) + " |")
    same = {group["threads"]: group for group in groups
            if [group[field] for field in GROUP[1:]] == [2048, 0.0, "explain", "warm"]}
    rate = {threads: group["tokens_s"] for threads, group in same.items()}
    loads = [row["load_s"] for row in rows if row["load_s"] is not None]
    failed = [row for row in rows if row["error"]]
    lines += ["", "## Findings", "", "Thread counts are compared on warm calls of `explain`, context 2048,",
              "temperature 0:", "",
              f"- tokens_s_mean_1_thread: {rate[1]['mean']:.2f} (n={rate[1]['n']})",
              f"- tokens_s_mean_2_threads: {rate[2]['mean']:.2f} (n={rate[2]['n']})",
              f"- speedup_2_threads: {rate[2]['mean'] / rate[1]['mean']:.3f}",
              f"- other_cpu_percent_mean_1_thread: {same[1]['other_cpu_percent']['mean']:.1f}",
              f"- other_cpu_percent_mean_2_threads: {same[2]['other_cpu_percent']['mean']:.1f}",
              f"- load_s_median: {statistics.median(loads):.3f} (n={len(loads)})",
              f"- calls: {len(rows)}", f"- failed_calls: {len(failed)}", "", "## Failed calls", ""]
    lines += [f"- {row['request_id']} ({row['prompt_id']}): {row['error']}" for row in failed]
    return "\n".join(lines) + "\n"


def write_model(out, name, head, system, rows):
    """Write everything the sweep of one model gives; return its rows of the sweep summary."""
    groups, folder = list(grouped(rows)), out / "reports" / name
    write_csv(out / "csv_data" / f"{name}_runs.csv", FIELDS, rows)
    write_json(folder / "baseline.json", head | {"std_estimator": "sample, n - 1", "results": groups})
    (folder / f"{name}_note.md").write_text(note(head, system, rows, groups))
    with (folder / "requests.jsonl").open("w") as stream:
        for row in rows:
            if row["error"] or (row["threads"], row["ctx"]) == (2, 2048):
                stream.write(json.dumps(request_record(row)) + "\n")
    if name == "gemma3":  # a twin: the same rows once more, as JSON
        write_json(folder / f"{name}_runs.json", [{field: row[field] for field in FIELDS} for row in rows])
    else:  # a copy, byte for byte, as people keep them
        shutil.copyfile(out / "csv_data" / f"{name}_runs.csv", folder / f"{name}_runs_copy.csv")
    return [{"model": head["model"], "quantization": head["quantization"]}
            | {field: group[field] for field in [*GROUP, "n", "failed"]}
            | {f"{measure}_{part}": group[measure][part] for measure in MEASURES for part in ("mean", "std")}
            for group in groups]


def write_summary(out, summary):
    write_csv(out / "csv_data" / "sweep_summary.csv", list(summary[0]), summary)
