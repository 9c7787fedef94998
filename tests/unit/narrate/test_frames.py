"""Frames: ours, and so good that the door lets every one of them through."""

import pytest

from baseline_collector.narrate.door import refusal
from baseline_collector.narrate.frames import FRAMES, led, offered
from baseline_collector.narrate.plan import SECTIONS, Sentence, folded, gather


def test_every_frame_of_every_fact_and_finding_passes_the_door(analysis):
    material = gather(analysis)
    used = set()
    for section in (SECTIONS[0], SECTIONS[2], SECTIONS[3], SECTIONS[4]):
        ids = [finding.id for finding in material.findings]
        if section in (SECTIONS[0], SECTIONS[2]):
            ids += list(material.facts)
        for turn in range(5):
            for id_ in ids:
                frames = offered(id_, material, section, turn)
                texts = [frame.fill(id_, material) for frame in frames]
                used |= {frame.key for frame in frames}
                assert len({folded(text) for text in texts}) == len(texts)
                for text in texts:
                    assert refusal(Sentence(section, text, id_), material) == "", text
    assert used == {frame.key for frame in FRAMES}


def test_a_lead_is_offered_in_one_turn_only(analysis):
    material = gather(analysis)
    leads = [frame.key for turn in range(6)
             for frame in offered("F1", material, SECTIONS[0], turn) if frame.key != "state"]
    assert leads == ["shows", "reports", "records"]


def test_every_finding_and_fact_can_be_said_in_at_least_one_way(analysis):
    material = gather(analysis)
    assert all(offered(id_, material, SECTIONS[0], 9) for id_ in material.facts)


@pytest.mark.parametrize(("statement", "expected"), [
    ("The mean is {F1}.", "The data shows that the mean is {F1}."),
    ("Ollama took {F1}.", ""),
    ("{F1} files.", ""),
    ("The mean: {F1}", ""),
])
def test_only_words_that_are_no_names_lose_their_capital(statement, expected):
    assert led("The data shows", statement) == expected
