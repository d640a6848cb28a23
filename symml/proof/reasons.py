"""Why a derivative is what it is: the rules that were used between a stage and what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symml.calculus.leibniz import EXCHANGE
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Linalg, Power, Symbol
from symml.expr.scoped import Expectation, Integral, Series
from symml.expr.walk import depends_on, topological
from symml.proof.program import Stage

_SUM, _LINEAR = "sum rule: d(a + b) = da + db", "linearity: d(c x) = c dx"
_PLUMBING = (_SUM, _LINEAR)


def exchange(stages: Iterable[Stage], of: Symbol) -> str:
    """What is asked where the order of a derivative and a sum, an integral or a mean is exchanged."""
    bodies = [node for stage in stages for node in depends_on(stage.body, of)]
    infinite = (
        isinstance(node, Integral | Expectation) or (isinstance(node, Series) and node.ends != (True, True))
        for node in bodies
    )
    return EXCHANGE if any(infinite) else ""


def rules_through(stages: Iterable[Stage], of: Symbol) -> str:
    """The rules on the way from the stages that use a name down to it."""
    found: list[str] = []
    for stage in stages:
        depends = depends_on(stage.body, of)
        path = [node for node in reversed(topological(stage.body)) if node in depends and node is not of]
        found += [rule(node) for node in path if (rule := _RULES.get(type(node))) is not None]
    inner = [reason for reason in found if reason not in _PLUMBING]
    return "; ".join(dict.fromkeys(inner or found or ["chain rule"]))


def _power_rule(body: Expr) -> str:
    assert isinstance(body, Power)
    return f"power rule: d x^p = p x^(p-1) dx, p = {body.exponent}"


def _function_rule(body: Expr) -> str:
    assert isinstance(body, Apply | Along)
    return f"chain rule: the derivative of {body.function.name}"


def _matrix_rule(body: Expr) -> str:
    assert isinstance(body, Linalg)
    return {
        "inv": "differential of the inverse: d(A^-1) = -A^-1 dA A^-1",
        "det": "Jacobi's formula: d det A = det A tr(A^-1 dA)",
        "logdet": "d log|det A| = tr(A^-1 dA)",
        "eigvals": "d lambda = diag(U' dA U)",
        "eigvecs": "dU = U (F * (U' dA U)), F_kl = 1 / (lambda_l - lambda_k)",
        "cholesky": "dL = L phi(L^-1 dA L^-T)",
    }[body.function.name]


def _product_rule(body: Expr) -> str:
    assert isinstance(body, Contract)
    return _LINEAR if len([arg for arg in body.args if arg.shape]) <= 1 else "product rule: d(a b) = da b + a db"


_RULES: dict[type[Expr], Callable[..., str]] = {
    Add: lambda body: _SUM,
    Contract: _product_rule,
    Power: _power_rule,
    Apply: _function_rule,
    Along: _function_rule,
    Linalg: _matrix_rule,
    Series: lambda body: "the derivative of a sum is the sum of the derivatives",
    Integral: lambda body: "Leibniz's rule: differentiate under the integral, and at the ends",
    Expectation: lambda body: "the derivative of a mean is the mean of the derivative",
}
