"""Where an expression has a value: the conditions written in the unsimplified tree, less those that facts settle."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.facts import is_nonnegative, is_nonzero, is_pd, is_positive
from symml.expr.arithmetic import full
from symml.expr.nodes import Apply, Expr, Linalg, Power, Symbol
from symml.expr.walk import topological


@dataclass(frozen=True)
class Condition:
    """``expr`` must be nonzero, positive, nonnegative, invertible, unit (in (0, 1)) or within one (in [-1, 1])."""

    kind: str
    expr: Expr


def conditions(root: Expr) -> list[Condition]:
    """What must hold for every entry of the expression to exist, as written."""
    found: list[Condition] = []
    for node in topological(root):
        if node.args:
            found += [c for c in _own(node) if not holds(c)]
    return list(dict.fromkeys(found))


def _own(node: Expr) -> list[Condition]:
    if isinstance(node, Power):
        base, p = node.args[0], node.exponent
        need = [Condition("nonnegative", base)] if p.denominator > 1 else []
        return need + ([Condition("nonzero", base)] if p < 0 else [])
    if isinstance(node, Linalg) and node.function.name == "cholesky":
        return [Condition("definite", node.args[0])]
    if isinstance(node, Linalg):
        return [Condition("invertible", node.args[0])] if node.function.name in ("inv", "logdet") else []
    if not isinstance(node, Apply):
        return []
    own = [Condition(kind, node.args[k]) for k, kind in node.function.needs]
    if node.function.definition is not None and not node.function.needs:
        return own + [c for c in conditions(node.function.definition(*node.args)) if c.expr not in node.args or not own]
    return own


def holds(condition: Condition) -> bool:
    """Whether the facts settle a condition."""
    expr = condition.expr
    match condition.kind:
        case "nonzero":
            return is_nonzero(expr)
        case "positive":
            return is_positive(expr)
        case "nonnegative":
            return is_nonnegative(expr)
        case "definite":
            return is_pd(expr)
        case "invertible":
            return is_pd(expr) or (isinstance(expr, Symbol) and "invertible" in expr.domain.facts)
        case "unit":
            return (isinstance(expr, Symbol) and "unit" in expr.domain.facts) or _is_open_unit(expr)
    return False


def _is_open_unit(expr: Expr) -> bool:
    """Whether both ``x`` and ``1 - x`` are known to be positive."""
    return is_positive(expr) and is_positive(full(1, expr.shape) - expr)
