"""Functions that only kernels use, because floats need them: exact rewrites end in them, people never write them."""

from __future__ import annotations

from symml.expr.function import Function
from symml.expr.functions import cosh, exp, log, log1p, normal_cdf, normal_pdf

sech = Function(
    "sech",
    r"\operatorname{sech}",
    slopes=(None,),
    definition=lambda x: 1 / cosh(x),
    facts=frozenset({"positive"}),
)
log1mexp = Function("log1mexp", r"\log1mexp", slopes=(None,), definition=lambda x: log1p(-exp(x)))
log_normal_cdf = Function("log_normal_cdf", r"\log\Phi", slopes=(None,), definition=lambda x: log(normal_cdf(x)))
normal_hazard = Function(
    "normal_hazard",
    r"\varphi/\Phi",
    slopes=(None,),
    definition=lambda x: normal_pdf(x) / normal_cdf(x),
    facts=frozenset({"positive"}),
)
