"""Conversion to and from SymPy keeps the value."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from symml.calculus.normal import prove_equal
from symml.errors import SymmlError
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.nodes import Expr
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.proof.derive import derive
from tests import oracle

x, c = b.scalar("x"), b.scalar("c", "positive")
X, w, y = b.matrix("X", "n", "d"), b.vector("w", "d"), b.vector("y", "n")
SCALARS = {name: row(x) for name, row in F.FUNCTIONS.items() if row.arity == 1}


@pytest.mark.parametrize("name", SCALARS)
def test_a_scalar_function_has_the_same_value_in_sympy(name: str) -> None:
    at = 1.25 if name == "arccosh" else 0.4
    converted = to_sympy(SCALARS[name])
    got = complex(converted.subs(sympy.Symbol("x", real=True), sympy.Float(at, 30)).evalf(20)).real
    assert got == pytest.approx(float(oracle.FUNCTIONS[name](at)), rel=1e-12)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "sin", "erf", "log1p", "gelu", "silu", "arctan", "cosh"])
def test_every_slope_agrees_with_sympy_s_own_derivative(name: str) -> None:
    from symml.calculus.differentiate import jacobian

    s = sympy.Symbol("x", real=True)
    ours, theirs = to_sympy(jacobian(SCALARS[name], x)), sympy.diff(to_sympy(SCALARS[name]), s)
    for at in ("0.3", "-0.7", "2.1"):
        if name == "log1p" and at == "-0.7":
            continue
        assert abs((ours - theirs).subs(s, sympy.Rational(at)).evalf(30)) < 1e-25


def test_a_loss_becomes_a_sum_over_indexed_symbols() -> None:
    loss = b.sum((X @ w - y) ** 2)
    converted = to_sympy(loss)
    assert converted.has(sympy.Sum) and converted.has(sympy.Indexed)
    back = from_sympy(converted, {"X": X, "w": w, "y": y})
    assert prove_equal(loss, back) is not None


def test_with_sizes_every_sum_is_written_out() -> None:
    converted = to_sympy(b.inv(b.matrix("A", "d", "d")), {"d": 2})
    assert converted.shape == (2, 2)
    assert not converted.has(sympy.Sum)


def test_an_array_of_symbolic_dims_is_a_function_of_indices() -> None:
    assert isinstance(to_sympy(X @ w), sympy.Lambda)


def test_matrix_expressions_are_read() -> None:
    n, d = sympy.symbols("n d", integer=True, positive=True)
    A, B = sympy.MatrixSymbol("A", n, d), sympy.MatrixSymbol("B", d, n)
    own: Expr = b.trace(b.matrix("A", "n", "d") @ b.matrix("B", "d", "n"))
    assert from_sympy(sympy.Trace(A * B)) is own
    assert from_sympy((A * B).T).shape == b.matrix("A", "n", "d").T.shape[::-1][:1] * 2


def test_an_unknown_function_is_an_error_that_names_it() -> None:
    with pytest.raises(SymmlError, match="zeta has no counterpart"):
        from_sympy(sympy.zeta(sympy.Symbol("x")))


def test_an_undeclared_array_is_an_error() -> None:
    i = sympy.Symbol("i", integer=True)
    with pytest.raises(SymmlError, match="its shape is not declared"):
        from_sympy(sympy.Sum(sympy.IndexedBase("q")[i], (i, 0, 3)))


def test_positive_symbols_stay_positive() -> None:
    assert to_sympy(c).is_positive
    assert np.isclose(float(to_sympy(c * 2).subs(to_sympy(c), 3)), 6)


def test_the_indices_of_an_entry_have_other_names_than_its_dims() -> None:
    form = to_sympy(derive("sum(logsumexp(X@W, axis=1))", "W", shapes="X: i d, W: d k").result)
    assert [str(label) for label in form.variables] == ["j", "l"]
