"""latex2sympy2 as a second reader of scalar formulas: in a process of its own, with limits on time and memory."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

from symml.errors import ReadError

READERS = ("latex2sympy2",)
_SECONDS = 20
_MEGABYTES = 2000
_PROGRAM = """
import resource, sys
limit = {megabytes} * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from latex2sympy2 import latex2sympy
print(latex2sympy(sys.stdin.read()))
"""


def why_not() -> str:
    """Why latex2sympy2 cannot be used here; empty when it can."""
    if sys.version_info >= (3, 13):
        return "its ANTLR runtime cannot be imported from Python 3.13 on"
    return "" if find_spec("latex2sympy2") else "it is not installed: pip install 'symml[latex2sympy2]'"


def second_reading(text: str) -> str:
    """What latex2sympy2 reads, as SymPy prints it; the sides of a statement are sent apart.

    Raises:
        ReadError: The reader is absent, takes too long, or does not understand the formula.
    """
    reason = why_not()
    if reason:
        raise ReadError(f"latex2sympy2 cannot be used: {reason}", cure="leave out --second-reader")
    # It solves an equation while it reads it, so each side goes into a fresh process.
    return " = ".join(_one_side(side) for side in text.split("="))


def _one_side(text: str) -> str:
    program = _PROGRAM.format(megabytes=_MEGABYTES)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], input=text, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ReadError(f"latex2sympy2 took more than {_SECONDS} seconds", cure="leave out --second-reader") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ReadError(f"latex2sympy2 does not understand this: {last}", cure="leave out --second-reader")
    return done.stdout.strip()
