"""Activation functions and their smooth relatives: sigmoid, softplus, relu, gelu ..."""

from __future__ import annotations

from symml.expr.arithmetic import full
from symml.expr.function import Function
from symml.expr.functions.choice import greater, where
from symml.expr.functions.elementary import exp, expm1, log, log1p, tanh
from symml.expr.functions.special import normal_cdf, normal_pdf

sigmoid: Function = Function(
    "sigmoid",
    r"\sigma",
    slopes=(lambda x, f: f * (1 - f),),
    definition=lambda x: 1 / (1 + exp(-x)),
    sympy=lambda S, x: 1 / (1 + S.exp(-x)),
    facts=frozenset({"unit", "positive"}),
)
log_sigmoid: Function = Function(
    "log_sigmoid",
    r"\log\sigma",
    slopes=(lambda x, f: sigmoid(-x),),
    definition=lambda x: -log1p(exp(-x)),
    sympy=lambda S, x: -S.log(1 + S.exp(-x)),
)
logit: Function = Function(
    "logit",
    r"\operatorname{logit}",
    slopes=(lambda x, f: 1 / (x * (1 - x)),),
    definition=lambda x: log(x) - log(full(1, x.shape) - x),
    sympy=lambda S, x: S.log(x) - S.log(1 - x),
    needs=((0, "unit"),),
)
softplus: Function = Function(
    "softplus",
    r"\operatorname{softplus}",
    slopes=(lambda x, f: sigmoid(x),),
    definition=lambda x: log1p(exp(x)),
    sympy=lambda S, x: S.log(1 + S.exp(x)),
    facts=frozenset({"positive"}),
)
logaddexp: Function = Function(
    "logaddexp",
    r"\operatorname{logaddexp}",
    slopes=(lambda a, b, f: sigmoid(a - b), lambda a, b, f: sigmoid(b - a)),
    definition=lambda a, b: log(exp(a) + exp(b)),
    sympy=lambda S, a, b: S.log(S.exp(a) + S.exp(b)),
    numpy="logaddexp",
)
relu: Function = Function(
    "relu",
    r"\operatorname{relu}",
    slopes=(lambda x, f: greater(x, 0),),
    definition=lambda x: where(greater(x, 0), x, 0),
    sympy=lambda S, x: S.Max(x, 0),
    facts=frozenset({"nonnegative"}),
    kinks=lambda x: x,
)
leaky_relu: Function = Function(
    "leaky_relu",
    r"\operatorname{leakyrelu}",
    slopes=(lambda x, a, f: where(greater(x, 0), 1, a), lambda x, a, f: where(greater(x, 0), 0, x)),
    definition=lambda x, a: where(greater(x, 0), x, a * x),
    sympy=lambda S, x, a: S.Piecewise((x, x > 0), (a * x, True)),
    kinks=lambda x, a: x,
)
elu: Function = Function(
    "elu",
    r"\operatorname{elu}",
    slopes=(lambda x, a, f: where(greater(x, 0), 1, a * exp(x)), lambda x, a, f: where(greater(x, 0), 0, expm1(x))),
    definition=lambda x, a: where(greater(x, 0), x, a * (exp(x) - 1)),
    sympy=lambda S, x, a: S.Piecewise((x, x > 0), (a * (S.exp(x) - 1), True)),
    kinks=lambda x, a: x,
)
gelu: Function = Function(
    "gelu",
    r"\operatorname{gelu}",
    slopes=(lambda x, f: normal_cdf(x) + x * normal_pdf(x),),
    definition=lambda x: x * normal_cdf(x),
    sympy=lambda S, x: x * S.erfc(-x / S.sqrt(2)) / 2,
)
silu: Function = Function(
    "silu",
    r"\operatorname{silu}",
    slopes=(lambda x, f: sigmoid(x) + f * (1 - sigmoid(x)),),
    definition=lambda x: x * sigmoid(x),
    sympy=lambda S, x: x / (1 + S.exp(-x)),
)
mish: Function = Function(
    "mish",
    r"\operatorname{mish}",
    slopes=(lambda x, f: tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2),),
    definition=lambda x: x * tanh(softplus(x)),
    sympy=lambda S, x: x * S.tanh(S.log(1 + S.exp(x))),
)
