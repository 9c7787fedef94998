"""Rules about failed calls: marked, disguised as success, and counts that are not tokens."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from baseline_collector.evidence.book import count_of, quoted
from baseline_collector.evidence.cite import cited
from baseline_collector.evidence.pairing import beside
from baseline_collector.evidence.rule import Evidence, Rule, files, listed
from baseline_collector.model import Outcomes

_NUMBERS = re.compile(r"\d+")
_DETAIL = re.compile(r"^(?:error|status|not marked as failed, but its text is an error): *")


def failed_calls(evidence: Evidence) -> None:
    """Calls that failed, in all and by the text of their error."""
    told = {name: one for name, one in evidence.outcomes.items() if name not in evidence.twin_of}
    failing = _failing(evidence)
    if not failing:
        return
    book = evidence.book
    total = sum(len(one.failures) for one in failing.values())
    attempts = sum(one.attempts for one in told.values())
    fact = book.fact("Recorded calls that failed: {}", total, statistic="count",
                     estimator="calls with an error text, a failed status or success = false",
                     n=attempts, topic="failure", weight=90.0, scope={"of": "failures"},
                     sources=files(sorted(failing)), kind="inventory",
                     sql="SELECT sum(failures) FROM artifacts WHERE twin_of IS NULL")
    tried = book.fact("Calls with a recorded outcome: {}", attempts, statistic="count",
                      estimator="calls with an error text, a status or a success flag",
                      n=attempts, topic="failure", weight=80.0, scope={"of": "attempts"},
                      sources=files(sorted(told)), kind="inventory",
                      sql="SELECT sum(attempts) FROM artifacts WHERE twin_of IS NULL")
    book.finding("failed-calls", "warning",
                 f"{{{fact}}} of {{{tried}}} {count_of(attempts, 'call')} with a recorded outcome "
                 "failed; what they tell stays out of every statistic.", [fact, tried],
                 "Repeat the failed runs, or say in the artifact that they are void.", "failure")


def _failing(evidence: Evidence) -> dict[str, Outcomes]:
    """Outcomes of artifacts in which calls failed, those counted elsewhere left out."""
    return {name: one for name, one in evidence.outcomes.items()
            if one.failures and name not in evidence.twin_of}


def causes(evidence: Evidence) -> None:
    """The same error text, numbers in it aside, grouped."""
    book, failing = evidence.book, _failing(evidence)
    found: Counter[str] = Counter()
    where: dict[str, list[str]] = {}
    alike: dict[str, dict[str, None]] = {}
    for name in sorted(failing):
        for reason in evidence.outcomes[name].failures:
            text = _cut(_DETAIL.sub("", reason))
            cause = _NUMBERS.sub("#", text)
            alike.setdefault(cause, {})[text] = None
            found[cause] += 1
            if name not in where.setdefault(cause, []):
                where[cause].append(name)
    for cause, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_MOST]:
        text = min(alike[cause])
        how = "with" if len(alike[cause]) == 1 else "with errors like"
        fact = book.fact(f"Calls that failed {how} {book.name('error', text)}: {{}}", count,
                         statistic="count", estimator="calls with this error text", n=count,
                         topic="failure", weight=70.0, scope={"of": "failures", "error": text},
                         sources=files(where[cause]), kind="inventory")
        book.finding("failure-cause", "warning",
                     f"{{{fact}}} {count_of(count, 'call')} failed {how} "
                     f"{book.name('error', text)} in "
                     f"{listed(book, 'artifact', where[cause])}.", [fact],
                     _advice(text), "failure")


_MOST, _LONGEST = 20, 160


def _cut(text: str) -> str:
    """An error text, cut between words where it is long."""
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rsplit(None, 1)[0] + " …"


_SERVER = re.compile(r"connect|address|refused|protocol|unreachable|timed? ?out", re.IGNORECASE)
_MISSING = re.compile(r"not installed|no module|cannot find|installation|not found", re.IGNORECASE)


def _advice(error: str) -> str:
    """What to do about an error, by what its text speaks of."""
    if _MISSING.search(error):
        return "Install what the failed calls miss, or leave that part out of the benchmark."
    if _SERVER.search(error):
        return ("Check before a run that the model server answers at the address in use, and stop "
                "the run when it does not.")
    return "Find the cause of the failed calls and run them again."


def void(evidence: Evidence) -> None:
    """Files in which no call worked."""
    void = sorted(name for name, one in evidence.outcomes.items()
                  if name not in evidence.twin_of
                  and one.attempts and len(one.failures) >= one.attempts)
    if not void:
        return
    book = evidence.book
    fact = book.fact("Files in which no call worked: {}", len(void), statistic="count",
                     estimator="files in which every recorded call failed",
                     n=len(evidence.outcomes), topic="failure", weight=75.0, kind="inventory",
                     scope={"of": "void files"}, sources=files(void),
                     sql="SELECT count(*) FROM artifacts WHERE attempts > 0 "
                         "AND failures >= attempts AND twin_of IS NULL")
    book.finding("void-file", "warning",
                 f"In {{{fact}}} {count_of(len(void), 'file')} no call worked: "
                 f"{listed(book, 'artifact', void)}.", [fact],
                 "Run the files in which no call worked again, and set the old ones aside: they "
                 "measure nothing.", "failure")


def nothing_completed(evidence: Evidence) -> None:
    """Models of which an artifact says that no prompt completed."""
    frame = evidence.frame
    done = np.flatnonzero(frame.counted & frame.column("metric").where("success_count")
                          & frame.column("statistic").where("sample") & (frame.value == 0))
    tried = beside(frame, done, "request_count")
    done = done[(tried >= 0) & (frame.value[tried] > 0)]
    if not len(done):
        return
    book, model = evidence.book, frame.column("model")
    count = cited(evidence, done, "Summaries that say that no prompt completed: {}", "count",
                  topic="failure", weight=74.0, scope={"of": "nothing completed"},
                  estimator="success count of zero beside a request count above zero")
    models = sorted({str(model.at(row)) for row in done.tolist() if model.at(row)})
    names = sorted({str(frame.column("artifact").at(row)) for row in done.tolist()})
    of = f" of {listed(book, 'model', models, 5)}" if models else ""
    book.finding("nothing-completed", "warning",
                 f"In {{{count}}} {count_of(len(done), 'summary', 'summaries')} no prompt{of} "
                 f"completed: {listed(book, 'artifact', names)}.", [count],
                 "Run these models again before they are compared with others; they have no "
                 "values there.", "failure")


def disguised(evidence: Evidence) -> None:
    """Calls that their file does not mark as failed, whose text is an error message."""
    book = evidence.book
    for name, one in sorted(evidence.outcomes.items()):
        if not one.disguised:
            continue
        texts = sorted({_cut(_DETAIL.sub("", reason)) for reason in one.failures
                        if reason.startswith("not marked")})
        errors = f"{'such as ' if len(texts) > 1 else ''}{book.name('error', texts[0])}"
        fact = book.fact(f"Calls in {book.name('artifact', name)} not marked as failed although "
                         "their text is an error message: {}", one.disguised, statistic="count",
                         estimator="answers whose text is an error message", n=one.attempts,
                         topic="failure", weight=95.0, sources=files([name]), kind="inventory",
                         scope={"of": "disguised failures", "artifact": name},
                         sql=f"SELECT disguised FROM artifacts WHERE artifact = {quoted(name)}")
        book.finding("disguised-failure", "critical",
                     f"{{{fact}}} {count_of(one.disguised, 'call')} in "
                     f"{book.name('artifact', name)} counted as success by the file "
                     f"{count_of(one.disguised, 'holds', 'hold')} an error as text: {errors}. "
                     "Rates from there are the speed of an error message.", [fact],
                     f"Treat {_what(one)}{book.name('artifact', name)} as void, and let the "
                     "harness check the answer before it writes success.", "failure")


def _what(one: Outcomes) -> str:
    """What of a file is void: all of it, or the calls in question."""
    if len(one.failures) >= one.attempts:
        return ""
    return "that call in " if one.disguised == 1 else "those calls in "


def words_for_tokens(evidence: Evidence) -> None:
    """Token counts that are word counts."""
    frame = evidence.frame
    words = frame.column("definition").where("words")
    rows = (words & frame.column("metric").where("output_tokens")
            & frame.column("statistic").where("sample")).nonzero()[0]
    if not len(rows):
        return
    book = evidence.book
    artifacts = sorted({frame.source(row).artifact for row in rows.tolist()})
    fact = book.fact("Values named tokens that equal the words of the text beside them: {}",
                     len(rows), statistic="count", estimator="count of equal values",
                     n=len(rows), topic="quality", weight=60.0, scope={"of": "word counts"},
                     sources=frame.sources(rows), kind="inventory",
                     sql="SELECT count(*) FROM measurements WHERE definition = 'words' "
                         "AND metric = 'output_tokens' AND statistic = 'sample'")
    named, rates = (("value", "is a count of words; its rate is in")
                    if len(rows) == 1 else ("values", "are counted words; their rates are"))
    book.finding("words-for-tokens", "warning",
                 f"{{{fact}}} {named} named tokens in {listed(book, 'artifact', artifacts)} "
                 f"{rates} words per second, not comparable with a token rate.",
                 [fact], "Take token counts from the server's own answer.", "quality")


RULES = (
    Rule("failed-calls", "Calls that failed", "warning", "survivorship: MLPerf counts them",
         "an outcome a call",
         "calls with an outcome failed: how many of how many",
         "repeat them, or mark the artifact as void", failed_calls),
    Rule("failure-cause", "Failures with a common cause", "warning",
         "error texts grouped, numbers in them aside", "error texts",
         "how many calls failed with the same error, and where",
         "remove the cause that the text names, and run them again", causes),
    Rule("void-file", "Files in which no call worked", "warning", "survivorship: MLPerf",
         "an outcome a call", "the files in which every recorded call failed",
         "run them again, and set the old ones aside", void),
    Rule("nothing-completed", "Models for which no prompt completed", "warning",
         "survivorship: MLPerf", "counts of prompts tried and completed",
         "summaries with a success count of zero, and their models",
         "run these models again before comparing them", nothing_completed),
    Rule("disguised-failure", "Failures that the file calls a success", "critical",
         "the record contradicts its flag", "answers beside numbers",
         "a record marked as success (or not marked) holds an error message as its answer",
         "treat it as void; let the harness check the answer", disguised),
    Rule("words-for-tokens", "Token counts that are word counts", "warning",
         "count equals the words of the text", "answers beside token counts",
         "every token count of a file equals the words of its text: rates are words per second",
         "take token counts from the server's own answer", words_for_tokens),
)
