"""Backward passes that are registered with JAX and PyTorch are traced like any other code."""

from __future__ import annotations

from typing import Any

import pytest

from symml.errors import SymmlError, TraceError
from symml.proof.custom_rules import check_custom_rule
from symml.proof.gradient_check import check_gradient

PROVED = ("proved", "proved_randomized")
SHAPES = "x: n d, w: d m"


def jax_rule(backward: Any) -> Any:
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    @jax.custom_vjp
    def layer(x: Any, w: Any) -> Any:
        return jnp.tanh(x @ w)

    def forward(x: Any, w: Any) -> Any:
        h = jnp.tanh(x @ w)
        return h, (x, w, h)

    layer.defvjp(forward, backward)
    return layer


def right(residuals: Any, g: Any) -> Any:
    x, w, h = residuals
    d = g * (1 - h**2)
    return d @ w.T, x.T @ d


def wrong(residuals: Any, g: Any) -> Any:
    x, w, _ = residuals
    return g @ w.T, x.T @ g


def test_a_custom_vjp_is_proved() -> None:
    assert check_custom_rule(jax_rule(right), wrt=["x", "w"], shapes=SHAPES).verdict in PROVED


def test_a_wrong_custom_vjp_is_refuted_and_diagnosed() -> None:
    verdict = check_custom_rule(jax_rule(wrong), wrt=["x", "w"], shapes=SHAPES)
    assert verdict.verdict == "refuted"
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "missing activation derivative"


def test_functions_of_jax_are_traced() -> None:
    jax = pytest.importorskip("jax")
    jnp = jax.numpy
    verdict = check_gradient(
        lambda w, X: jnp.mean(jax.nn.softplus(X @ w)),
        lambda w, X: X.T @ jax.nn.sigmoid(X @ w) / X.shape[0],
        wrt="w",
        shapes="w: d, X: n d",
    )
    assert verdict.verdict in PROVED


def torch_rule(factor: float) -> Any:
    torch = pytest.importorskip("torch")

    class Layer(torch.autograd.Function):  # type: ignore[misc, name-defined] # torch is optional
        @staticmethod
        def forward(ctx: Any, x: Any, w: Any) -> Any:
            out = torch.sigmoid(x.mm(w))
            ctx.save_for_backward(x, w, out)
            return out

        @staticmethod
        def backward(ctx: Any, grad_out: Any) -> Any:
            x, w, out = ctx.saved_tensors
            d = factor * grad_out.mul(out * (1 - out))
            return d.mm(w.t()), x.t().mm(d)

    return Layer


@pytest.mark.filterwarnings("ignore")
def test_an_autograd_function_is_proved_or_refuted() -> None:
    assert check_custom_rule(torch_rule(1), wrt=["x", "w"], shapes=SHAPES).verdict in PROVED
    verdict = check_custom_rule(torch_rule(2), wrt=["x", "w"], shapes=SHAPES)
    assert verdict.verdict == "refuted"
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "constant factor"


@pytest.mark.filterwarnings("ignore")
def test_what_torch_means_otherwise_is_refused() -> None:
    torch = pytest.importorskip("torch")
    from symml.read.trace import trace

    with pytest.raises(TraceError, match=r"torch\.var cannot be traced"):
        trace(lambda x: torch.var(x), "x: n")


def test_a_plain_function_is_no_custom_rule() -> None:
    with pytest.raises(SymmlError, match="has no backward pass of its own"):
        check_custom_rule(right, wrt="x", shapes=SHAPES)
