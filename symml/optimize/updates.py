"""Update rules of optimizers: what is printed is what runs, and linear recursions unroll to sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np

from symml.calculus.closed_forms import close
from symml.calculus.differentiate import gradient
from symml.calculus.simplify import simplify
from symml.errors import ShapeError, SymmlError
from symml.expr.build import scalar
from symml.expr.functions import undefined
from symml.expr.nodes import ONE, Apply, Expr, Symbol, symbol_node
from symml.expr.ranges import series
from symml.expr.walk import substitute, symbols, transform
from symml.kernels import Kernel, kernel
from symml.optimize.history import History, Oracle, Setting, run_rule
from symml.optimize.problem import Shapes
from symml.optimize.update_rules import GRADIENT, PARAMETER, RULES, SHAPES, STEP, Rule
from symml.proof.derive import find_variable
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.render import latex, text


@dataclass(frozen=True, repr=False)
class Update:
    """An update rule as expressions.

    Attributes:
        rule: The row of the table.
        declared: The declarations of all its names.
        assignments: (name, expression in old values and in new values that were given before), in order.
    """

    rule: Rule
    declared: Declarations
    assignments: tuple[tuple[str, Expr], ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The names that are carried from step to step, besides the parameter."""
        return tuple(read_declarations(self.rule.states).symbols)

    @property
    def settings(self) -> dict[str, float]:
        """The usual values of the hyperparameters."""
        return dict(self.rule.defaults or {})

    @cached_property
    def values(self) -> dict[str, Expr]:
        """The new value of each name in terms of old values only."""
        found: dict[str, Expr] = {}
        for name, body in self.assignments:
            given = {_new(known, value): value for known, value in found.items()}
            present = set(symbols(body))
            found[name] = substitute(body, {s: v for s, v in given.items() if s in present})
        return found

    def value(self, name: str = PARAMETER) -> Expr:
        """The new value of the parameter, or of a state, in terms of old values."""
        return self.values[name]

    def kernel(self, name: str = "") -> Kernel:
        """A NumPy function of one step: the new parameter, then the new states."""
        roots = [self.values[key] for key in (PARAMETER, *self.states)]
        return kernel(roots if len(roots) > 1 else roots[0], name=name or f"{self.rule.name}_step")

    def unrolled(self, name: str) -> Expr:
        """A state that is a linear recursion, as a sum over the past; entry by entry, from zero.

        ``m = beta m + (1 - beta) g`` gives the sum of ``beta^(t - k) (1 - beta) g_k`` over k from 1 to t.

        Raises:
            SymmlError: The state is no linear recursion in itself.
        """
        if name not in self.states:
            raise SymmlError(f"{name} is no state of {self.rule.title}", cure=f"states are: {', '.join(self.states)}")
        body, old, g = self._entrywise(name), scalar(name), scalar(GRADIENT)
        slope = gradient(body, old) if old in symbols(body) else body * 0
        k, t, past = scalar("k"), scalar(STEP, "integer"), undefined(GRADIENT, 1)
        if {old, g} & set(symbols(slope)):
            raise SymmlError(f"{name} is no linear recursion", cure="ask for another state")
        drive = simplify(substitute(body, {old: scalar("zero") * 0}))
        term = substitute(drive, {g: past(k)})
        return series(term if slope is ONE else slope ** (t - k) * term, k, 1, t)

    def bias(self, name: str) -> Expr:
        """The factor by which a state that starts at zero falls short of the stationary mean of what drives it.

        For Adam's ``m`` it is ``1 - beta1^t``, which is what the correction divides by.
        """
        whole = self.unrolled(name)
        steady = transform(whole, lambda node: ONE if isinstance(node, Apply) and node.function.undefined else None)
        return simplify(close(steady).expr)

    def _entrywise(self, name: str) -> Expr:
        """The recursion of one entry of a state, all names being numbers."""
        declared = read_declarations(", ".join(f"{n}: {s.domain.name}" for n, s in self.declared.symbols.items()))
        row = next(line for line in self.rule.equations if line.partition("=")[0].strip() == name)
        body = read_expression(row.partition("=")[2].strip(), declared)
        return substitute(body, {s: scalar(s.name) for s in symbols(body) if s.name in (name, GRADIENT)})

    def run(
        self,
        loss: Expr | str,
        wrt: str | Symbol,
        start: Any,
        steps: int = 100,
        *,
        shapes: Shapes = None,
        data: Mapping[str, Any] | None = None,
        **settings: Setting,
    ) -> History:
        """Runs the rule on a loss.

        Args:
            loss: A number, as text or an expression.
            wrt: The parameter, a vector.
            start: Its first value.
            steps: How many steps.
            shapes: Declarations of the loss.
            data: Values of the other symbols of the loss, by name.
            settings: Hyperparameters, as numbers or as schedules: functions of the step, which counts from 1; the
                usual values where they are not given.

        Returns:
            The parameter and the loss at every step.
        """
        declared = read_declarations(shapes)
        root = read_expression(loss, declared)
        variable = find_variable(root, wrt, declared)
        if len(variable.shape) != 1:
            raise ShapeError(
                f"{variable.name} is the parameter and must be a vector", cure=f"declare '{variable.name}: d'"
            )
        return run_rule(self, Oracle.of(root, variable, data or {}), np.asarray(start, float), steps, settings)

    # ---- views -------------------------------------------------------------------------------------------------------
    def lines(self) -> list[str]:
        """The assignments as text."""
        return [f"{text.name(name)} ← {text.show(_plain(body))}" for name, body in self.assignments]

    def latex(self) -> str:
        """The assignments as an ``aligned`` environment."""
        rows = [rf"{latex.name(name)} &\leftarrow {latex.show(_plain(body))}" for name, body in self.assignments]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            "name": self.rule.name,
            "title": self.rule.title,
            "source": self.rule.source,
            "lines": self.lines(),
            "latex": self.latex(),
            "states": list(self.states),
            "settings": self.settings,
            "code": self.kernel().source,
        }

    def __repr__(self) -> str:
        head = f"{self.rule.title} ({self.rule.source})"
        start = f"  start: {', '.join(f'{name} = 0' for name in self.states)}" if self.states else ""
        usual = "  usual: " + ", ".join(f"{text.name(k)} = {v:g}" for k, v in self.settings.items())
        return "\n".join([head, *(f"  {line}" for line in self.lines()), *([start] if start else []), usual])

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


