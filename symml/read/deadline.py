"""A time limit on Python code that is run in this process: loops that do not end are left."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any


class OutOfTime(BaseException):
    """The time is up; no ``except Exception`` of the code that is run holds it."""


@contextmanager
def at_most(seconds: float, files: Collection[str]) -> Iterator[None]:
    """Runs a block, and leaves it before the next line of one of the files once the time is up.

    Args:
        seconds: The time.
        files: The files whose lines are watched; what they call elsewhere is not interrupted.

    Raises:
        OutOfTime: The time is up.
    """
    end = monotonic() + seconds

    def look(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if monotonic() > end:
            raise OutOfTime
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
