"""Puts the figures of an evaluation on a page that people read, as Markdown.

The figures are those of ``evaluate_classifier.full_report``; nothing is computed here but shares
as percentages. Pictures are drawn elsewhere and only pointed to.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from intake.domain.categories import Category, ServiceArea
from intake.domain.hazards import Hazard

Figures = Mapping[str, Any]

PICTURES = {
    "confusion.png": "What messages are, and what the classifier said they are",
    "reliability.png": "How sure the classifier was, and how often it was right",
    "risk_coverage.png": "How many answers are wrong when only the surest are taken",
}
"""The pictures of a report, by file name, with what each shows."""

# Areas and categories share no value; a category and a hazard are both called `other`.
_LABELS = {each.value: each.label for kind in (Category, ServiceArea) for each in kind}
_HAZARDS = {each.value: each.label for each in Hazard}
_NOTHING = "–"
_DIVISIONS = {
    "channel": "Channel",
    "words": "Words",
    "hard": "Near a boundary",
    "language": "Language",
    "area": "Service area",
}


def evaluation_as_markdown(figures: Figures, *, files: Sequence[str]) -> str:
    """The report as a page; ``files`` names what the classifier was measured on."""
    pictures = [f"![{words}]({name})" for name, words in PICTURES.items()]
    sections = [
        _summary(figures, files),
        "\n\n".join(["## Pictures", *pictures]),
        _per_class(figures),
        _confusion(figures),
        _automatic(figures),
        _dangers(figures),
        _reliability(figures),
        _slices(figures),
        _messages("Complaints filed automatically as something else", figures, "missed_complaints"),
        _messages("The surest mistakes", figures, "surest_mistakes"),
    ]
    return "\n\n".join(sections) + "\n"


def _summary(figures: Figures, files: Sequence[str]) -> str:
    coverage = figures["coverage"]
    rows = [
        ("Messages", str(figures["messages"])),
        ("Right", _percent(figures["accuracy"])),
        ("Macro F1", _three(figures["macro_f1"])),
        ("Calibration error (ECE, ten bins)", _three(figures["calibration_error"])),
        *(
            (
                f"Share that could be decided automatically at {float(precision):.0%} right",
                _percent(share),
            )
            for precision, share in coverage.items()
        ),
        ("Service area right", _percent(figures["area_accuracy"])),
        ("Landlord right", _percent(figures["landlord"]["accuracy"])),
    ]
    return "\n\n".join(
        [
            "# How good the classifier is",
            f"Model {', '.join(figures['model'])}, measured on {', '.join(files)}.",
            _table(("Figure", "Value"), rows),
        ]
    )


def _per_class(figures: Figures) -> str:
    return "## By category\n\n" + _table(
        ("Category", "Precision", "Recall", "F1", "Messages"),
        (_figures_row(_LABELS[name], each) for name, each in figures["categories"].items()),
    )


def _confusion(figures: Figures) -> str:
    table = figures["confusion"]
    return "## What was said of what\n\nRows: what a person said. Columns: the classifier.\n\n" + (
        _table(
            ("", *(_LABELS[name] for name in table)),
            (
                (_LABELS[name], *(str(count) if count else "·" for count in row.values()))
                for name, row in table.items()
            ),
        )
    )


def _automatic(figures: Figures) -> str:
    auto = figures["auto"]
    return "## Decided automatically\n\n" + _table(
        ("Figure", "Value"),
        [
            ("Share of all messages", _percent(auto["coverage"])),
            ("Of these right", _percent(auto["precision"])),
            ("Complaints filed as something else", str(auto["missed_complaint_count"])),
            ("As a share of all complaints", _percent(auto["missed_complaints"])),
        ],
    )


def _dangers(figures: Figures) -> str:
    rows = [_figures_row("**Somebody may be at risk**", figures["urgent"])]
    rows += [_figures_row(_HAZARDS[name], each) for name, each in figures["hazards"].items()]
    table = _table(("Danger", "Precision", "Recall", "F1", "Messages"), rows)
    if figures["hazards"]:
        return f"## Dangers\n\n{table}"
    return f"## Dangers\n\n{table}\n\nThe messages do not say which kinds of danger they tell of."


def _reliability(figures: Figures) -> str:
    return "## How far its confidence can be believed\n\n" + _table(
        ("Confidence", "Messages", "Mean confidence", "Right", "95% interval"),
        (
            (
                f"{each['from']:.1f} to {each['to']:.1f}",
                str(each["count"]),
                _percent(each["confidence"]),
                _percent(each["right"]),
                _interval(each["interval"]),
            )
            for each in figures["reliability"]
            if each["count"]
        ),
    )


def _slices(figures: Figures) -> str:
    head = (
        "Messages", "Right", "95% interval", "Complaint recall", "Urgent recall", "Automatic",
        "Of these right", "Complaints missed",
    )  # fmt: skip
    tables = [
        f"### {_DIVISIONS[name]}\n\n"
        + _table(
            ("", *head),
            (_slice_row(_LABELS.get(part, part), each) for part, each in parts.items()),
        )
        for name in _DIVISIONS
        if (parts := figures["slices"][name])
    ]
    return "\n\n".join(
        [
            "## Parts of the messages",
            (
                "Complaints missed: filed automatically as something else. The interval says how "
                "much a small part can tell."
            ),
            *tables,
        ]
    )


def _slice_row(name: str, each: Figures) -> tuple[str, ...]:
    return (
        name,
        str(each["messages"]),
        _percent(each["accuracy"]),
        _interval(each["interval"]),
        _percent(each["complaint_recall"]),
        _percent(each["urgent_recall"]),
        _percent(each["auto_coverage"]),
        _percent(each["auto_precision"]),
        str(each["missed_complaint_count"]),
    )


def _messages(title: str, figures: Figures, name: str) -> str:
    listed = figures[name]
    if not listed:
        return f"## {title}\n\nNone."
    return f"## {title}\n\n" + _table(
        ("Message", "Is", "Said", "Sure", "Decision", "Begins"),
        (
            (
                _plain(each["id"]),
                _LABELS[each["expected"]],
                _LABELS[each["said"]],
                _percent(each["confidence"]),
                each["decision"],
                _plain(each["text"]),
            )
            for each in listed
        ),
    )


def _figures_row(name: str, each: Figures) -> tuple[str, ...]:
    shown = [_three(each[key]) for key in ("precision", "recall", "f1")]
    # A share of nothing is not a nought.
    return (name, *(shown if each["count"] else [_NOTHING] * 3), str(each["count"]))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """A resident's words as they are: nothing in them makes a link, a picture or a column."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return text


def _percent(share: float | None) -> str:
    return _NOTHING if share is None else f"{share:.1%}"


def _interval(bounds: Sequence[float] | None) -> str:
    return _NOTHING if bounds is None else f"{bounds[0]:.1%} to {bounds[1]:.1%}"


def _three(figure: float) -> str:
    return f"{figure:.3f}"
