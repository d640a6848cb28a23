"""The meaning of each kind of node: one short rule a kind, grouped by notion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symml.read.math.rules import (
    algebra,
    applications,
    choices,
    derivatives,
    functions,
    indices,
    marks,
    matrices,
    names,
    norms,
    powers,
    ranges,
    sums,
)

RULES: dict[str, Callable[..., Any]] = {
    **algebra.RULES,
    **applications.RULES,
    **choices.RULES,
    **derivatives.RULES,
    **functions.RULES,
    **indices.RULES,
    **marks.RULES,
    **matrices.RULES,
    **names.RULES,
    **norms.RULES,
    **powers.RULES,
    **ranges.RULES,
    **sums.RULES,
    "either": lambda e, node: e.either(node),
}
