"""Whether a newly trained model may take the place of the one in use."""

from collections.abc import Mapping
from typing import Any

# By how much a figure may fall before it counts as worse: one message of the test set or so.
TOLERANCE = 0.002


def reasons_against(now: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What is worse about the new model, as sentences; empty when nothing is.

    Both are figures of ``evaluate_classifier.report`` on the same test messages. What counts:
    complaints found, complaints filed automatically as something else, and macro F1.
    """
    figures = (
        ("complaint recall", _complaint_recall(now), _complaint_recall(new)),
        ("macro F1", float(now["macro_f1"]), float(new["macro_f1"])),
        (
            "complaints not filed automatically as something else",
            1 - float(now["auto"]["missed_complaints"]),
            1 - float(new["auto"]["missed_complaints"]),
        ),
    )
    return [
        f"{name} falls from {before:.3f} to {after:.3f}"
        for name, before, after in figures
        if after < before - TOLERANCE
    ]


def _complaint_recall(figures: Mapping[str, Any]) -> float:
    return float(figures["categories"]["complaint"]["recall"])
