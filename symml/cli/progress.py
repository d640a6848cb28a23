"""A progress bar on standard error, for work that takes more than a moment, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

_PATIENCE = 2.0


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[], None]]:
    """Yields a function to call after each of ``total`` pieces; the bar appears when two seconds have passed."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    begin, done = monotonic(), 0
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=total)

    def advance() -> None:
        nonlocal done
        done += 1
        if not bar.live.is_started and monotonic() - begin > _PATIENCE:
            bar.start()
        bar.update(task, completed=done)

    try:
        yield advance
    finally:
        bar.stop()
