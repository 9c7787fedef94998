"""The shell version in docs/ci.md, run as it stands there: offline, without Git."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(os.name == "nt", reason="the script is for a POSIX shell")]


def script() -> str:
    return re.search(r"<!-- tested: bench.sh -->\n```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]


def measured(mean: float, seed: int) -> str:
    times = np.random.default_rng(seed).normal(mean, 0.02 * mean, 30).tolist()
    return json.dumps({"results": [{"command": "./work", "mean": mean, "stddev": 0.1,
                                    "median": mean, "user": 0.1, "system": 0.0, "min": min(times),
                                    "max": max(times), "times": times, "exit_codes": [0] * 30}]})


def test_the_shell_version_end_to_end(tmp_path):
    (tmp_path / "bench.sh").write_text(script())
    (tmp_path / "results").mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def run(mean, seed, **more):
        (tmp_path / "new.json").write_text(measured(mean, seed))
        return subprocess.run(
            ["sh", "bench.sh"], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": path, "BENCH": "cp new.json results/work.json", **more})

    first = run(0.1, 1)
    assert first.returncode == 0 and (tmp_path / "bench-baseline.json").stat().st_size < 5_000
    assert not (tmp_path / "comment.md").exists()
    same = run(0.1, 2)
    assert same.returncode == 0 and "same within" in same.stdout, same.stderr
    slower = run(0.106, 3, COMMENT="wc -c")
    assert slower.returncode == 1 and "comment.md" in slower.stdout, slower.stderr
    comment = (tmp_path / "comment.md").read_text()
    assert "**slower**" in comment and "regression: 1 slower" in comment and "99.87 ms" in comment


def test_the_workflow_is_yaml_and_calls_what_is_tested():
    import yaml

    text = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    steps = yaml.safe_load(text)["jobs"]["compare"]["steps"]
    assert any("sh bench.sh" in step.get("run", "") for step in steps)
