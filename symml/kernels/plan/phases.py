"""Which steps run before, inside and after a loop over blocks of rows, so that every row is read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, is_number


@dataclass(frozen=True)
class Phases:
    """The steps by when they run.

    Attributes:
        before: Steps that no row enters.
        inside: Steps on the rows of one block.
        sums: The targets of steps inside that add up over the blocks.
        after: Steps on the finished sums.
    """

    before: list[Step]
    inside: list[Step]
    sums: frozenset[str]
    after: list[Step]


def phases(steps: Sequence[Step], known: Mapping[str, Form]) -> Phases | None:
    """The phases; ``None`` where a row depends on all the others, or where an array is not made of rows."""
    before: list[Step] = []
    inside: list[Step] = []
    after: list[Step] = []
    sums: set[str] = set()
    late: set[str] = set()
    for step in steps:
        args = [arg for arg in step.args if not is_number(arg)]
        rows = [arg for arg in args if known[arg].rows]
        form = known[step.target]
        if any(arg in late or arg in sums for arg in args):
            if rows or form.rows:
                return None
            late.add(step.target)
            after.append(step)
        elif rows and is_before(step):
            before.append(step)
        elif not rows:
            if form.rows:
                return None
            before.append(step)
        elif form.rows:
            if not keeps_rows(step, known):
                return None
            inside.append(step)
        elif adds_up(step, known):
            inside.append(step)
            sums.add(step.target)
        else:
            return None
    return Phases(before, inside, frozenset(sums), after)


def is_before(step: Step) -> bool:
    """Whether a step on rows needs all of them at once, before any loop: a size, or all rows of an argument."""
    return step.kind == "whole" or (step.kind == "number" and ".shape" in step.what)


def keeps_rows(step: Step, known: Mapping[str, Form]) -> bool:
    """Whether a row of the result depends on the same row of the arguments only."""
    form = known[step.target]
    args = [known[arg] for arg in step.args if not is_number(arg) and known[arg].rows]
    if len(form.rows) != 1 or not form.straight or any(len(a.rows) != 1 or not a.straight for a in args):
        return False
    if step.kind == "call":
        return _picks_rows(step, known)
    if step.kind in ("ufunc", "where", "helper", "bell"):
        from_end = len(form.shape) - form.rows[0]
        return all(len(a.shape) - a.rows[0] == from_end for a in args)
    if step.kind == "matmul":
        return len(args) == 1
    return True


def _picks_rows(step: Step, known: Mapping[str, Form]) -> bool:
    """Whether a call is a choice by labels, one entry or one row of a table for each row."""
    if step.what == "{}[{}]":
        return not known[step.args[0]].rows
    return step.what == "{}[{}, {}]" and all(known[arg].rows == (0,) for arg in step.args)


def adds_up(step: Step, known: Mapping[str, Form]) -> bool:
    """Whether the result is the sum over blocks of the same step on each block."""
    args = [known[arg] for arg in step.args if not is_number(arg)]
    if any(len(a.rows) != 1 or not a.straight for a in args):
        return False
    if step.kind == "reduce":
        return step.what == "add" and args[0].rows[0] in summed_axes(step, len(args[0].shape))
    if step.kind == "matmul" and len(args) == len(step.args) == 2:
        left, right = args
        return left.rows[0] == len(left.shape) - 1 and right.rows[0] == max(len(right.shape) - 2, 0)
    return False
