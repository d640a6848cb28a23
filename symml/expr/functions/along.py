"""Functions along axes: softmax and log-softmax keep them; logsumexp, max, min and prod remove them."""

from __future__ import annotations

from symml.expr.arithmetic import full
from symml.expr.function import AxisFunction
from symml.expr.functions.elementary import exp, log
from symml.expr.nodes import Expr, along_node


def _total(x: Expr, axes: tuple[int, ...], *, keepdims: bool) -> Expr:
    return x.sum(axes, keepdims=keepdims)


softmax = AxisFunction(
    "softmax",
    r"\operatorname{softmax}",
    keeps_axes=True,
    definition=lambda x, axes: exp(x) / _total(exp(x), axes, keepdims=True),
    facts=frozenset({"positive", "unit"}),
)
log_softmax = AxisFunction(
    "log_softmax",
    r"\operatorname{logsoftmax}",
    keeps_axes=True,
    definition=lambda x, axes: x - log(_total(exp(x), axes, keepdims=True)),
)
logsumexp = AxisFunction(
    "logsumexp",
    r"\operatorname{logsumexp}",
    keeps_axes=False,
    definition=lambda x, axes: log(_total(exp(x), axes, keepdims=False)),
)
max = AxisFunction("max", r"\max", keeps_axes=False, numpy="max")
min = AxisFunction("min", r"\min", keeps_axes=False, numpy="min")
# Increasing, along one axis.
sort = AxisFunction("sort", r"\operatorname{sort}", keeps_axes=True, numpy="sort")
prod = AxisFunction("prod", r"\prod", keeps_axes=False, numpy="prod")


def along(function: AxisFunction, x: Expr, axes: tuple[int, ...]) -> Expr:
    """The function along these axes; along none of them it is the identity, or one."""
    if axes:
        return along_node(function, x, axes)
    return full(1, x.shape) if function is softmax else full(0, x.shape) if function is log_softmax else x
