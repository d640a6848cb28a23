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
            "theta = theta - alpha*m_hat*where(rho > rho_min, sqrt(rest)/(sqrt(v_hat) + eps), 1)",
        ),
        _DECAY,
        _ADAM + ", rho_min: positive",
        {**_ADAM_DEFAULTS, "rho_min": 4.0},
        "Liu et al. 2020, algorithm 2; PyTorch waits until rho_min = 5",
    ),
    Rule(
        "nadam",
        "Nadam: Adam with Nesterov's momentum",
        (*_MOMENTS, "theta = theta - alpha*(beta1*m_hat + (1 - beta1)*g/(1 - beta1**t))/(sqrt(v_hat) + eps)"),
        _DECAY,
        _ADAM,
        _ADAM_DEFAULTS,
        "Dozat 2016, with a constant momentum",
    ),
    Rule(
        "amsgrad",
        "AMSGrad: Adam with the largest second moment so far",
        (
            *_MOMENTS[:3],
            "v_max = maximum(v_max, v)",
            "theta = theta - alpha*m_hat/(sqrt(v_max/(1 - beta2**t)) + eps)",
        ),
        _DECAY + ", v_max: d nonnegative",
        _ADAM,
        _ADAM_DEFAULTS,
        "Reddi, Kale, Kumar 2018, with Adam's corrections",
    ),
    Rule(
        "adamax",
        "Adamax: Adam with the infinity norm",
        (
            _MOMENTS[0],
            "u = maximum(beta2*u, abs(g) + eps)",
            "theta = theta - alpha*m/((1 - beta1**t)*u)",
        ),
        "m: d, u: d nonnegative",
        _ADAM,
        {**_ADAM_DEFAULTS, "alpha": 2e-3},
        "Kingma, Ba 2015, algorithm 2",
    ),
    Rule(
        "adadelta",
        "Adadelta: steps in the parameter's own units",
        (
            "s = rho*s + (1 - rho)*g**2",
            "step = sqrt(u + eps)/sqrt(s + eps)*g",
            "u = rho*u + (1 - rho)*step**2",
            "theta = theta - alpha*step",
        ),
        "s: d nonnegative, u: d nonnegative",
        "alpha: positive, rho: unit, eps: positive",
        {"alpha": 1.0, "rho": 0.9, "eps": 1e-6},
        "Zeiler 2012, algorithm 1",
    ),
    Rule(
        "lion",
        "Lion: the sign of an average, with decoupled weight decay",
        (
            "theta = theta - alpha*(sign(beta1*m + (1 - beta1)*g) + lam*theta)",
            "m = beta2*m + (1 - beta2)*g",
        ),
        "m: d",
        "alpha: positive, beta1: unit, beta2: unit, lam: nonnegative",
        {"alpha": 1e-4, "beta1": 0.9, "beta2": 0.99, "lam": 0.0},
        "Chen et al. 2023, algorithm 2",
    ),
    Rule(
        "sgd",
        "stochastic gradient descent with weight decay and momentum",
        ("v = beta*v + g + lam*theta", "theta = theta - alpha*v"),
        "v: d",
        "alpha: positive, beta: unit, lam: nonnegative",
        {"alpha": 1e-2, "beta": 0.9, "lam": 0.0},
        "Robbins, Monro 1951; Polyak 1964",
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
