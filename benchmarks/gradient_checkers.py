"""Fifteen hard cases for gradient checkers: symml beside the peers that are installed.

A right verdict is a pass where the gradient is right and a failure where it is wrong. Every peer gets the point that a
user would try, and its own default tolerances. Run it with ``python -m benchmarks.gradient_checkers``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symml.proof.gradient_check import check_gradient

PASSED = ("proved", "proved_randomized", "certified", "convention")
A = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 1.0]])


@dataclass(frozen=True)
class Case:
    """A loss, a claimed gradient, whether it is right, the declaration for symml and the point for the peers."""

    name: str
    loss: Callable[[Any], Any]
    grad: Callable[[Any], Any]
    right: bool
    shapes: str
    at: Any


def tiny(x: Any) -> Any:
    return 1e-9 * np.sum(x**2)


def tiny_wrong(x: Any) -> Any:
    return 1e-9 * 3 * x


def shifted(x: Any) -> Any:
    return 1e12 + np.sum(x**2)


def shifted_grad(x: Any) -> Any:
    return 2 * x


def fast_sine(x: Any) -> Any:
    return np.sum(np.sin(1e6 * x))


def fast_sine_grad(x: Any) -> Any:
    return 1e6 * np.cos(1e6 * x)


def relu(x: Any) -> Any:
    return np.sum(np.maximum(x, 0))


def relu_grad(x: Any) -> Any:
    return np.where(x > 0, 1.0, 0.0)


def log_sum(x: Any) -> Any:
    return np.sum(np.log(x))


def log_grad(x: Any) -> Any:
    return 1 / x


def quadratic(x: Any) -> Any:
    return x @ A @ x


def rare(x: Any) -> Any:
    return np.sum(np.where(x > 5, x**3, x**2))


def rare_wrong(x: Any) -> Any:
    return np.where(x > 5, 2 * x, 2 * x)


def mean_square(x: Any) -> Any:
    return np.mean(x**2)


def slightly(x: Any) -> Any:
    return np.sum(x**4)


def slightly_wrong(x: Any) -> Any:
    return 4 * x**3 * (1 + 1e-7)


def stiff(x: Any) -> Any:
    return np.sum(np.exp(20 * x))


def stiff_grad(x: Any) -> Any:
    return 20 * np.exp(20 * x)


def mixed(x: Any) -> Any:
    return 1e8 * x[0] ** 2 + 1e-8 * x[1] ** 2


def mixed_wrong(x: Any) -> Any:
    return np.array([2e8 * x[0], 3e-8 * x[1]])


def roots(x: Any) -> Any:
    return np.sum(np.sqrt(x))


def roots_grad(x: Any) -> Any:
    return 0.5 / np.sqrt(x)


def absolute(x: Any) -> Any:
    return np.sum(np.abs(x))


def absolute_wrong(x: Any) -> Any:
    return np.where(x > 0, 1.0, 0.0)


def softmax_of_zero(x: Any) -> Any:
    return np.log(np.sum(np.exp(x)))


def softmax_wrong(x: Any) -> Any:
    """Right only where all entries are equal."""
    return np.ones_like(x) / len(x)


def saturated(x: Any) -> Any:
    return np.sum(np.tanh(x))


def saturated_wrong(x: Any) -> Any:
    return (1 - np.tanh(x) ** 2) ** 2


CASES = (
    Case("loss times 1e-9, factor wrong", tiny, tiny_wrong, False, "x: d", np.array([0.3, -1.2, 0.8])),
    Case("1e12 + x^2, right", shifted, shifted_grad, True, "x: d", np.array([0.3, -1.2, 0.8])),
    Case("sin(1e6 x), right", fast_sine, fast_sine_grad, True, "x: d", np.array([0.31, -1.2, 0.8])),
    Case("relu within a step of 0, right", relu, relu_grad, True, "x: d", np.array([1e-9, -1e-9, 0.5])),
    Case("log near 1e-7, right", log_sum, log_grad, True, "x: d positive", np.array([1e-7, 2e-7, 1.0])),
    Case("x'Ax with 2Ax, A symmetric, right", quadratic, lambda x: 2 * A @ x, True, "x: 3", np.array([1.0, 2.0, -1.0])),
    Case("wrong on a rare branch", rare, rare_wrong, False, "x: d", np.array([0.3, -1.2, 0.8])),
    Case("mean, factor 1/3 for 1/n", mean_square, lambda x: 2 * x / 3, False, "x: d", np.array([0.3, -1.2, 0.8])),
    Case("wrong by 1e-7", slightly, slightly_wrong, False, "x: d", np.array([0.3, -1.2, 0.8])),
    Case("exp(20 x), right", stiff, stiff_grad, True, "x: d", np.array([2.0, -1.2, 1.8])),
    Case("scales 1e8 and 1e-8, small one wrong", mixed, mixed_wrong, False, "x: 2", np.array([1.0, 1.0])),
    Case("sqrt near 0, right", roots, roots_grad, True, "x: d positive", np.array([1e-8, 1.0, 2.0])),
    Case("abs with relu's slope, tried at x > 0", absolute, absolute_wrong, False, "x: d", np.array([0.3, 1.2, 0.8])),
    Case("softmax with 1/n, tried at zeros", softmax_of_zero, softmax_wrong, False, "x: d", np.zeros(3)),
    Case("tanh' squared, saturated", saturated, saturated_wrong, False, "x: d", np.array([12.0, -14.0, 11.0])),
)


# ---- the checkers: True for a pass, False for a failure, None where they do not run ----------------------------------
def by_symml(case: Case) -> bool:
    return check_gradient(case.loss, case.grad, wrt="x", shapes=case.shapes).verdict in PASSED


def by_scipy(case: Case) -> bool:
    from scipy.optimize import check_grad

    error = check_grad(case.loss, case.grad, case.at)
    return bool(error <= 1e-6 * max(1.0, float(np.linalg.norm(case.grad(case.at)))))


def by_jax(case: Case) -> bool:
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    loss, grad = _with(case.loss, jax.numpy), _with(case.grad, jax.numpy)
    custom = jax.custom_vjp(loss)
    custom.defvjp(lambda x: (loss(x), x), lambda x, g: (g * grad(x),))
    try:
        check_grads(custom, (jax.numpy.asarray(case.at),), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def by_torch(case: Case) -> bool:
    import torch

    class Claimed(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.as_tensor(np.asarray(case.loss(x.detach().numpy())), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g * torch.as_tensor(np.asarray(case.grad(x.detach().numpy())))

    x = torch.tensor(case.at, dtype=torch.float64, requires_grad=True)
    return bool(torch.autograd.gradcheck(Claimed.apply, (x,), raise_exception=False))


def by_autograd(case: Case) -> bool:
    import autograd.numpy as anp
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    loss, grad = _with(case.loss, anp), _with(case.grad, anp)
    own = primitive(loss)
    defvjp(own, lambda ans, x: lambda g: g * grad(x))
    try:
        check_grads(own, modes=["rev"], order=1)(case.at)
    except AssertionError:
        return False
    return True


def by_numdifftools(case: Case) -> bool:
    import numdifftools

    found = numdifftools.Gradient(case.loss)(case.at)
    return bool(np.allclose(found, case.grad(case.at)))


def by_jacobi(case: Case) -> bool:
    import jacobi

    rows, errors = zip(*(jacobi.jacobi(_along(case, k), case.at[k]) for k in range(len(case.at))), strict=True)
    allowed = 3 * np.asarray(errors) + 1e-8 * np.abs(rows)
    return bool(np.all(np.abs(np.asarray(rows) - case.grad(case.at)) <= allowed))


def _along(case: Case, k: int) -> Callable[[float], Any]:
    """The loss as a function of one entry."""

    def at(entry: float) -> Any:
        x = np.array(case.at)
        x[k] = entry
        return case.loss(x)

    return at


def _with(function: Callable[[Any], Any], library: Any) -> Callable[[Any], Any]:
    """The function with another array library in the place of NumPy."""
    from types import FunctionType

    space = {**function.__globals__, "np": library}
    return FunctionType(function.__code__, space, function.__name__, None, function.__closure__)


CHECKERS: dict[str, Callable[[Case], bool]] = {
    "symml": by_symml,
    "torch": by_torch,
    "scipy": by_scipy,
    "autograd": by_autograd,
    "jax": by_jax,
    "numdifftools": by_numdifftools,
    "jacobi": by_jacobi,
}


def verdicts(checker: Callable[[Case], bool]) -> list[bool | None]:
    """For each case whether the checker was right."""
    found: list[bool | None] = []
    for case in CASES:
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                found.append(checker(case) == case.right)
        except ImportError:
            return [None] * len(CASES)
        except Exception:
            found.append(False)
    return found


def main() -> None:
    table = {name: verdicts(checker) for name, checker in CHECKERS.items()}
    shown = {name: column for name, column in table.items() if None not in column}
    print("| case | " + " | ".join(shown) + " |")
    print("|---|" + "---|" * len(shown))
    for k, case in enumerate(CASES):
        print(f"| {case.name} | " + " | ".join("right" if column[k] else "wrong" for column in shown.values()) + " |")
    print("| **right** | " + " | ".join(f"**{sum(map(bool, column))}**" for column in shown.values()) + " |")
    absent = [name for name, column in table.items() if None in column]
    if absent:
        print(f"\nnot installed: {', '.join(absent)}")


if __name__ == "__main__":
    main()
