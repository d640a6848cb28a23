"""The source of a fused kernel for numba: one loop that LLVM turns into vector instructions.

LLVM has no vector exponential of its own, so exp, log, log1p, expm1 and tanh are written out: argument reduction in two
parts, a polynomial, and the exponent put together from its bits. All of them are within 2 ulp of the exact value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symml.kernels.fused.loop import Loop, Spelling, loop_of

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

_PRELUDE: dict[str, str] = {
    "exp": '''
@_inline
def _exp(x):
    """exp(x): x = k log 2 + r in two parts, a polynomial in r, 2**k from its bits in two halves."""
    k = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0
    r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10
    p = 1.6059043836821613e-10
    for c in (2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07, 2.7557319223985893e-06,
              2.48015873015873e-05, 0.0001984126984126984, 0.001388888888888889, 0.008333333333333333,
              0.041666666666666664, 0.16666666666666666, 0.5, 1.0, 1.0):
        p = p * r + c
    i = np.int64(k)
    h = i >> 1
    v = p * np.int64((h + 1023) << 52).view(np.float64) * np.int64((i - h + 1023) << 52).view(np.float64)
    v = np.inf if x > 709.782712893384 else v
    v = 0.0 if x < -745.1332191019412 else v
    return v if x == x else x
''',
    "log": '''
@_inline
def _log(x):
    """log(x): x = 2**k f with f near 1, a polynomial in (f - 1) / (f + 1)."""
    small = x < 2.2250738585072014e-308
    y = x * 18014398509481984.0 if small else x
    bits = np.float64(y).view(np.int64) - 0x3FE6A09E667F3BCD
    k = bits >> 52
    f = np.int64((bits & 0xFFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD).view(np.float64) - 1.0
    e = np.float64(k) - (54.0 if small else 0.0)
    s = f / (2.0 + f)
    z = s * s
    p = 0.14798198605116586
    for c in (0.1531383769920937, 0.1818357216161805, 0.22222198432149784, 0.2857142874366239, 0.3999999999940942,
              0.6666666666666735):
        p = p * z + c
    h = 0.5 * f * f
    v = e * 0.6931471803691238 - ((h - (s * (h + z * p) + e * 1.9082149292705877e-10)) - f)
    v = -np.inf if x == 0.0 else v
    v = np.nan if x < 0.0 else v
    return v if x < np.inf else x
''',
    "log1p": '''
@_inline
def _log1p(x):
    """log(1 + x): the logarithm of the rounded 1 + x, and what rounding lost."""
    u = 1.0 + x
    lost = (x - (u - 1.0)) / u
    v = _log(u) + (lost if u > 0.0 and u < np.inf else 0.0)
    return x if u == 1.0 else v
''',
    "log1p_share": '''
@_inline
def _log1p_share(x):
    """log(1 + x) for 0 <= x <= 1: 2 artanh(s) for s = x / (2 + x), a series in s**2."""
    s = x / (2.0 + x)
    z = s * s
    p = 0.030303030303030304
    for c in (0.03225806451612903, 0.034482758620689655, 0.037037037037037035, 0.04, 0.043478260869565216,
              0.047619047619047616, 0.05263157894736842, 0.058823529411764705, 0.06666666666666667, 0.07692307692307693,
              0.09090909090909091, 0.1111111111111111, 0.14285714285714285, 0.2, 0.3333333333333333):
        p = p * z + c
    return 2.0 * (s + s * z * p)
''',
    "expm1": '''
@_inline
def _expm1(x):
    """exp(x) - 1: a polynomial near 0."""
    p = 1.6059043836821613e-10
    for c in (2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07, 2.7557319223985893e-06,
              2.48015873015873e-05, 0.0001984126984126984, 0.001388888888888889, 0.008333333333333333,
              0.041666666666666664, 0.16666666666666666, 0.5):
        p = p * x + c
    return x + x * x * p if abs(x) < 0.5 else _exp(x) - 1.0
''',
    "cosh_small": '''
@_inline
def _cosh_small(x):
    """cosh(x) for |x| <= 700."""
    e = _exp(x)
    return 0.5 * (e + 1.0 / e)
''',
    "tanh": '''
@_inline
def _tanh(x):
    """tanh(x) = (1 - e) / (1 + e) for e = exp(-2 |x|), by expm1."""
    t = _expm1(-2.0 * abs(x))
    return np.copysign(-t / (2.0 + t), x)
''',
}
_NEEDS = {"log1p": ("log",), "expm1": ("exp",), "tanh": ("expm1", "exp"), "cosh_small": ("exp",)}


# Sums are kept in lanes: LLVM may not reorder one running sum, and so could not use vectors for it.
_LANES = 256


def _call(name: str) -> str:
    return f"_{name}({{}})" if name in _PRELUDE else f"np.{name}({{}})"


_CODES = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "greater": "{} > {}",
    "less": "{} < {}",
    "greater_equal": "{} >= {}",
    "less_equal": "{} <= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
    "logical_and": "{} and {}",
    "logical_or": "{} or {}",
    "where": "{1} if {0} else {2}",
    "maximum": "{0} if {0} > {1} or {0} != {0} else {1}",
    "minimum": "{0} if {0} < {1} or {0} != {0} else {1}",
    "power": "{} ** {}",
    "abs": "abs({})",
    "as_number": "1.0 if {} else 0.0",
    "isfinite": "np.isfinite({})",
    "isinf": "np.isinf({})",
    "hypot": "np.hypot({}, {})",
    "copysign": "np.copysign({}, {})",
    "logaddexp": "np.logaddexp({}, {})",
    **{
        name: _call(name)
        for name in (
            "exp",
            "log",
            "log1p",
            "log1p_share",
            "expm1",
            "cosh_small",
            "tanh",
            "sqrt",
            "sin",
            "cos",
            "rint",
            "sign",
        )
    },
    **{name: _call(name) for name in ("sinh", "cosh", "arctan", "arctanh", "arcsinh", "tan", "log2", "log10", "floor")},
}
SPELLING: Spelling = {
    **{name: (lambda *args, code=code: f"({code.format(*args)})") for name, code in _CODES.items()},
    "constant": lambda code: code if code.startswith(("np.", "True", "False")) else repr(float(code)),
}


def source(name: str, loop: Loop, formula: str) -> str:
    """The module of a fused kernel: its function fills the arrays it is given and returns the sums."""
    outs = [f"out{k}" for k, is_array in enumerate(loop.is_array) if is_array]
    body = [f"{target} = {code}" for target, code in loop.before]
    body += [f"{target}_part = np.zeros({_LANES})" for target, _ in loop.sums]
    body += [f"n = {loop.arrays[0]}.size"]
    if loop.sums:
        body += [f"for start in range(0, n, {_LANES}):", f"    for j in range(min({_LANES}, n - start)):"]
        body += ["        i = start + j"]
    else:
        body += ["for i in range(n):"]
    indent = "        " if loop.sums else "    "
    inner = [f"{x}_i = {x}[i]" for x in loop.arrays]
    inner += [f"{target} = {code}" for target, code, _ in loop.inside]
    inner += [f"{target}_part[j] += {code}" for target, code in loop.sums]
    inner += [f"out{k}[i] = {code}" for k, code in enumerate(loop.outputs) if loop.is_array[k]]
    body += [f"{indent}{line}" for line in inner]
    body += [f"{target} = np.sum({target}_part)" for target, _ in loop.sums]
    body += [f"{target} = {code}" for target, code in loop.after]
    numbers = [code for k, code in enumerate(loop.outputs) if not loop.is_array[k]]
    body += [f"return ({', '.join(numbers)},)" if numbers else "return None"]
    arguments = ", ".join([*loop.arrays, *loop.scalars, *outs])
    lines = [f"def {name}({arguments}):", *(f"    # {line}" for line in formula.splitlines())]
    lines += [f"    {line}" for line in body]
    return "\n\n\n".join([_head(), *vector_functions(loop.used), "@_compiled\n" + "\n".join(lines)]) + "\n"


def numba_source(kernel: Kernel) -> str:
    """The module of a kernel as one numba loop; the compiled loop is kept beside the file.

    Raises:
        NotFusable: The kernel is not one loop over the entries of its arrays.
    """
    formula = [line.strip()[2:] for line in kernel.source.splitlines() if line.startswith("    # ")]
    return source(kernel.name, loop_of(kernel, SPELLING), "\n".join(formula))


def _head() -> str:
    # Contraction only: no reordering, so NaN, infinities and the order of sums stay as written.
    return (
        "import numba\nimport numpy as np\n\n"
        '_options = {"error_model": "numpy", "fastmath": {"contract"}}\n'
        '_inline = numba.njit(inline="always", **_options)\n'
        "_compiled = numba.njit(nogil=True, cache=True, **_options)"
    )


def vector_functions(used: set[str]) -> list[str]:
    """The functions that LLVM has no vector instructions for, and those they need."""
    wanted = set(used) | {inner for name in used for inner in _NEEDS.get(name, ())}
    return [_unrolled(text.strip()) for name, text in _PRELUDE.items() if name in wanted]


def _unrolled(text: str) -> str:
    """The polynomials written out: numba inlines no loops over tuples."""
    pattern = re.compile(r"    for c in \(([^)]*)\):\n        p = p \* (\w) \+ c\n")
    return pattern.sub(lambda m: "".join(f"    p = p * {m[2]} + {c.strip()}\n" for c in m[1].split(",")), text)
