"""Words of reports that say metrics and statistics, beyond the spellings of the vocabulary."""

from __future__ import annotations

import re

_STATISTICS = (
    (r"avg|averag(?:e[ds]?|ing)|means?|typical(?:ly)?|expected", "mean"),
    (r"medians?", "p50"),
    (r"min(?:imum)?|lowest|smallest|shortest|fewest|at least|no less than", "min"),
    (r"max(?:imum)?|highest|peak(?:s|ed|ing)?|largest|longest|greatest|up to|as high as|"
     r"at most|no more than", "max"),
    (r"best|fastest|quickest|top", "best"), (r"worst|slowest", "worst"),
    (r"std(?:\s?dev)?|stdev|standard deviations?|sd|σ", "std"),
    (r"coefficient of variation|cv", "cv"),
    (r"rang(?:e[ds]?|ing)|between(?=\s+[~≈`*]*\d)|spann(?:ed|ing)|var(?:y|ies|ied|ying) from",
     "range"),
    (r"values?|e\.g\.|such as|single value|(?:one|single|another)\s+(?:call|request|run|answer)",
     "value"),
    (r"total|sum(?:med)?|combined|altogether", "total"),
    (r"n\s*=|n\s*:|counts?|number of", "count"),
    (r"p(?P<p>\d{1,2}(?:\.\d+)?)|(?P<o>\d{1,2})(?:st|nd|rd|th)[- ](?:percentile|quantile)", "p"),
)
STATISTIC = tuple((re.compile(rf"(?<![\w.-])(?:{words})(?![\w-])", re.I), name)
                   for words, name in _STATISTICS)
SPOKEN_METRICS = (
    (re.compile(r"\b(?:output|generated|completion|new)\s+tokens?\s*"
                r"(?:per\s+s(?:econd|ec)?|/\s?s)\b",
                re.I), "output_throughput"),
    (re.compile(r"\b(?:input|prompt)\s+tokens?\s*"
                r"(?:per\s+s(?:econd|ec)?|/\s?s)\b", re.I),
     "prompt_throughput"),
    (re.compile(r"\btokens?[- ](?:processing|generation|output|decod\w+)[- ](?:rate|speed|"
                r"throughput)s?\b"
                r"|\b(?:generation|processing|inference|decod\w+)[- ](?:speed|rate)s?\b"
                r"|\btokens?\s+(?:processed\s+|generated\s+)?(?:per|/|a)\s*s(?:econd|ec)?\b"
                r"|\btok(?:ens?)?/s(?:ec(?:ond)?)?\b", re.I), "output_throughput"),
    (re.compile(r"\b(?:runs?|ran|running)\s+(?:at|in|for)\b|\b(?:per|an|each)\s+iteration\b",
                re.I), "iteration_time"),
    (re.compile(r"\b(?:eval(?:uation)?|decod(?:e|ing)|generation)[- ](?:time|duration)s?\b", re.I),
     "eval_duration"),
    (re.compile(r"\b(?:prefill|prompt[- ](?:processing|eval(?:uation)?))[- ]"
                r"(?:rate|speed|throughput)s?\b", re.I), "prompt_throughput"),
    (re.compile(r"\b(?:prefill|prompt[- ](?:processing|eval(?:uation)?))[- ]"
                r"(?:time|duration)s?\b", re.I), "prompt_eval_duration"),
    (re.compile(r"\b(?:model[- ])?load(?:ing)?[- ](?:time|duration)s?\b", re.I), "load_duration"),
    (re.compile(r"\bfirst[- ]tokens?(?:[- ]latency)?\b", re.I), "time_to_first_token"),
    (re.compile(r"\b(?:output|answer|response|completion)[- ](?:length|size)s?\b", re.I),
     "output_tokens"),
    (re.compile(r"\b(?:compile|compilation|compiling)[- ](?:time|duration)s?\b|"
                r"\bcompil(?:es|ed|ing)\b(?!\s+(?:process|time))|\bto\s+compile\b", re.I),
     "compile_time"),
)
HINTS = (
    (re.compile(r"(?:(?<=slowest )|(?<=fastest )|(?<=quickest )|(?<=longest )|(?<=shortest ))"
                r"(?:single\s+)?(?:calls?|requests?|runs?)\b", re.I),
     ("request_latency", "iteration_time")),
    (re.compile(r"\bload(?:ing|s|ed)?\b(?!\s+(?:generator|test|average|balanc))", re.I),
     ("load_duration",)),
    (re.compile(r"\bprefill(?:ing|s|ed)?\b|\bprompt[- ](?:processing|evaluation)\b", re.I),
     ("prompt_throughput", "prompt_eval_duration")),
    (re.compile(r"\b(?:decod(?:e|es|ed|ing)|generat(?:e|es|ed|ing|ion)|evaluat(?:ion|ing|es)|"
                r"produc(?:e|es|ed|ing)|wrote|writes|writing|got|answer(?:s|ed)?|repl(?:y|ied|ies)|"
                r"respon(?:se|ses|ded)|outputs?)\b", re.I),
     ("output_throughput", "eval_duration", "output_tokens")),
    (re.compile(r"\b(?:prompt(?:s|ed)?|asked|input|took\s+in|fed)\b", re.I),
     ("prompt_throughput", "prompt_eval_duration", "prompt_tokens")),
)
"""Words that say what a number measures where the sentence says nothing plainer."""
VERBS = re.compile(r"\b(?:took|takes?|taken|taking|needs?|needed|lasted|lasts|spen[dt]s?|"
                   r"finish(?:es|ed)|completes?\s+in|completed\s+in|elapsed)\b", re.I)
"""Verbs of time passing, which say still less."""
ALONE = frozenset({"ttft", "itl", "tpot", "tps", "rps", "qps", "latency", "latencies",
                   "throughput", "accuracy", "loss", "perplexity", "power", "runtime",
                   "temperature", "vram"})
FAMILIES = {
    "output_throughput": ("output_throughput", "throughput"),
    "throughput": ("output_throughput", "throughput"),
    "request_latency": ("request_latency", "iteration_time"),
    "iteration_time": ("iteration_time", "request_latency"),
}
