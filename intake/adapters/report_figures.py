"""Draws the pictures of an evaluation with matplotlib, straight to PNG files.

The figures come as ``evaluate_classifier.full_report`` makes them. Nothing is told by colour alone:
counts are written out and lines differ by form; the colours are told apart by colour-blind readers
(Okabe and Ito) and the shades are perceptually even (viridis' relative, cividis).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from intake.domain.categories import Category

Figures = Mapping[str, Any]

_BLUE: Final = "#0072B2"
_ORANGE: Final = "#D55E00"
_GREY: Final = "#595959"
_DOTS_PER_INCH: Final = 150
# The share wrong among the very first answers jumps about; the axis is not stretched for it.
_SETTLED_COVERAGE: Final = 0.05


def draw_figures(figures: Figures, folder: Path) -> None:
    """Write ``confusion.png``, ``reliability.png`` and ``risk_coverage.png`` into this folder.

    Pictures that are there are written over. Raises ``OSError``.
    """
    pictures: dict[str, tuple[tuple[float, float], Callable[[Axes, Figures], None]]] = {
        "confusion.png": ((8.5, 7.0), _draw_confusion),
        "reliability.png": ((7.0, 6.5), _draw_reliability),
        "risk_coverage.png": ((8.0, 5.5), _draw_risk_coverage),
    }
    for name, (size, draw) in pictures.items():
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.add_subplot(), figures)
        figure.savefig(folder / name, dpi=_DOTS_PER_INCH)


def _draw_confusion(axes: Axes, figures: Figures) -> None:
    counts = [[figures["confusion"][row][column] for column in Category] for row in Category]
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            share = shares[y][x]
            axes.text(
                x,
                y,
                f"{count}\n{share:.0%}" if count else "·",
                ha="center",
                va="center",
                color="black" if share > 0.5 else "white",
            )
    labels = [_in_two_lines(each.label) for each in Category]
    axes.set_xticks(range(len(labels)), labels, fontsize=9)
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_xlabel("What the classifier said")
    axes.set_ylabel("What a person said")
    axes.set_title(f"{figures['messages']} messages; shares are of each row")


def _draw_reliability(axes: Axes, figures: Figures) -> None:
    filled = [each for each in figures["reliability"] if each["count"]]
    sure = [each["confidence"] for each in filled]
    right = [each["right"] for each in filled]
    below = [each["right"] - each["interval"][0] for each in filled]
    above = [each["interval"][1] - each["right"] for each in filled]
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="perfectly calibrated")
    axes.errorbar(
        sure,
        right,
        yerr=[below, above],
        color=_BLUE,
        marker="o",
        capsize=4,
        label="measured, with 95% interval",
    )
    for each in filled:
        axes.annotate(
            str(each["count"]),
            (each["confidence"], each["right"]),
            xytext=(8, -4),
            textcoords="offset points",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8},
        )
    _as_shares(axes)
    axes.set_xlim(0, 1.08)
    axes.set_ylim(-0.03, 1.05)
    axes.set_xlabel("Mean confidence in the bin")
    axes.set_ylabel("Share of messages the classifier got right")
    axes.set_title(
        f"{figures['messages']} messages; calibration error {figures['calibration_error']:.3f}\n"
        "Beside each point: the messages in its bin"
    )
    axes.legend(loc="upper left")


def _draw_risk_coverage(axes: Axes, figures: Figures) -> None:
    points, auto = figures["risk_coverage"], figures["auto"]
    coverage = [each["coverage"] for each in points]
    risk = [each["risk"] for each in points]
    axes.plot(coverage, risk, color=_BLUE, label="taking the surest answers first")
    for precision, form in zip(figures["coverage"], (":", "--"), strict=False):
        bound = 1 - float(precision)
        axes.axhline(bound, color=_GREY, linestyle=form, label=f"{float(precision):.0%} right")
    if auto["coverage"]:
        axes.plot(
            auto["coverage"],
            1 - auto["precision"],
            color=_ORANGE,
            marker="D",
            markersize=9,
            linestyle="none",
            label=f"decided automatically: {auto['coverage']:.0%}, of these "
            f"{1 - auto['precision']:.1%} wrong",
        )
    _as_shares(axes)
    axes.set_xlim(0, 1.01)
    settled = [each["risk"] for each in points if each["coverage"] >= _SETTLED_COVERAGE]
    axes.set_ylim(0, max(0.05, 1.25 * max(settled)))
    axes.set_xlabel("Share of messages answered without an officer")
    axes.set_ylabel("Share of these answers that are wrong")
    axes.set_title(f"{figures['messages']} messages")
    axes.legend(loc="upper left")


def _as_shares(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(visible=True, color="#d9d9d9", linewidth=0.6)
    axes.set_axisbelow(True)


def _in_two_lines(label: str) -> str:
    return label.replace(" of ", " of\n").replace("Service ", "Service\n")
