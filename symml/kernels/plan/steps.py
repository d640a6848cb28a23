"""A kernel's source as single steps: every operation has one target, so that it can write into memory given to it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field


class NoSteps(Exception):
    """The source has a statement that cannot be written in steps."""


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        target: The name of the result.
        kind: ``ufunc``, ``where``, ``matmul``, ``vecdot``, ``reduce``, ``view``, ``copy``, ``helper`` (elementwise,
            makes its own array), ``special`` (a helper that becomes steps later), ``call`` (makes its own array) or
            ``number`` (a Python number or a size); once the shapes are known also ``array`` (the same in every call),
            ``distances`` (squared, of rows), ``whole`` (all rows of an argument, also inside a block), ``bell`` (in
            given memory) and ``scratch`` (memory).
        what: The ufunc's name, or for views, calls and numbers the code with ``{}`` for each argument.
        args: Names of earlier results and arguments, or numbers as code.
        axis: The axes of a reduction as code.
        keep: Whether a reduction keeps its axes.
    """

    target: str
    kind: str
    what: str
    args: tuple[str, ...]
    axis: str = ""
    keep: bool = False


@dataclass
class Steps:
    """A function in steps.

    Attributes:
        arguments: The names of the parameters.
        steps: The operations in order.
        results: The names or numbers that are returned.
        helpers: The helpers that stay calls.
        silent: Whether the steps must not warn.
        functions: The functions of the module that they were read from.
    """

    arguments: tuple[str, ...]
    steps: list[Step] = field(default_factory=list)
    results: tuple[str, ...] = ()
    helpers: set[str] = field(default_factory=set)
    silent: bool = False
    functions: Mapping[str, ast.FunctionDef] = field(default_factory=dict)


def is_number(code: str) -> bool:
    """Whether an argument of a step is a number, and not a name."""
    return code.startswith("np.") or code.lstrip("-")[:1].isdigit() or code in ("True", "False", "None")
