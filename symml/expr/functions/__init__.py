"""The function tables: one row a function, grouped by kind."""

from symml.expr.function import AxisFunction, Function, MatrixFunction
from symml.expr.functions import activations, along, choice, elementary, matrix, rounding, special
from symml.expr.functions.activations import (
    elu,
    gelu,
    leaky_relu,
    log_sigmoid,
    logaddexp,
    logit,
    mish,
    relu,
    sigmoid,
    silu,
    softplus,
)
from symml.expr.functions.choice import (
    abs,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    maximum,
    minimum,
    not_equal,
    sign,
    where,
)
from symml.expr.functions.elementary import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cos,
    cosh,
    exp,
    expm1,
    log,
    log1p,
    log2,
    log10,
    power,
    sin,
    sinh,
    tan,
    tanh,
)
from symml.expr.functions.rounding import ceil, floor, rint
from symml.expr.functions.special import (
    digamma,
    erf,
    erfc,
    gamma,
    lgamma,
    normal_cdf,
    normal_pdf,
    polygamma,
    xlogy,
)
from symml.expr.functions.undefined import undefined

FUNCTIONS: dict[str, Function] = {
    row.name: row
    for module in (elementary, special, activations, choice, rounding)
    for row in vars(module).values()
    if isinstance(row, Function)
}
AXIS_FUNCTIONS: dict[str, AxisFunction] = {
    row.name: row for row in vars(along).values() if isinstance(row, AxisFunction)
}
MATRIX_FUNCTIONS: dict[str, MatrixFunction] = {
    row.name: row for row in vars(matrix).values() if isinstance(row, MatrixFunction)
}

__all__ = [
    "AXIS_FUNCTIONS",
    "FUNCTIONS",
    "MATRIX_FUNCTIONS",
    "abs",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "ceil",
    "cos",
    "cosh",
    "digamma",
    "elu",
    "equal",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "floor",
    "gamma",
    "gelu",
    "greater",
    "greater_equal",
    "leaky_relu",
    "less",
    "less_equal",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "logaddexp",
    "logit",
    "maximum",
    "minimum",
    "mish",
    "normal_cdf",
    "normal_pdf",
    "not_equal",
    "polygamma",
    "power",
    "relu",
    "rint",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "tan",
    "tanh",
    "undefined",
    "where",
    "xlogy",
]
