"""How a benchmark tells what it measured: one line a figure, with the ratio to its baseline."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure; `ratio` is that to the baseline of the same run.

    `floor` is the least that is asked for, `ceiling` the most that is allowed.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    floor: str = ""
    ceiling: str = ""

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x the baseline"
        bound = f"(floor {self.floor})" if self.floor else ""
        bound = f"(ceiling {self.ceiling})" if self.ceiling else bound
        return f"{self.name:<44}{self.value:>9,.1f} {self.unit:<18}{ratio:<21}{bound}".rstrip()
