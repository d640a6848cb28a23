"""Every derivation task: right at several shapes, printed without loss, steps that hold; JAX is a second opinion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest

from symml.calculus.sampling import draw, size_draws
from symml.expr.nodes import Expr
from symml.expr.walk import size_names, symbols
from symml.proof.derivation import Derivation
from symml.proof.derivative_check import agreeing_points
from symml.proof.derive import derive
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from tests import oracle
from tests.calculus.derivation_tasks import TASKS

NAMES = [row[0] for row in TASKS]
_BY_NAME = {row[0]: row[1:] for row in TASKS}


@cache
def derived(name: str) -> Derivation:
    text, wrt, shapes, order = _BY_NAME[name]
    return derive(text, wrt, shapes=shapes, order=order)


def _values(roots: list[Expr], sizes: dict[str, int], seed: int) -> dict[str, Any]:
    point = draw(symbols(*roots), sizes, Random(seed), roots)
    return {symbol.name: np.asarray(value, float) for symbol, value in point.values.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_that_of_the_function(name: str) -> None:
    found = derived(name)
    assert found.result.shape == (*found.expr.shape, *found.wrt.shape * found.order)
    assert agreeing_points(found.expr, found.wrt, found.order, found.result) > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_code_is_the_result(name: str) -> None:
    found = derived(name)
    shapes = _BY_NAME[name][2]
    again = read_expression(found.code(), read_declarations(shapes))
    sizes = size_draws(size_names(found.expr, found.result), 1)[0]
    values = _values([found.expr, found.result], sizes, 5)
    expected = oracle.evaluate(found.result, values, sizes)
    np.testing.assert_allclose(oracle.evaluate(again, values, sizes), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_computes_the_result(name: str) -> None:
    found = derived(name)
    kernel = found.kernel()
    for sizes in size_draws(size_names(found.expr, found.result), 2):
        if sizes.get("n", 9) < sizes.get("d", 1):
            continue  # more columns than rows: X'X has no inverse
        values = _values([found.expr, found.result], sizes, 7)
        given = {key: values[key] if key in values else sizes[key] for key in kernel.arguments}
        expected = oracle.evaluate(found.result, values, sizes)
        np.testing.assert_allclose(kernel(**given), expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_holds(name: str) -> None:
    found = derived(name)
    assert found.steps
    assert found.verdict.verdict in ("proved", "proved_randomized", "certified"), found.verdict


@pytest.mark.parametrize("name", NAMES)
def test_jax_agrees(name: str) -> None:
    jax = pytest.importorskip("jax", reason="the extra 'jax' is not installed")
    found = derived(name)
    sizes = size_draws(size_names(found.expr, found.result), 2)[0]
    values = _values([found.expr, found.result, found.wrt], sizes, 11)
    jax.config.update("jax_enable_x64", True)
    expected = _by_jax(jax, name, values, sizes)
    got = oracle.evaluate(found.result, values, sizes)
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-7)


def _by_jax(jax: Any, name: str, values: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    text, wrt, shapes, order = _BY_NAME[name]
    *lines, last = [part.strip() for part in text.split(";")]
    labels = {key for key, s in read_declarations(shapes).symbols.items() if "label" in s.domain.facts}
    fixed = {key: value.astype(int) if key in labels else value for key, value in values.items()}

    def function(x: Any) -> Any:
        space = {**_jax_names(jax), **sizes, **fixed, wrt: x}
        for line in lines:
            exec(line, space)
        return eval(last, space)

    differentiated = function
    for _ in range(order):
        differentiated = jax.jacfwd(differentiated)
    return np.asarray(differentiated(jax.numpy.asarray(values[wrt])))


@cache
def _jax_names(jax: Any) -> dict[str, Any]:
    np_, nn, special = jax.numpy, jax.nn, jax.scipy.special
    names = "exp log sqrt sum mean var std abs maximum minimum where trace diag einsum sin cos tanh cosh arange eye"
    found = {name: getattr(np_, name) for name in re.findall(r"\w+", names)}
    found |= {
        "dot": np_.dot,
        "max": np_.max,
        "clip": np_.clip,
        "prod": np_.prod,
        "inf": np_.inf,
        "arctan": np_.arctan,
        "stack": np_.stack,
    }
    found |= {"np": np_, "norm": np_.linalg.norm, "inv": np_.linalg.inv, "det": np_.linalg.det}
    found |= {"logdet": lambda a: np_.linalg.slogdet(a)[1], "softmax": lambda x, axis=-1: nn.softmax(x, axis)}
    found |= {"log_softmax": lambda x, axis=-1: nn.log_softmax(x, axis), "logsumexp": special.logsumexp}
    found |= {"sigmoid": nn.sigmoid, "softplus": nn.softplus, "silu": nn.silu, "lgamma": special.gammaln}
    found |= {"gelu": lambda x: nn.gelu(x, approximate=False), "mish": nn.mish, "elu": nn.elu}
    return found | {"normal_cdf": special.ndtr, "relu": nn.relu}
