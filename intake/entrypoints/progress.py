"""Shows people at a terminal how far long work has come; says nothing to anybody else.

Everything goes to standard error, and only when that is a terminal: standard output belongs to the
answer, and a log of a scheduled run has no use for a bar.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import Any, TypeVar

import click

T = TypeVar("T")

Advance = Callable[[int], object]
"""Takes note that work has come so many steps further."""


def is_shown() -> bool:
    """Whether anybody watches."""
    return sys.stderr.isatty()


def counted(items: Iterable[T], *, label: str, length: int) -> Iterator[T]:
    """The items as they come, with a bar that grows by each."""
    with bar(label=label, length=length) as advance:
        for item in items:
            yield item
            advance(1)


@contextmanager
def bar(*, label: str, length: int | None, shown: bool = True) -> Iterator[Advance]:
    """A bar of so many steps; one of unknown length only shows that work goes on."""
    if not (shown and is_shown()):
        yield lambda _steps: None
        return
    # click wants either a length or something to go through, whose end it then does not know.
    extent: dict[str, Any] = {"iterable": repeat(None)} if length is None else {"length": length}
    with click.progressbar(label=label, file=sys.stderr, width=30, **extent) as drawn:
        yield drawn.update


def step(text: str) -> None:
    """Names the step that begins."""
    if is_shown():
        click.echo(f"{text} ...", err=True)
