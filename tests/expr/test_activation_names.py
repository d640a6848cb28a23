"""Activations by PyTorch's names: the values and default arguments are PyTorch's, the slopes are theirs."""

from __future__ import annotations

import numpy as np
import pytest

from symml import derive, kernel
from symml.expr.nodes import Expr
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression

X = np.array([-7.0, -1.5, -0.25, 0.3, 1.2, 8.0])
TEXTS = {
    "elu(x)": np.where(X > 0, X, np.expm1(X)),
    "elu(x, alpha=2)": np.where(X > 0, X, 2 * np.expm1(X)),
    "celu(x, 2)": np.where(X > 0, X, 2 * np.expm1(X / 2)),
    "selu(x)": 1.0507009873554805 * np.where(X > 0, X, 1.6732632423543772 * np.expm1(X)),
    "leaky_relu(x)": np.where(X > 0, X, 0.01 * X),
    "leaky_relu(x, negative_slope=1/5)": np.where(X > 0, X, 0.2 * X),
    "softsign(x)": X / (1 + np.abs(X)),
    "hardtanh(x)": np.clip(X, -1, 1),
    "hardtanh(x, -2, 2)": np.clip(X, -2, 2),
    "relu6(x)": np.clip(X, 0, 6),
    "hardsigmoid(x)": np.clip(X / 6 + 0.5, 0, 1),
    "hardswish(x)": X * np.clip(X / 6 + 0.5, 0, 1),
    "softshrink(x)": np.sign(X) * np.maximum(np.abs(X) - 0.5, 0),
    "tanhshrink(x)": X - np.tanh(X),
    "logsigmoid(x)": -np.logaddexp(0, -X),
    "np.logaddexp2(x, 1)": np.logaddexp2(X, 1),
    "np.radians(x)": np.radians(X),
    "np.deg2rad(x)": np.deg2rad(X),
    "np.degrees(x)": np.degrees(X),
    "np.rad2deg(x)": np.rad2deg(X),
}


def read(text: str) -> Expr:
    return read_expression(text, read_declarations("x: n"))


@pytest.mark.parametrize("text", TEXTS)
def test_values_are_those_of_pytorch_and_numpy(text: str) -> None:
    assert kernel(read(text))(x=X) == pytest.approx(TEXTS[text], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("text", TEXTS)
def test_gradients_are_central_differences(text: str) -> None:
    slope = kernel(derive(f"sum({text})", wrt="x", shapes="x: n").result)
    found = slope(x=X) if "x" in slope.arguments else slope(n=X.size)
    run, h = kernel(read(text)), 1e-6
    assert found == pytest.approx((run(x=X + h) - run(x=X - h)) / (2 * h), rel=1e-6, abs=1e-8)
