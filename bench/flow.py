"""The flow of a heap: workers, the second run, memory. Rows of ``bench/self.py``."""

from __future__ import annotations

import json
import random
from pathlib import Path


def small_files(folder: Path, count: int) -> Path:
    """Write small files as a bench leaves them: JSON, CSV and Markdown, 1,000 a folder."""
    dice = random.Random(7)
    for at in range(count):
        home = folder / f"run{at // 1000:03}"
        if at % 1000 == 0:
            home.mkdir(parents=True)
        ttft, rate = dice.uniform(0.1, 0.9), dice.uniform(20, 90)
        model = ("gemma3:4b", "llama3.1:8b", "qwen3:0.6b")[at % 3]
        if at % 10 < 6:
            record = {"model": model, "options": {"num_ctx": 4096, "seed": at}, "success": True,
                      "ttft_s": round(ttft, 6), "output_tokens": at % 400 + 16,
                      "tokens_per_second": round(rate, 4),
                      "itl_ms": [round(dice.uniform(5, 30), 3) for _ in range(8)]}
            (home / f"f{at}.json").write_text(json.dumps(record))
        elif at % 10 < 9:
            rows = "".join(
                f"{model},{turn},{dice.uniform(0.1, 0.9):.6f},{dice.uniform(20, 90):.4f}\n"
                for turn in range(5))
            (home / f"f{at}.csv").write_text("model,turn,ttft_s,tokens_per_second\n" + rows)
        else:
            (home / f"f{at}.md").write_text(
                f"# {model}\n\n- throughput: {rate:.2f} tok/s\n- latency: {ttft:.3f} s\n")
    return folder
