"""A kernel as the objective of scipy.optimize.minimize."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

from symml.errors import ShapeError, SymmlError
from symml.faces import kernel
from symml.kernels.objective import Objective

TEXT, SHAPES = "mean(log1p(exp(-y*(X@w + b)))) + lam*dot(w, w)", "X: n d, y: n sign, w: d, b: real, lam: positive"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
DATA: dict[str, Any] = {"X": X, "y": np.sign(X @ [1.0, -2.0, 0.5] + RNG.normal(size=60)), "lam": 0.01}


@pytest.fixture(scope="module")
def logistic() -> Objective:
    return kernel(TEXT, shapes=SHAPES).scipy("w", "b", **DATA)


def test_every_method_of_minimize_finds_the_same_minimum(logistic: Objective) -> None:
    start = logistic.pack(w=np.zeros(3), b=0.0)
    runs = [
        minimize(logistic.fun, start, jac=logistic.jac, method="BFGS", options={"gtol": 1e-9}),
        minimize(logistic.fun, start, jac=logistic.jac, hess=logistic.hess, method="trust-exact"),
        minimize(logistic.fun, start, jac=logistic.jac, hessp=logistic.hessp, method="trust-krylov"),
    ]
    for run in runs[1:]:
        np.testing.assert_allclose(run.x, runs[0].x, atol=1e-2)
    found = logistic.unpack(runs[1].x)
    assert found["w"].shape == (3,) and isinstance(found["b"], float)


def test_the_derivatives_agree_with_each_other(logistic: Objective) -> None:
    at, along = RNG.normal(size=4), RNG.normal(size=4)
    assert check_grad(logistic.fun, logistic.jac, at) < 1e-6
    hessian = logistic.hess(at)
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-15)
    np.testing.assert_allclose(hessian @ along, logistic.hessp(at, along), atol=1e-14)


def test_the_gradient_is_the_callers_own(logistic: Objective) -> None:
    at = np.zeros(4)
    logistic.jac(at)[:] = 7
    assert not np.any(logistic.jac(at) == 7)


def test_parameters_are_what_the_data_leave_open() -> None:
    found = kernel("sum((A@x - y)**2)", shapes="A: m n, x: n, y: m").scipy(A=np.eye(2), y=np.ones(2))
    assert found.parameters == ("x",)
    assert found.fun(np.ones(2)) == 0


def test_a_matrix_and_a_parameter_that_enters_linearly_are_packed() -> None:
    found = kernel("sum((X@W)**2) + c*sum(X)", shapes="X: n d, W: d 2, c: real").scipy(
        X=np.ones((2, 3)), W=np.ones((3, 2))
    )
    assert found.size == 1
    assert found.hess(np.ones(1)) == 0
    both = kernel("sum((X@W)**2) + c*sum(W)", shapes="X: n d, W: d 2, c: real").scipy("W", "c", X=np.ones((2, 3)))
    assert both.hess(np.ones(7)).shape == (7, 7)


WRONG = {
    "misses": (lambda k: k.scipy("w", **DATA), SymmlError, "no data for b"),
    "unknown": (lambda k: k.scipy("v", **DATA), SymmlError, "no argument v"),
    "twice": (lambda k: k.scipy("w", "b", "lam", **DATA), SymmlError, "lam is a parameter and data"),
    "open shape": (lambda k: k.scipy("w", "b", "X", y=DATA["y"], lam=1), ShapeError, "does not follow from the data"),
    "pack": (lambda k: k.scipy("w", "b", **DATA).pack(w=np.zeros(2), b=0), ShapeError, r"w has shape \(2,\)"),
    "unpack": (lambda k: k.scipy("w", "b", **DATA).unpack(np.zeros(3)), ShapeError, r"the parameters need \(4,\)"),
    "a vector": (lambda k: kernel("X@w", shapes="X: n d, w: d").scipy("w", X=X), ShapeError, "only a scalar"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_says_what_is_wrong(name: str) -> None:
    use, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        use(kernel(TEXT, shapes=SHAPES))