_MARK = "'"


def _new(name: str, value: Expr) -> Symbol:
    return symbol_node(name + _MARK, value.shape)


def _plain(body: Expr) -> Expr:
    """New values printed by their names: the arrows say what is new."""
    marked = [s for s in symbols(body) if s.name.endswith(_MARK)]
    return substitute(body, {s: symbol_node(s.name.removesuffix(_MARK), s.shape, s.domain) for s in marked})


def update(name: str) -> Update:
    """The update rule of this name: gd, sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, radam, newton ...

    Raises:
        SymmlError: There is none of that name.
    """
    rule = RULES.get(name.lower())
    if rule is None:
        close = get_close_matches(name.lower(), RULES, n=1)
        cure = f"did you mean {close[0]}?" if close else f"rules are: {', '.join(RULES)}"
        raise SymmlError(f"{name!r} is not an update rule that symml knows", cure=cure)
    declared = read_declarations(", ".join(part for part in (SHAPES, rule.states, rule.settings) if part))
    found: list[tuple[str, Expr]] = []
    known = dict(declared.symbols)
    for line in rule.equations:
        target, _, body = line.partition("=")
        value = read_expression(body.strip(), Declarations(known, declared.sizes))
        found.append((target.strip(), value))
        known[target.strip()] = _new(target.strip(), value)
    return Update(rule, declared, tuple(found))
