"""What is constant and what is missing."""

from __future__ import annotations

import pytest


def samples(*gpus, **more):
    """One list of values a GPU; the document of a sampler."""
    return {
        "samples": [
            {"gpu": [{key: values[at] for key, values in gpu.items()} for gpu in gpus]} | more
            for at in range(len(next(iter(gpus[0].values()))))
        ]
    }


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            samples({"fan_speed": [0.0] * 6}),
            "samples[].gpu[0].fan_speed stands at 0 % in all 6 samples of reports/t.json: a "
            "sensor that "
            "never moves tells nothing.",
        ),
        (
            samples({"power_w": [0, 0, 0]}),
            "samples[].gpu[0].power_w stands at 0 W in all 3 samples",
        ),
        (samples({"power_w": [7.5] * 12}), "samples[].gpu[0].power_w stands at 7.500 W in all 12"),
        (
            samples({"fan_speed": [0, 0, 0]}, {"fan_speed": [30, 40, 50]}),
            "samples[].gpu[0].fan_speed stands at 0 % in all 3 samples",
        ),
        (
            samples({"fan_speed": [30, 40, 50]}, {"fan_speed": [0, 0, 0]}),
            "samples[].gpu[1].fan_speed stands at 0 % in all 3 samples",
        ),
        (
            {"samples": [{"cpu_percent": 100.0}] * 20},
            "samples[].cpu_percent stands at 100 % in all 20 samples of reports/t.json: the "
            "machine was "
            "full, which leaves open by how much.",
        ),
    ],
)
def test_constant(pile, look, document, told):
    (title,) = look.texts(pile.json("t.json", document).analysis(), "constant-telemetry")
    assert title.startswith(told)


@pytest.mark.parametrize(
    "document",
    [
        samples({"fan_speed": [0, 0]}),  # two samples
        samples({"fan_speed": [0, 0, 1]}),  # it moves
        samples({"temperature_c": [54] * 6}),  # whole degrees may well rest that long
        samples({"fan_speed": [30] * 40}),  # a fan at its lowest step
        samples({"memory_used_mb": [6144] * 40}),  # weights stay where they are
        {"samples": [{"processes": [{"cpu_percent": 0.0}]}] * 6},  # an idle process
        samples({"name": ["x"] * 6}),
    ],
)
def test_not_constant(pile, look, document):
    assert look.findings(pile.json("t.json", document).analysis(), "constant-telemetry") == []


def test_devices_in_one_table_are_signals_of_their_own(pile, look):
    rows = [
        {"device": device, "fan_speed": speed}
        for at in range(4)
        for device, speed in (("gpu0", 0), ("gpu1", 30 + at))
    ]
    analysis = pile.csv("t.csv", rows).analysis()
    assert look.texts(analysis, "constant-telemetry") == [
        "fan_speed stands at 0 % in all 4 samples of reports/t.csv: a sensor that never moves "
        "tells nothing."
    ]


def test_failed_samples_do_not_count(pile, look):
    document = {"samples": [{"power_w": 0.0, "error": "NVML not found"}] * 5}
    assert look.findings(pile.json("t.json", document).analysis(), "constant-telemetry") == []


RUN = [{"model": "m", "tokens_s": 5.0}, {"model": "m", "tokens_s": 6.0}]


class TestMissingTelemetry:
    def title(self, pile, look):
        return look.texts(pile.analysis(), "missing-telemetry")

    def test_one_file(self, pile, look):
        pile.csv("a.csv", RUN)
        assert self.title(pile, look) == [
            "1 of 1 file with timings holds no hardware signal beside it. Nowhere recorded: power, "
            "temperature, utilization and memory used."
        ]

    def test_several(self, pile, look):
        pile.csv("a.csv", RUN).csv("b.csv", [{"model": "x", "ttft_s": 5}])
        assert self.title(pile, look)[0].startswith(
            "2 of 2 files with timings hold no hardware signal beside them."
        )

    def test_one_of_several(self, pile, look):
        pile.csv("a.csv", RUN).csv("b.csv", [row | {"power_w": 9.5} for row in RUN])
        assert self.title(pile, look)[0].startswith(
            "1 of 2 files with timings holds no hardware signal beside it."
        )

    def test_signals_in_another_file_are_named(self, pile, look):
        pile.csv("a.csv", RUN).json("t.json", samples({"power_w": [5, 6, 7]}))
        assert "Signals stand apart from timings in reports/t.json." in self.title(pile, look)[0]
        assert "power" not in self.title(pile, look)[0].split("Nowhere recorded")[1]

    def test_processor_or_graphics_either_is_utilization(self, pile, look):
        pile.csv("a.csv", RUN).json(
            "t.json", {"samples": [{"cpu_percent": at} for at in (5, 6, 7)]}
        )
        assert "utilization" not in self.title(pile, look)[0]

    @pytest.mark.parametrize(
        "rows",
        [
            [row | {"power_w": 9.5} for row in RUN],
            [row | {"temperature_c": 50} for row in RUN],
            [row | {"cpu_percent": 50} for row in RUN],
            [row | {"memory_used_mb": 50} for row in RUN],
            [{"name": "x", "accuracy": 0.5}],  # no timing
            [row | {"error": "boom"} for row in RUN],  # nothing measured
        ],
    )
    def test_is_silent(self, pile, look, rows):
        pile.csv("a.csv", rows)
        assert self.title(pile, look) == []


WHOLE = {
    "model": "m",
    "device": "RTX 4080",
    "engine_version": "1.2.3",
    "timestamp": "2026-01-02T03:04:05Z",
    "tokens_s": 5.0,
}


class TestMissingSetup:
    @pytest.mark.parametrize(
        ("left_out", "told"),
        [
            ("device", "1 names no hardware;"),
            ("engine_version", "1 names no software version;"),
            ("timestamp", "1 names no date;"),
            ("model", "1 names no model;"),
        ],
    )
    def test_one_thing_is_missing(self, pile, look, left_out, told):
        document = {key: value for key, value in WHOLE.items() if key != left_out}
        (title,) = look.texts(pile.json("a.json", document).analysis(), "missing-setup")
        assert title.startswith("Of 1 measured file, " + told)

    def test_several(self, pile, look):
        pile.json("a.json", {"tokens_s": 5}).json("b.json", {"tokens_s": 6, "device": "RTX"})
        (title,) = look.texts(pile.analysis(), "missing-setup")
        assert title.startswith(
            "Of 2 measured files, 1 names no hardware, 2 name no software version, 2 name no date "
            "and 2 name no model;"
        )

    @pytest.mark.parametrize(
        "document",
        [
            WHOLE,
            [WHOLE, WHOLE],
            {"results": [WHOLE]},
            {"note": "nothing measured"},
            {"power_w": 5.5},
        ],
    )
    def test_is_silent(self, pile, look, document):
        analysis = pile.json("a.json", document).analysis()
        assert look.findings(analysis, "missing-setup") == []

    def test_the_version_of_the_system_is_not_that_of_the_software(self, pile, look):
        document = {key: value for key, value in WHOLE.items() if key != "engine_version"}
        (title,) = look.texts(
            pile.json("a.json", document | {"os_version": "11"}).analysis(), "missing-setup"
        )
        assert "no software version" in title
