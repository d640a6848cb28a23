"""SymPy in a process of its own, which is killed when its time is up: sums, integrals and equations can run for ever.

Requests and answers are SymPy objects; nothing is written as text and read back.
"""

from __future__ import annotations

import atexit
from functools import lru_cache
from typing import Any

from symml.calculus.worker import Worker


@lru_cache(maxsize=1)
def _shared() -> Worker:
    process = Worker("symml.calculus.sympy_tasks")
    atexit.register(process.close)
    return process


def ask_sympy(task: str, *args: Any, seconds: float = 5.0) -> Any:
    """What SymPy answers within a time limit.

    Args:
        task: A task of ``sympy_tasks``.
        args: SymPy objects and plain data.
        seconds: The time after which SymPy is stopped.

    Returns:
        The answer; ``None`` when SymPy has none or is too slow.
    """
    return _shared().ask(task, *args, seconds=seconds)
