"""Runs of update rules, with their whole history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.calculus.differentiate import gradient, hessian
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.kernels import kernel
from symml.optimize.update_rules import CURVATURE, GRADIENT, PARAMETER, STEP

if TYPE_CHECKING:
    from symml.optimize.updates import Update


Setting = float | Callable[[int], float]


@dataclass(frozen=True, repr=False)
class History:
    """The course of a run.

    Attributes:
        theta: The parameter before the first step and after each: shape ``(steps + 1, d)``.
        loss: The loss there: shape ``(steps + 1,)``.
        states: The states after each step, by name.
    """

    theta: Any
    loss: Any
    states: Mapping[str, Any]

    def __repr__(self) -> str:
        steps = len(self.loss) - 1
        return (
            f"{steps} steps: loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g}, last value {np.round(self.theta[-1], 6)}"
        )


@dataclass(frozen=True)
class Oracle:
    """The loss with its gradient and, where it is asked for, its Hessian."""

    loss: Callable[[Any], float]
    gradient: Callable[[Any], Any]
    hessian: Callable[[Any], Any]

    @classmethod
    def of(cls, root: Expr, variable: Symbol, data: Mapping[str, Any]) -> Oracle:
        """Kernels of a loss at fixed data."""
        values = {name: np.asarray(value) for name, value in data.items()}

        def at(expr: Expr) -> Callable[[Any], Any]:
            run = kernel(expr)
            return lambda x: run(**{n: v for n, v in {**values, variable.name: x}.items() if n in run.arguments})

        return cls(at(root), at(gradient(root, variable)), lambda x: at(hessian(root, variable))(x))


def run_rule(rule: Update, oracle: Oracle, theta: Any, steps: int, settings: Mapping[str, Setting]) -> History:
    """Runs a rule from a point.

    Raises:
        SymmlError: A setting is none of the rule's.
    """
    unknown = [name for name in settings if name not in rule.declared.symbols]
    if unknown:
        raise SymmlError(f"{rule.rule.title} has no setting {unknown[0]}", cure="settings: " + ", ".join(rule.settings))
    step = rule.kernel()
    values: dict[str, Any] = {**rule.settings, **settings}
    states = {name: np.zeros_like(theta) for name in rule.states}
    course, losses = [theta.copy()], [float(oracle.loss(theta))]
    kept: dict[str, list[Any]] = {name: [] for name in states}
    for t in range(1, steps + 1):
        given = {name: value(t) if callable(value) else value for name, value in values.items()}
        known = {**given, **states, PARAMETER: theta, GRADIENT: oracle.gradient(theta), STEP: float(t)}
        if CURVATURE in step.arguments:
            known[CURVATURE] = oracle.hessian(theta)
        result = step(**{name: known[name] for name in step.arguments if name in known})
        parts = result if isinstance(result, tuple) else (result,)
        theta, states = parts[0], dict(zip(states, parts[1:], strict=True))
        course.append(np.array(theta))
        losses.append(float(oracle.loss(theta)))
        for name, value in states.items():
            kept[name].append(np.array(value))
    return History(np.array(course), np.array(losses), {name: np.array(rows) for name, rows in kept.items()})
