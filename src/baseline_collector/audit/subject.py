"""What a claim is about: measure, statistic and limits, and how firmly its words say so."""

from __future__ import annotations

from dataclasses import dataclass

from baseline_collector.audit.index import Key


@dataclass(frozen=True, slots=True)
class Others:
    """What else the sentence or row of a claim names, that it might be about instead.

    Attributes:
        metrics: Metrics that can have its unit, each with those of its family.
        statistics: Statistics.
        models: Choices of each model.
        files: Artifacts of each name.
    """

    metrics: tuple[frozenset[str], ...] = ()
    statistics: tuple[str, ...] = ()
    models: tuple[tuple[frozenset[str], ...], ...] = ()
    files: tuple[frozenset[str], ...] = ()


@dataclass(slots=True)
class Subject:
    """What a claim was taken to be about.

    Attributes:
        key: A key of artifacts, as spelt by the report.
        unknown: A key the report names and no artifact has.
        metrics: Metrics its words can mean.
        spoken: Those words.
        statistic: ``mean``, ``min``, ``value``, ...; empty where nothing is said.
        kind: Type of file.
        models: Choices of models, closest first; empty for no limit.
        files: Artifacts; empty for no limit.
        settings: Settings of the run.
        device: Devices.
        phase: ``cold`` or ``warm``.
        labelled: Whether the metric is the label right before the claim.
        bracketed: Whether the key stands in brackets right behind the claim.
        hinted: Whether only a verb or the like says what is measured.
        astray: Whether its paragraph named files before, and which is meant is not clear.
        others: What else is named beside it.
        metric_beside: Whether the sentence, the row or the line above names what is measured.
        statistic_beside: Whether the sentence or the row names the statistic.
        carried: Whether it goes on a list of numbers, or a verb beside it hints at its measure.
        by_unit: Whether its unit alone says what is measured.
        model_beside: Whether the model stands in the sentence or row of the claim.
        file_beside: The same of the file.
        model_tied: Whether it is the claim's own there, with no number between.
        file_tied: The same of the file.
        settings_tied: The same of the settings.
        firm: Whether models and files stand beside the claim and not above or before it.
        modal: Whether it is advice and no statement.
    """

    key: Key | None = None
    unknown: str = ""
    metrics: frozenset[str] = frozenset()
    spoken: str = ""
    statistic: str = ""
    kind: str = ""
    models: tuple[frozenset[str], ...] = ()
    model_words: str = ""
    files: frozenset[str] = frozenset()
    file_words: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    device: frozenset[str] = frozenset()
    phase: str = ""
    labelled: bool = False
    bracketed: bool = False
    hinted: bool = False
    astray: bool = False
    others: Others = Others()
    metric_beside: bool = False
    statistic_beside: bool = False
    carried: bool = False
    by_unit: bool = False
    model_beside: bool = False
    file_beside: bool = False
    model_tied: bool = False
    file_tied: bool = False
    settings_tied: bool = False
    firm: bool = True
    modal: bool = False

    def names(self) -> list[str]:
        """Names of the model, file and settings it is limited to, as the report spells them."""
        return [name for name in (self.model_words, self.file_words, *(
            value for _, value in self.settings)) if name]

    def scope(self) -> dict[str, str]:
        """The limits as the JSON contract writes them."""
        named = {"model": self.model_words, "artifact": self.file_words, "kind": self.kind,
                 "device": ", ".join(sorted(self.device)), "phase": self.phase,
                 "settings": ", ".join(f"{name}={value}" for name, value in self.settings)}
        return {name: text for name, text in named.items() if text}
