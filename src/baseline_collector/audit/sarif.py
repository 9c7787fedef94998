"""An audit as SARIF 2.1.0, for code scanning.

Format: OASIS SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from baseline_collector.audit.claims import Audit, AuditedClaim
from baseline_collector.audit.show import place

_RULES = {
    "contradicted": ("error", "The data says otherwise."),
    "source_defect": ("warning", "Quoted rightly from a number that is defective."),
    "unsupported": ("note", "Nothing definite to check it against."),
}


def as_sarif(audit: Audit, version: str = "") -> str:
    """Write every claim that is not supported as a result.

    Args:
        audit: The audit; its name is the path of the report.
        version: Version of the program; left out where empty.
    """
    driver: dict[str, Any] = {
        "name": "baseline-collector",
        "rules": [{"id": rule, "shortDescription": {"text": text},
                   "defaultConfiguration": {"level": level}}
                  for rule, (level, text) in _RULES.items()],
    }
    if version:
        driver["version"] = version
    results = [_result(audit.name, one) for one in audit.claims if one.verdict in _RULES]
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints",
                  "results": results}],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _result(name: str, one: AuditedClaim) -> dict[str, Any]:
    claim, found = one.claim, one.outcome
    right = f" Right: {found.correction}." if found.correction else ""
    region = {"startLine": claim.line, "startColumn": claim.column,
              "endColumn": claim.column + len(claim.text), "snippet": {"text": claim.text}}
    mark = hashlib.sha256(f"{claim.text}\0{found.metric}\0{found.statistic}".encode()).hexdigest()
    result: dict[str, Any] = {
        "ruleId": one.verdict, "level": _RULES[one.verdict][0],
        "message": {"text": f"{claim.text}: {found.why}{right}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(name)},
                                            "region": region}}],
        "partialFingerprints": {"claim/v1": mark[:16]},
    }
    places = [evidence for evidence in found.evidence if evidence.artifact]
    if places:
        result["relatedLocations"] = [
            {"id": at, "message": {"text": place(evidence)},
             "physicalLocation": {"artifactLocation": {"uri": _uri(evidence.artifact)}}}
            for at, evidence in enumerate(places)]
    return result


def _uri(path: str) -> str:
    return "".join(char if char.isalnum() or char in "/._-~" else
                   "".join(f"%{byte:02X}" for byte in char.encode()) for char in path)
