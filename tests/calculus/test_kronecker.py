"""Derivatives by matrices as Kronecker products of vec, column by column: as the books have them; JAX agrees."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import scipy.special as special

from symml.errors import NotDerivable
from symml.expr.dims import dim_value
from symml.expr.walk import size_names, symbols
from symml.proof.derivation import Derivation
from symml.proof.derive import derive
from symml.proof.vec_form import VecForm
from tests import oracle
from tests.cli.harness import run

FORMS: dict[str, tuple[str, str, str, int, str]] = {
    "least squares": ("sum((X@W-Y)**2)", "W", "X: n d, W: d k, Y: n k", 2, "2 I_k ⊗ Xᵀ X"),
    "A X B": ("A@X@B", "X", "A: n d, X: d k, B: k m", 1, "Bᵀ ⊗ A"),
    "A X' B": ("A@X.T@B", "X", "A: n k, X: d k, B: d m", 1, "(Bᵀ ⊗ A) K_d,k"),
    "gram": ("X.T@X", "X", "X: n d", 1, "(Xᵀ ⊗ I_d) K_n,d + I_d ⊗ Xᵀ"),
    "W x": ("W@x", "W", "W: k d, x: d", 1, "xᵀ ⊗ I_k"),
    "outer product": ("outer(x, x)", "x", "x: d", 1, "x ⊗ I_d + I_d ⊗ x"),
    "inverse": ("inv(X)", "X", "X: d d invertible", 1, "-X⁻ᵀ ⊗ X⁻¹"),
    "log-determinant": ("logdet(X)", "X", "X: d d invertible", 2, "-(X⁻¹ ⊗ X⁻ᵀ) K_d,d"),
    "bilinear": ("trace(X.T@A@X@B)", "X", "A: n n, X: n d, B: d d", 2, "B ⊗ Aᵀ + Bᵀ ⊗ A"),
    "a layer": ("tanh(X@W)", "W", "X: n d, W: d k", 1, "diag(vec(1 - tanh(X W)⊙²)) (I_k ⊗ X)"),
    "softmax of W x": (
        "softmax(W@x)",
        "W",
        "W: k d, x: d",
        1,
        "xᵀ ⊗ (diag(softmax(W x)) - softmax(W x)softmax(W x)ᵀ)",
    ),
    "softmax regression": (
        "-sum(Y*log_softmax(X@W, axis=1))/n",
        "W",
        "X: n d, W: d k, Y: n k onehot",
        2,
        "1/n Σ_m ((diag(p_m) - p_m p_mᵀ) ⊗ x_m x_mᵀ)",
    ),
    "Frobenius norm": ("norm(X)", "X", "X: n d", 2, "1/‖X‖_F I - 1/‖X‖_F³ vec(X)vec(X)ᵀ"),
    "a vector": ("x*x", "x", "x: d", 1, "2 diag(x)"),
    "softmax rows": (
        "softmax(X@W, axis=1)",
        "W",
        "X: n d, W: d k",
        1,
        "diag(vec(softmax[rows](X W))) (I_k ⊗ X) - Σ_m (p_m p_mᵀ ⊗ e_m x_mᵀ)",
    ),
    "attention values": (
        "softmax(Q@K.T/sqrt(d), axis=1)@V",
        "V",
        "Q: n d, K: m d, V: m k",
        1,
        "I_k ⊗ softmax[rows](Q Kᵀ/√(d))",
    ),
}


@cache
def derived(name: str) -> Derivation:
    text, wrt, shapes, order, _ = FORMS[name]
    return derive(text, wrt, shapes=shapes, order=order)


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_that_of_the_books(name: str) -> None:
    assert derived(name).vec.text() == FORMS[name][4]


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_proved_to_be_the_derivative(name: str) -> None:
    assert derived(name).vec.verdict.verdict in ("proved", "proved_randomized")


def _values(found: Derivation) -> tuple[dict[str, Any], dict[str, int]]:
    sizes = {name: 3 + k for k, name in enumerate(size_names(found.expr, found.result))}
    rng = np.random.default_rng(3)
    values = {s.name: rng.normal(size=[dim_value(dim, sizes) for dim in s.shape]) for s in symbols(found.expr)}
    return values, sizes


@pytest.mark.parametrize("name", FORMS)
def test_the_code_is_the_jacobian_of_vec(name: str) -> None:
    found = derived(name)
    values, sizes = _values(found)
    scope = {"np": np, "softmax": special.softmax, **sizes, **values}
    matrix = eval(found.vec.code(), scope)
    tensor = np.asarray(oracle.evaluate(found.result, values, sizes))
    rank = tensor.ndim - len(found.wrt.shape)
    rows, cols = list(range(rank))[::-1], list(range(rank, tensor.ndim))[::-1]
    by_columns = tensor.transpose(rows + cols).reshape(matrix.shape)
    np.testing.assert_allclose(matrix, by_columns, rtol=1e-10, atol=1e-12)


def test_jax_agrees_that_vec_goes_by_columns() -> None:
    jax = pytest.importorskip("jax", reason="the extra 'jax' is not installed")
    jax.config.update("jax_enable_x64", True)
    found = derived("softmax regression")
    rng = np.random.default_rng(0)
    X, W, Y = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), np.eye(4)[rng.integers(0, 4, 5)]

    def loss(vec_w: Any) -> Any:
        return -jax.numpy.sum(Y * jax.nn.log_softmax(X @ vec_w.reshape(3, 4, order="F"))) / 5

    matrix = eval(
        found.vec.code(), {"np": np, "softmax": special.softmax, "X": X, "W": W, "Y": Y, "n": 5, "d": 3, "k": 4}
    )
    np.testing.assert_allclose(matrix, jax.hessian(loss)(W.ravel(order="F")), rtol=1e-9, atol=1e-12)


def test_a_form_that_is_not_the_derivative_is_refuted() -> None:
    wrong = VecForm("J", derived("A X B").vec.form, derived("A X B").result * 2)
    assert wrong.verdict.verdict == "refuted"


def test_the_order_of_vec_is_said() -> None:
    shown = repr(derived("softmax regression").vec)
    assert "column-major: vec stacks the columns" in shown
    assert "p_m is row m of softmax[rows](X W), x_m is row m of X" in shown
    assert derived("A X B").vec.latex() == r"B^{\top} \otimes A"
    assert derived("A X' B").vec.latex() == r"\left(B^{\top} \otimes A\right)\,K_{d,k}"


def test_a_gradient_has_no_vec_form() -> None:
    with pytest.raises(NotDerivable, match="use the operator form"):
        _ = derive("sum(X@x)", "x", shapes="x: n, X: m n").vec


def test_what_is_no_kronecker_product_says_so() -> None:
    with pytest.raises(NotDerivable, match="use the operator form"):
        _ = derive("einsum('ijkl,kl->ij', T, X*X)", "X", shapes="T: n m p q, X: p q").vec


# ---- operators -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "order", "name", "shown"),
    [
        ("sum((X@W-Y)**2)", "W", "X: n d, W: d k, Y: n k", 2, "H[V]", "2 Xᵀ X V"),
        ("A@X@B", "X", "A: n d, X: d k, B: k m", 1, "J[V]", "A V B"),
        ("sum(x**4)", "x", "x: n", 3, "D3[v, u]", "24(v ⊙ u ⊙ x)"),
        ("logdet(X)", "X", "X: n n invertible", 2, "H[V]", "-X⁻ᵀ Vᵀ X⁻ᵀ"),
        ("inv(X)", "X", "X: n n invertible", 1, "J[V]", "-X⁻¹ V X⁻¹"),
    ],
)
def test_an_operator_is_named_and_written(text: str, wrt: str, shapes: str, order: int, name: str, shown: str) -> None:
    found = derive(text, wrt, shapes=shapes, order=order)
    assert found.operator_name == name
    assert found.operator is not None
    assert found.operator.text() == shown


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "order"),
    [
        ("logsumexp(x)", "x", "x: n", 3),
        ("logdet(X)", "X", "X: n n invertible", 3),
        ("sum(tanh(X@w)**2)", "w", "X: n d, w: d", 4),
        ("softmax(W@x)", "x", "W: k d, x: d", 2),
    ],
)
def test_the_operator_is_the_tensor_applied(text: str, wrt: str, shapes: str, order: int) -> None:
    found = derive(text, wrt, shapes=shapes, order=order)
    assert found.operator is not None
    values, sizes = _values(found)
    rng = np.random.default_rng(1)
    directions = found.operator_name.partition("[")[2].rstrip("]").split(", ")
    tensor = np.asarray(oracle.evaluate(found.result, values, sizes))
    rank = len(found.wrt.shape)
    for name in reversed(directions):
        values[name] = rng.normal(size=[dim_value(dim, sizes) for dim in found.wrt.shape])
        tensor = np.tensordot(tensor, values[name], axes=rank)
    applied = oracle.evaluate(found.operator.expr, values, sizes)
    np.testing.assert_allclose(applied, tensor, rtol=1e-9, atol=1e-9)


def test_the_command_prints_both_ways_and_the_vec_form() -> None:
    given = ("derive", "sum((X@W-Y)**2)", "--wrt", "W", "--shapes", "X: n d, W: d k, Y: n k", "--hessian")
    assert run(*given).out.splitlines() == ["H[V] = 2 Xᵀ X V", "as a tensor: [ijkl] ↦ 2 Σ_m δ[j,l] X[m,i] X[m,k]"]
    assert run(*given, "--form", "vec").out.startswith("H = 2 I_k ⊗ Xᵀ X\nvec(H[V]) = H vec(V), column-major")
    assert run(*given, "--form", "operator").out == "H[V] = 2 Xᵀ X V\n"
    assert run(*given, "--form", "tensor").out.startswith("[ijkl]")
    assert run(*given, "--form", "rows").code == 2
