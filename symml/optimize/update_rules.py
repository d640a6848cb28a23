"""The table of update rules: one row an optimizer, its equations as a book would write them, in NumPy syntax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PARAMETER, GRADIENT, CURVATURE, STEP = "theta", "g", "H", "t"
SHAPES = "theta: d, g: d, t: positive"


@dataclass(frozen=True)
class Rule:
    """A row of the table: an update rule in NumPy syntax.

    Args:
        name: The name by which it is called.
        title: What it is called in print.
        equations: ``NAME = EXPRESSION`` one after the other; a name that was given a new value means that value.
        states: Declarations of what is carried from step to step; all start at zero.
        settings: Declarations of hyperparameters.
        defaults: Their usual values.
        source: Where it comes from.
    """

    name: str
    title: str
    equations: tuple[str, ...]
    states: str = ""
    settings: str = "alpha: positive"
    defaults: Mapping[str, float] | None = None
    source: str = ""


_DECAY = "m: d, v: d nonnegative"
_ADAM = "alpha: positive, beta1: unit, beta2: unit, eps: positive"
_ADAM_DEFAULTS = {"alpha": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
_MOMENTS = (
    "m = beta1*m + (1 - beta1)*g",
    "v = beta2*v + (1 - beta2)*g**2",
    "m_hat = m/(1 - beta1**t)",
    "v_hat = v/(1 - beta2**t)",
)
_ROWS = (
    Rule("gd", "gradient descent", ("theta = theta - alpha*g",), defaults={"alpha": 1e-2}, source="Cauchy 1847"),
    Rule(
        "momentum",
        "momentum (heavy ball)",
        ("v = beta*v + g", "theta = theta - alpha*v"),
        "v: d",
        "alpha: positive, beta: unit",
        {"alpha": 1e-2, "beta": 0.9},
        "Polyak 1964",
    ),
    Rule(
        "nesterov",
        "Nesterov momentum, with the gradient at the current point",
        ("v = beta*v + g", "theta = theta - alpha*(g + beta*v)"),
        "v: d",
        "alpha: positive, beta: unit",
        {"alpha": 1e-2, "beta": 0.9},
        "Nesterov 1983, in the form of Sutskever et al. 2013",
    ),
    Rule(
        "adagrad",
        "AdaGrad",
        ("s = s + g**2", "theta = theta - alpha*g/(sqrt(s) + eps)"),
        "s: d nonnegative",
        "alpha: positive, eps: positive",
        {"alpha": 1e-2, "eps": 1e-10},
        "Duchi, Hazan, Singer 2011",
    ),
    Rule(
        "rmsprop",
        "RMSProp",
        ("s = rho*s + (1 - rho)*g**2", "theta = theta - alpha*g/(sqrt(s) + eps)"),
        "s: d nonnegative",
        "alpha: positive, rho: unit, eps: positive",
        {"alpha": 1e-2, "rho": 0.99, "eps": 1e-8},
        "Tieleman, Hinton 2012",
    ),
    Rule(
        "adam",
        "Adam",
        (*_MOMENTS, "theta = theta - alpha*m_hat/(sqrt(v_hat) + eps)"),
        _DECAY,
        _ADAM,
        _ADAM_DEFAULTS,
        "Kingma, Ba 2015, algorithm 1",
    ),
    Rule(
        "adamw",
        "AdamW: Adam with decoupled weight decay",
        (*_MOMENTS, "theta = theta - alpha*(m_hat/(sqrt(v_hat) + eps) + lam*theta)"),
        _DECAY,
        _ADAM + ", lam: nonnegative",
        {**_ADAM_DEFAULTS, "lam": 1e-2},
        "Loshchilov, Hutter 2019, algorithm 2",
    ),
    Rule(
        "radam",
        "RAdam: Adam whose adaptive step waits until its variance is finite",
        (
            *_MOMENTS,
            "rho_max = 2/(1 - beta2) - 1",
            "rho = rho_max - 2*t*beta2**t/(1 - beta2**t)",
            "rest = maximum((rho - 4)*(rho - 2)*rho_max/((rho_max - 4)*(rho_max - 2)*maximum(rho, 1)), 0)",
            "theta = theta - alpha*m_hat*where(rho > 4, sqrt(rest)/(sqrt(v_hat) + eps), 1)",
        ),
        _DECAY,
        _ADAM,
        _ADAM_DEFAULTS,
        "Liu et al. 2020, algorithm 2",
    ),
    Rule(
        "newton",
        "Newton's method, damped",
        ("theta = theta - alpha*solve(H, g)",),
        settings="alpha: positive, H: d d invertible",
        defaults={"alpha": 1.0},
        source="Newton; H is the Hessian",
    ),
    Rule(
        "natural",
        "natural gradient",
        ("theta = theta - alpha*solve(F, g)",),
        settings="alpha: positive, F: d d spd",
        defaults={"alpha": 1.0},
        source="Amari 1998; F is the Fisher information",
    ),
)
RULES: dict[str, Rule] = {row.name: row for row in _ROWS}
