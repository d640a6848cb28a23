"""Functions that only kernels use, because floats need them: exact rewrites end in them, people never write them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.expr import functions as F
from symml.expr.function import Function
from symml.expr.nodes import Expr, constant

_HALF = Fraction(1, 2)
_POSITIVE = frozenset({"positive"})
_NONNEGATIVE = frozenset({"nonnegative"})
_NOTHING: frozenset[str] = frozenset()


def _row(name: str, definition: Callable[..., Expr], arity: int = 1, facts: frozenset[str] = _NOTHING) -> Function:
    latex = r"\operatorname{" + name.replace("_", r"\_") + "}"
    return Function(name, latex, slopes=(None,) * arity, definition=definition, facts=facts)


# ---- exponentials and trigonometric functions ------------------------------------------------------------------------
sech = _row("sech", lambda x: 1 / F.cosh(x), facts=_POSITIVE)
sech_square = _row("sech_square", lambda x: 1 / F.cosh(x) ** 2, facts=_POSITIVE)
exp_difference = _row("exp_difference", lambda a, b: F.exp(a - b), 2, _POSITIVE)
sigmoid_slope = _row("sigmoid_slope", lambda x: F.sigmoid(x) * F.sigmoid(-x), facts=_POSITIVE)
odds_share = _row("odds_share", lambda t: t / (1 + t), facts=_POSITIVE)
sigmoid_minus = _row("sigmoid_minus", lambda x, y: F.sigmoid(x) - y, 2)
sigmoid_gap = _row("sigmoid_gap", lambda a, b: F.sigmoid(a) - F.sigmoid(b), 2)
cos_gap = _row("cos_gap", lambda a, b: F.cos(a) - F.cos(b), 2)
sin_gap = _row("sin_gap", lambda a, b: F.sin(a) - F.sin(b), 2)
exp_gap = _row("exp_gap", lambda a, b: F.exp(a) - F.exp(b), 2)
expm1_excess = _row("expm1_excess", lambda x: F.expm1(x) - x, facts=_NONNEGATIVE)
expm1_excess_quotient = _row("expm1_excess_quotient", lambda x: (F.expm1(x) - x) / x**2, facts=_POSITIVE)
expm1_quotient = _row("expm1_quotient", lambda x: F.expm1(x) / x, facts=_POSITIVE)
expm1_quotient_slope = _row("expm1_quotient_slope", lambda x: (F.exp(x) - F.expm1(x) / x) / x, facts=_POSITIVE)
sinc_slope = _row("sinc_slope", lambda x: (F.cos(x) - F.sin(x) / x) / x)
cosc = _row("cosc", lambda x: (1 - F.cos(x)) / x**2, facts=_NONNEGATIVE)
cosc_slope = _row("cosc_slope", lambda x: (F.sin(x) - 2 * (1 - F.cos(x)) / x) / x**2)
hypot = Function(
    "hypot",
    r"\operatorname{hypot}",
    slopes=(None, None),
    definition=lambda x, y: (x**2 + y**2) ** _HALF,
    numpy="hypot",
    facts=_NONNEGATIVE,
)

# ---- logarithms ------------------------------------------------------------------------------------------------------
cross_entropy = _row("cross_entropy", lambda x, y: -y * F.log_sigmoid(x) - (1 - y) * F.log_sigmoid(-x), 2)
log_mean_exp = _row("log_mean_exp", lambda a, b: F.log((F.exp(a) + F.exp(b)) / 2), 2)
softplus_difference = _row("softplus_difference", lambda a, b: F.softplus(a) - F.softplus(b), 2)
log_expm1 = _row("log_expm1", lambda x: F.log(F.expm1(x)))
log1mexp = _row("log1mexp", lambda x: F.log1p(-F.exp(x)))
log_quotient = _row("log_quotient", lambda x, y: F.log(x / y), 2)
log_complement_quotient = _row("log_complement_quotient", lambda x, y: F.log((1 - x) / (1 - y)), 2)
log_near_one = _row("log_near_one", lambda q, d: F.log(q), 2)
log_excess = _row("log_excess", lambda y: y - 1 - F.log(y), facts=_NONNEGATIVE)
relative_excess = _row("relative_excess", lambda x, y: x * F.log(x / y) - x + y, 2, _NONNEGATIVE)
binary_kl = _row("binary_kl", lambda x, y: x * F.log(x / y) + (1 - x) * F.log((1 - x) / (1 - y)), 2, _NONNEGATIVE)
log_cosh = _row("log_cosh", lambda x: F.log(F.cosh(x)), facts=_NONNEGATIVE)
log1p_square = _row("log1p_square", lambda x: F.log1p(x**2), facts=_NONNEGATIVE)
log1p_square_excess = _row("log1p_square_excess", lambda x: F.log1p(x**2) - x**2 / (1 + x**2), facts=_NONNEGATIVE)

# ---- powers and counts -----------------------------------------------------------------------------------------------
power_less_one = _row("power_less_one", lambda x, y: x**y - 1, 2)
power1p_less_one = _row("power1p_less_one", lambda x, y: (1 + x) ** y - 1, 2)
box_cox = _row("box_cox", lambda x, y: (x**y - 1) / y, 2)
box_cox1p = _row("box_cox1p", lambda x, y: ((1 + x) ** y - 1) / y, 2)
parallel = _row("parallel", lambda x, y: x * y / (x + y), 2, _POSITIVE)
log_cross_ratio = _row("log_cross_ratio", lambda x, y, k: F.log(x / y) - F.log((x + k) / (y + k)), 3)
negative_binomial_excess = _row(
    "negative_binomial_excess",
    lambda x, y, k: x * F.log(x / y) - (x + k) * F.log((x + k) / (y + k)),
    3,
    _NONNEGATIVE,
)

# ---- the normal distribution -----------------------------------------------------------------------------------------
inverse_exp_square = _row("inverse_exp_square", lambda x: F.exp(-(x**2)), facts=_POSITIVE)
erfcx = _row("erfcx", lambda x: F.exp(x**2) * F.erfc(x), facts=_POSITIVE)
bell = _row("bell", lambda x: F.exp(-(x**2) / 2), facts=_POSITIVE)
square_bell = _row("square_bell", lambda x: x**2 * F.exp(-(x**2) / 2), facts=_NONNEGATIVE)
log_normal_cdf = _row("log_normal_cdf", lambda x: F.log(F.normal_cdf(x)))
normal_hazard = _row("normal_hazard", lambda x: F.normal_pdf(x) / F.normal_cdf(x), facts=_POSITIVE)
normal_hazard_slope = _row("normal_hazard_slope", lambda x: -normal_hazard(x) * (normal_hazard(x) + x))

# ---- gamma functions -------------------------------------------------------------------------------------------------
lgamma_half_step = _row("lgamma_half_step", lambda x: F.lgamma(x + constant(_HALF)) - F.lgamma(x) - F.log(x) / 2)
digamma_half_step = _row(
    "digamma_half_step", lambda x: F.digamma(x + constant(_HALF)) - F.digamma(x) - 1 / (2 * x), facts=_POSITIVE
)
log_beta = _row("log_beta", lambda x, y: F.lgamma(x) + F.lgamma(y) - F.lgamma(x + y), 2)
digamma_step = _row("digamma_step", lambda x, y: F.digamma(x + y) - F.digamma(x), 2)
