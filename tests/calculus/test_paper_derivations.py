"""Derivations as they are typed: right, printed without loss, computed by their kernel; JAX is a second opinion."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest

from symml import faces
from symml.calculus import differentiate, directional
from symml.calculus.sampling import draw, size_draws
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import size_names, symbols
from symml.proof.derive import derive
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.read.latex import reading
from symml.render.formula import formula
from tests import oracle
from tests.calculus.paper_tasks import TASKS

ROWS = {row[0]: row[1:] for row in TASKS}
NAMES = list(ROWS)
STEP = 1e-6
COTANGENT = "cot"


@cache
def _root(name: str) -> tuple[Expr, Symbol, Declarations]:
    text, wrt, shapes, _ = ROWS[name]
    declared = read_declarations(shapes)
    return read_expression(text, declared), declared.symbols[wrt], declared


@cache
def _derived(name: str) -> Expr:
    """What is asked of a row."""
    kind = ROWS[name][3]
    root, wrt, declared = _root(name)
    if kind in ("grad", "jacobian"):
        return differentiate.jacobian(root, wrt)
    if kind == "hessian":
        return differentiate.hessian(root, wrt)
    if kind.startswith("mixed "):
        return differentiate.hessian(root, wrt, declared.symbols[kind.removeprefix("mixed ")])
    if kind == "vjp":
        return directional.vjp(root, wrt, symbol_node(COTANGENT, root.shape))
    return {"hvp": faces.hvp, "jvp": faces.jvp}[kind](root, wrt)


def _point(name: str, seed: int = 6) -> tuple[dict[str, Any], dict[str, int]]:
    """Values of all symbols, at pairwise distinct dims."""
    root, wrt, declared = _root(name)
    parts = [root, _derived(name), wrt, *declared.symbols.values()]
    sizes = size_draws(size_names(*parts), 2)[1]
    point = draw(symbols(*parts), sizes, Random(seed), parts)
    return {symbol.name: np.asarray(value, float) for symbol, value in point.values.items()}, sizes


def _direction(name: str) -> str:
    root, wrt, _ = _root(name)
    return directional.direction_for(wrt, root).name


def _slope(name: str, values: Mapping[str, Any], sizes: Mapping[str, int], along: np.ndarray) -> np.ndarray:
    """The central difference of the function, or of its gradient for a second derivative."""
    kind, (root, wrt, _) = ROWS[name][3], _root(name)
    moved, f = wrt.name, root
    if kind in ("hessian", "hvp") or kind.startswith("mixed "):
        f = differentiate.gradient(root, wrt)
        moved = kind.removeprefix("mixed ") if kind.startswith("mixed ") else moved
    ends = [oracle.evaluate(f, {**values, moved: values[moved] + s * STEP * along}, sizes) for s in (1, -1)]
    return (ends[0] - ends[1]) / (2 * STEP)


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_the_slope_of_the_function(name: str) -> None:
    found, (values, sizes) = _derived(name), _point(name)
    kind = ROWS[name][3]
    moved = kind.removeprefix("mixed ") if kind.startswith("mixed ") else ROWS[name][1]
    along = np.random.default_rng(7).normal(size=values[moved].shape)
    if kind in ("hvp", "jvp"):
        values[_direction(name)] = along
    got = oracle.evaluate(found, values, sizes)
    expected = _slope(name, values, sizes, along)
    if kind == "vjp":
        got, expected = np.sum(got * along), np.sum(expected * values[COTANGENT])
    elif kind not in ("hvp", "jvp"):
        got = np.tensordot(got, along, axes=along.ndim)
    scale = 1 + np.max(np.abs(expected))
    np.testing.assert_allclose(got / scale, expected / scale, atol=2e-5)


@pytest.mark.parametrize("view", ["text", "latex"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_reads_back(name: str, view: str) -> None:
    found, (values, sizes) = _derived(name), _point(name)
    if len(found.shape) > 2:
        pytest.skip("an array of more than two axes does not tell its shape")
    shown = getattr(formula(found), view)()
    known: dict[str, object] = {**_root(name)[2].symbols, **{symbol.name: symbol for symbol in symbols(found)}}
    known |= {size: "dim" for size in size_names(found, *_root(name)[2].symbols.values()) if size not in known}
    again = reading(shown, read_declarations(known), one_line=view == "text").value
    assert isinstance(again, Expr), shown
    assert again.shape == found.shape, shown
    expected = oracle.evaluate(found, values, sizes)
    got = oracle.evaluate(again, values, sizes)
    scale = 1 + np.max(np.abs(expected))
    np.testing.assert_allclose(got / scale, expected / scale, atol=1e-7, err_msg=shown)


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_computes_the_derivative(name: str) -> None:
    found, (values, sizes) = _derived(name), _point(name)
    kernel = faces.kernel(found)
    given = {key: values[key] if key in values else sizes[key] for key in kernel.arguments}
    expected = oracle.evaluate(found, values, sizes)
    np.testing.assert_allclose(kernel(**given), expected, rtol=1e-7, atol=1e-7)


# ---- second opinions -------------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if ROWS[name][3] in ("grad", "jacobian", "hessian")])
def test_every_step_holds(name: str) -> None:
    text, wrt, shapes, kind = ROWS[name]
    found = derive(text, wrt, shapes=shapes, order=2 if kind == "hessian" else 1)
    assert found.verdict.verdict in ("proved", "proved_randomized", "certified"), found.verdict


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_jax_agrees(name: str) -> None:
    jax = pytest.importorskip("jax", reason="the extra 'jax' is not installed")
    jax.config.update("jax_enable_x64", True)
    values, sizes = _point(name, seed=5)
    expected = np.asarray(_by_jax(jax, name, values, sizes))
    got = oracle.evaluate(_derived(name), values, sizes)
    scale = 1e-9 + np.max(np.abs(expected))
    np.testing.assert_allclose(got / scale, expected / scale, atol=1e-5)


def _by_jax(jax: Any, name: str, values: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    _, wrt, _, kind = ROWS[name]
    f = _traced(jax, name, values, sizes)
    x = jax.numpy.asarray(values[wrt])
    if kind in ("grad", "jacobian"):
        return jax.jacfwd(lambda v: f({wrt: v}))(x)
    gradient = jax.grad(lambda v: f({wrt: v})) if kind == "hvp" else None
    if kind == "hessian":
        return jax.jacfwd(jax.jacrev(lambda v: f({wrt: v})))(x)
    if kind == "vjp":
        return jax.vjp(lambda v: f({wrt: v}), x)[1](jax.numpy.asarray(values[COTANGENT]))[0]
    if kind.startswith("mixed "):
        other = kind.removeprefix("mixed ")
        inner = lambda u: jax.jacrev(lambda v: f({wrt: v, other: u}))(x)  # noqa: E731  # two variables at once
        return jax.jacfwd(inner)(jax.numpy.asarray(values[other]))
    along = jax.numpy.asarray(values[_direction(name)])
    return jax.jvp(gradient or (lambda v: f({wrt: v})), (x,), (along,))[1]


def _traced(
    jax: Any, name: str, values: Mapping[str, Any], sizes: Mapping[str, int]
) -> Callable[[Mapping[str, Any]], Any]:
    """The text run by JAX, as a function of some of its names."""
    *lines, last = [part.strip() for part in ROWS[name][0].split(";")]
    declared = _root(name)[2].symbols
    labels = {key for key, symbol in declared.items() if "label" in symbol.domain.facts}
    fixed = {key: value.astype(int) if key in labels else jax.numpy.asarray(value) for key, value in values.items()}

    def function(given: Mapping[str, Any]) -> Any:
        space = {**_names(jax), **sizes, **fixed, **given}
        for line in lines:
            exec(line, space)
        return eval(last, space)

    return function


@cache
def _names(jax: Any) -> dict[str, Any]:
    np_, nn, special = jax.numpy, jax.nn, jax.scipy.special
    return {
        "np": np_,
        "sum": builtins.sum,
        "softmax": lambda x, axis=-1: nn.softmax(x, axis),
        "log_softmax": lambda x, axis=-1: nn.log_softmax(x, axis),
        "logsumexp": special.logsumexp,
        "sigmoid": nn.sigmoid,
        "softplus": nn.softplus,
        "lgamma": special.gammaln,
        "normal_cdf": special.ndtr,
        "logdet": lambda a: np_.linalg.slogdet(a)[1],
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "leaky_relu": lambda x, a: np_.where(x > 0, x, a * x),
    }
