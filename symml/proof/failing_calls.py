"""Gradient functions that fail: shapes that do not fit, where the loss has a value, refute the claim."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from symml.errors import TraceError
from symml.expr.dims import show_sizes
from symml.proof.verdict import Diagnosis, Evidence, Verdict
from symml.read.places import SourcePlace

# What NumPy, SciPy and PyTorch say of shapes that do not fit; they have no class of errors for it.
_MISFITS = (
    "broadcast",
    "not aligned",
    "mismatch",
    "out of bounds",
    "cannot reshape",
    "too many indices",
    "dimension",
    "must be square",
    "setting an array element with a sequence",
    "must be equal",
    "inconsistent numbers of samples",
    "mat1 and mat2",
)


class CallFails(TraceError):
    """A function of the user's fails when it is called with numbers.

    Args:
        function: The function.
        error: What it raised.
        values: The arguments by name.
        shown: The arguments as text.
    """

    def __init__(self, function: Callable[..., Any], error: Exception, values: dict[str, Any], shown: str) -> None:
        self.name = str(getattr(function, "__qualname__", type(function).__name__)).rpartition(".")[2]
        self.raised = " ".join(f"{type(error).__name__}: {error}".split())
        what = f"{self.name} raises {self.raised}, called with {shown}"
        super().__init__(what, cure="declare shapes and domains at which the function can be called")
        self.function, self.error, self.values = function, error, values

    @property
    def is_misfit(self) -> bool:
        """Whether arrays were combined whose shapes do not fit; what the user's code raises itself is no misfit."""
        place = self.place
        if place is not None and place.text.lstrip().startswith(("raise ", "assert ")):
            return False
        known = isinstance(self.error, ValueError | IndexError | RuntimeError)
        return known and any(words in str(self.error).lower() for words in _MISFITS)

    @property
    def place(self) -> SourcePlace | None:
        """The innermost line of the function's own file that was running."""
        code = getattr(getattr(self.function, "__func__", self.function), "__code__", None)
        return None if code is None else _place(self.error.__traceback__, code.co_filename)


def refuted_by_failure(failed: CallFails, statement: str, sizes: dict[str, int], traced: TraceError) -> Verdict:
    """A refutation: the gradient function fails on shapes for which the loss has a value.

    Args:
        failed: The call.
        statement: The claim as text.
        sizes: The numbers in the place of named dims.
        traced: What tracing said about the same line.
    """
    shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in failed.values.items())
    scope = f" for {show_sizes(sizes)}" if sizes else ""
    shown = Evidence("call", f"{failed.name} fails{scope}: {shapes}; the loss has a value there", {"sizes": sizes})
    words = traced.what.partition(": ")[2] or traced.what
    found = Diagnosis("shapes", "", words, where=failed.place)
    notes = (traced.cure,) if traced.cure else ()
    return Verdict("refuted", statement, f"{failed.name} raises {failed.raised}", (shown,), None, found, notes)


def _place(trace: TracebackType | None, file: str) -> SourcePlace | None:
    found = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == file:
            line, _, column, end = list(code.co_positions())[trace.tb_lasti // 2]
            number = line or trace.tb_lineno
            found = SourcePlace(file, number, linecache.getline(file, number).rstrip("\n"), column or 0, end or 0)
        trace = trace.tb_next
    return found
