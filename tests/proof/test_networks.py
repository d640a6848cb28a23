"""A network's backpropagation equations: those of the books, each the engine's own gradient; JAX agrees."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from symml.errors import SymmlError
from symml.proof.networks import Backprop, backprop
from symml.read.latex import read_latex
from tests.cli.harness import run

GOOD = ("proved", "proved_randomized")
NETWORKS: dict[str, tuple[str, str, bool]] = {
    "softmax": ("n0, n1 relu, n2 softmax", "", False),
    "softmax, batch": ("n0, n1 relu, n2 softmax", "", True),
    "sigmoid": ("d, h tanh, k sigmoid", "", False),
    "sigmoid, batch": ("d, h tanh, k sigmoid", "", True),
    "three layers": ("d, h1 tanh, h2 sigmoid, k softmax", "cross-entropy", True),
    "squared": ("d, h softplus, k sigmoid", "squared", False),
    "mse": ("d, h gelu, k", "mse", True),
    "numbers": ("7, 5 silu, 3 softmax", "cross-entropy", True),
    "softmax inside": ("d, h softmax, k softmax", "", False),
    "a formula": ("d, h tanh, k", "sum(log(cosh(a - y)))", False),
}


def lines(found: Backprop) -> list[str]:
    return [row.text() for row in found.backward]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_equation_is_the_gradient_of_the_whole_loss(name: str) -> None:
    layers, loss, batch = NETWORKS[name]
    found = backprop(layers, loss=loss, batch=batch)
    assert found.verdict.verdict in GOOD, found.verdict
    assert all(row.verdict.verdict in GOOD for row in found.equations)


def test_the_softmax_with_cross_entropy_has_the_textbook_equations() -> None:
    assert lines(backprop("n0, n1 relu, n2 softmax")) == [
        "δ₂ = ∂L/∂z₂ = a₂ - y",
        "∂L/∂W₂ = δ₂ a₁ᵀ",
        "∂L/∂b₂ = δ₂",
        "δ₁ = ∂L/∂z₁ = (W₂ᵀ δ₂) ⊙ 𝟏[z₁ > 0]",
        "∂L/∂W₁ = δ₁ xᵀ",
        "∂L/∂b₁ = δ₁",
    ]


def test_a_batch_has_its_samples_in_rows() -> None:
    assert lines(backprop("d, h sigmoid, k softmax", batch=True)) == [
        "Δ₂ = ∂L/∂Z₂ = (A₂ - Y)/n",
        "∂L/∂W₂ = A₁ᵀ Δ₂",
        "∂L/∂b₂ = Δ₂ᵀ 𝟏",
        "Δ₁ = ∂L/∂Z₁ = (Δ₂ W₂ᵀ) ⊙ A₁ ⊙ (1 - A₁)",
        "∂L/∂W₁ = Xᵀ Δ₁",
        "∂L/∂b₁ = Δ₁ᵀ 𝟏",
    ]


@pytest.mark.parametrize(
    ("layers", "loss", "delta"),
    [
        ("d, k sigmoid", "binary-cross-entropy", "a₁ - y"),
        ("d, k softmax", "cross-entropy", "a₁ - y"),
        ("d, k", "squared", "a₁ - y"),
        ("d, k", "mse", "2(a₁ - y)/k"),
        ("d, k sigmoid", "squared", "a₁ ⊙ (a₁ - y) ⊙ (𝟏 - a₁)"),
    ],
)
def test_the_delta_of_the_output_comes_from_the_loss(layers: str, loss: str, delta: str) -> None:
    assert lines(backprop(layers, loss=loss))[0] == f"δ₁ = ∂L/∂z₁ = {delta}"


def test_a_layer_that_is_any_has_the_delta_recursion() -> None:
    found = backprop()
    assert [row.latex() for row in found.backward] == [
        r"\delta^{[N]} = \frac{\partial L}{\partial z^{[N]}} = a^{[N]} - y",
        r"\delta^{[l]} = \frac{\partial L}{\partial z^{[l]}} = "
        r"\left({W^{[l+1]}}^{\top}\delta^{[l+1]}\right) \odot \sigma'\left(z^{[l]}\right)",
        r"\frac{\partial L}{\partial W^{[l]}} = \delta^{[l]}{a^{[l-1]}}^{\top}",
        r"\frac{\partial L}{\partial b^{[l]}} = \delta^{[l]}",
    ]
    assert found.verdict.verdict in GOOD


def test_a_layer_that_is_any_in_a_batch_pulls_back_from_the_right() -> None:
    assert lines(backprop(batch=True, activation="tanh"))[1:] == [
        "Δ⁽ˡ⁾ = ∂L/∂Z⁽ˡ⁾ = (Δ⁽ˡ⁺¹⁾W⁽ˡ⁺¹⁾ᵀ) ⊙ (1 - A⁽ˡ⁾⊙²)",
        "∂L/∂W⁽ˡ⁾ = A⁽ˡ⁻¹⁾ᵀ Δ⁽ˡ⁾",
        "∂L/∂b⁽ˡ⁾ = Δ⁽ˡ⁾ᵀ 𝟏",
    ]


def test_the_printed_recursion_is_read_back() -> None:
    row = backprop("n0, n1 tanh, n2 softmax").backward[3]
    right = row.latex().split(" = ")[-1]
    shapes = {"W^{[2]}": "n2 n1", r"\delta^{[2]}": "n2", "a^{[1]}": "n1"}
    again = read_latex(right, shapes=shapes)
    assert str(again) == r"W^{[2]}ᵀ\delta^{[2]} ⊙ (𝟏 - a^{[1]}⊙²)".replace("W^{[2]}", "W⁽²⁾").replace(
        r"\delta^{[2]}", " δ⁽²⁾"
    ).replace("a^{[1]}", "a⁽¹⁾")


def _gradients_by_jax(name: str, values: dict[str, Any]) -> tuple[Any, ...]:
    jax = pytest.importorskip("jax", reason="the extra 'jax' is not installed")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    acts = {
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "softmax": lambda z: jax.nn.softmax(z, axis=-1),
        "relu": jax.nn.relu,
    }

    def loss(w: list[Any], b: list[Any]) -> Any:
        a = values["X"]
        for act, weights, bias in zip(name.split(), w, b, strict=True):
            a = acts[act](a @ weights + bias)
        return -jnp.sum(values["Y"] * jnp.log(a)) / len(values["X"])

    w, b = ([values[f"{letter}{k}"] for k in range(1, 1 + len(name.split()))] for letter in "Wb")
    dw, db = jax.grad(loss, argnums=(0, 1))(w, b)
    return (loss(w, b), *(g for pair in zip(dw, db, strict=True) for g in pair))


@pytest.mark.parametrize("functions", ["relu softmax", "tanh sigmoid softmax"])
def test_the_kernel_of_the_backward_pass_agrees_with_jax(functions: str) -> None:
    widths = [5, 4, 6, 3] if functions.count(" ") == 2 else [5, 4, 3]
    names = functions.split()
    rng = np.random.default_rng(0)
    values: dict[str, Any] = {"X": rng.normal(size=(7, 5)), "Y": np.eye(3)[rng.integers(0, 3, 7)]}
    for k, (rows, cols) in enumerate(pairwise(widths), 1):
        values |= {f"W{k}": rng.normal(size=(rows, cols)), f"b{k}": rng.normal(size=cols)}
    text = f"{widths[0]}, " + ", ".join(f"{w} {f}" for w, f in zip(widths[1:], names, strict=True))
    kernel = backprop(text, batch=True).kernel()
    found = kernel(**{name: values[name] for name in kernel.arguments})
    for own, expected in zip(found, _gradients_by_jax(functions, values), strict=True):
        np.testing.assert_allclose(own, expected, rtol=1e-10, atol=1e-12)


def test_a_layer_that_is_any_has_no_kernel() -> None:
    with pytest.raises(SymmlError, match="has no kernel"):
        backprop().kernel()


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("n0 relu n1 relu n2 softmax", "follows the width of the input"),
        ("n0", "is no network"),
        ("n0, n1 relu tanh", "a second function of one layer"),
        ("n0, n1 rellu", "did you mean 'relu'"),
        ("n0, n1 + 2", "neither a width nor a function"),
        ("", "is no network"),
    ],
)
def test_layers_that_are_not_understood_are_refused_with_a_cure(layers: str, said: str) -> None:
    with pytest.raises(SymmlError, match=r"n0, n1 relu, n2 softmax|did you mean") as caught:
        backprop(layers)
    assert said in str(caught.value)


def test_a_loss_that_is_unknown_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SymmlError, match="cross-entropy, binary-cross-entropy, squared, mse"):
        backprop("d, k softmax", loss="crossentropy")


def test_layers_may_be_a_list() -> None:
    listed = backprop(["d", ("h", "relu"), "k softmax"])
    assert lines(listed) == lines(backprop("d -> h relu -> k softmax"))


def test_the_command_prints_text_latex_code_and_json() -> None:
    assert "(W₂ᵀ δ₂) ⊙ 𝟏[z₁ > 0]" in run("backprop", "n0, n1 relu, n2 softmax").out
    assert run("backprop", "--latex").out.startswith("\\begin{aligned}")
    assert "def backward(" in run("backprop", "d, k softmax", "--code").out
    assert "all 3 hold" in run("backprop", "d, k softmax", "--check").out
    assert '"verdict": "proved"' in run("backprop", "d, k softmax", "--json").out
    assert run("backprop", "d relu k").code == 2
