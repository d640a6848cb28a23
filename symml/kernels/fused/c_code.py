"""The source of a fused kernel in C: one loop that the compiler turns into vector instructions, without -ffast-math."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symml.kernels.fused.loop import Loop, Spelling, loop_of

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

_TAYLOR = (
    "2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07, 2.7557319223985893e-06, 2.48015873015873e-05, "
    "0.0001984126984126984, 0.001388888888888889, 0.008333333333333333, 0.041666666666666664, 0.16666666666666666, 0.5"
)
_LOG = (
    "0.1531383769920937, 0.1818357216161805, 0.22222198432149784, 0.2857142874366239, 0.3999999999940942, "
    "0.6666666666666735"
)


def _horner(variable: str, coefficients: str) -> str:
    return "\n".join(f"  p = p * {variable} + {c.strip()};" for c in coefficients.split(","))


_PRELUDE: dict[str, str] = {
    "exp": f"""
/* exp(x): x = k log 2 + r in two parts, a polynomial in r, 2^k from its bits in two halves. */
static inline double k_exp(double x) {{
  double z = x < -746.0 ? -746.0 : x > 710.0 ? 710.0 : x;
  double k = (z * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0;
  double r = (z - k * 0.6931471803691238) - k * 1.9082149292705877e-10;
  double p = 1.6059043836821613e-10;
{_horner("r", _TAYLOR + ", 1.0, 1.0")}
  int64_t i = (int64_t)(k == k ? k : 0.0), h = i >> 1;
  return p * of_bits((h + 1023) << 52) * of_bits((i - h + 1023) << 52);
}}""",
    "log": f"""
/* log(x): x = 2^k f with f near 1, a polynomial in (f - 1) / (f + 1). */
static inline double k_log(double x) {{
  int small = x < 2.2250738585072014e-308;
  int64_t bits = bits_of(small ? x * 18014398509481984.0 : x) - 0x3FE6A09E667F3BCDLL;
  double e = (double)(bits >> 52) - (small ? 54.0 : 0.0);
  double f = of_bits((bits & 0xFFFFFFFFFFFFFLL) + 0x3FE6A09E667F3BCDLL) - 1.0;
  double s = f / (2.0 + f), z = s * s, p = 0.14798198605116586;
{_horner("z", _LOG)}
  double h = 0.5 * f * f;
  double v = e * 0.6931471803691238 - ((h - (s * (h + z * p) + e * 1.9082149292705877e-10)) - f);
  v = x == 0.0 ? -INFINITY : x < 0.0 ? NAN : v;
  return x < INFINITY ? v : x;
}}""",
    "log1p": """
/* log(1 + x): the logarithm of the rounded 1 + x, and what rounding lost. */
static inline double k_log1p(double x) {
  double u = 1.0 + x, lost = (x - (u - 1.0)) / u;
  double v = k_log(u) + (u > 0.0 && u < INFINITY ? lost : 0.0);
  return u == 1.0 ? x : v;
}""",
    "expm1": f"""
/* exp(x) - 1: a polynomial near 0. */
static inline double k_expm1(double x) {{
  double p = 1.6059043836821613e-10;
{_horner("x", _TAYLOR)}
  return fabs(x) < 0.5 ? x + x * x * p : k_exp(x) - 1.0;
}}""",
    "tanh": """
/* tanh(x) = (1 - e) / (1 + e) for e = exp(-2 |x|), by expm1. */
static inline double k_tanh(double x) {
  double t = k_expm1(-2.0 * fabs(x));
  return copysign(-t / (2.0 + t), x);
}""",
}
_NEEDS = {"log1p": ("log",), "expm1": ("exp",), "tanh": ("expm1", "exp")}
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
    "logical_and": "{} && {}",
    "logical_or": "{} || {}",
    "where": "{0} ? {1} : {2}",
    "maximum": "{0} > {1} || {0} != {0} ? {0} : {1}",
    "minimum": "{0} < {1} || {0} != {0} ? {0} : {1}",
    "power": "pow({}, {})",
    "abs": "fabs({})",
    "as_number": "{} ? 1.0 : 0.0",
    "isfinite": "isfinite({})",
    "isinf": "isinf({})",
    "sign": "({0} > 0) - ({0} < 0)",
    "arctan": "atan({})",
    "arctanh": "atanh({})",
    "arcsinh": "asinh({})",
    "hypot": "hypot({}, {})",
    "copysign": "copysign({}, {})",
    **{name: f"k_{name}({{}})" for name in _PRELUDE},
    **{
        name: f"{name}({{}})"
        for name in ("sqrt", "sin", "cos", "tan", "rint", "sinh", "cosh", "log2", "log10", "floor")
    },
}
_NUMBERS = {"np.pi": "3.141592653589793", "np.e": "2.718281828459045", "np.inf": "INFINITY", "np.nan": "NAN"}
SPELLING: Spelling = {
    **{name: (lambda *args, code=code: f"({code.format(*args)})") for name, code in _CODES.items()},
    "constant": lambda code: _NUMBERS.get(code) or (code if code.startswith("np.") else repr(float(code))),
}
_LANES = 64


def loop_source(kernel: Kernel) -> str:
    """An elementwise kernel as one loop in C with its header and build line.

    The function takes the number of entries, the arrays and numbers in the order of the kernel's arguments, and a
    pointer for each result.

    Raises:
        NotFusable: The kernel is not one loop over the entries of its arrays.
    """
    loop = loop_of(kernel, SPELLING)
    arguments = [f"const double *{a}" if a in loop.arrays else f"double {a}" for a in kernel.arguments]
    outs = [f"double *restrict out{k}" for k in range(len(loop.outputs))]
    signature = f"void {kernel.name}(int64_t n, {', '.join([*arguments, *outs])})"
    return module(kernel, signature, _body(loop), loop.used, ("math", "stdint", "string"))


def module(kernel: Kernel, signature: str, body: list[str], functions: set[str], headers: tuple[str, ...]) -> str:
    """The file: formula, header and build line as comments, the functions that are used, and the kernel's own."""
    name = kernel.name
    wanted = set(functions) | {inner for used in functions for inner in _NEEDS.get(used, ())}
    formula = [line.strip()[2:] for line in kernel.source.splitlines() if line.startswith("    # ")]
    head = [
        *(f"/* {line} */" for line in formula),
        f"/* header: {signature}; */",
        f"/* build: cc -O3 -march=native -fno-math-errno -fno-trapping-math -shared -fPIC {name}.c -o {name}.so -lm */",
        "\n".join(f"#include <{header}.h>" for header in headers),
        "static inline double of_bits(int64_t i) { double d; memcpy(&d, &i, 8); return d; }",
        "static inline int64_t bits_of(double d) { int64_t i; memcpy(&i, &d, 8); return i; }",
    ]
    helpers = [text.strip() for used, text in _PRELUDE.items() if used in wanted]
    return "\n".join(head) + "\n\n" + "\n\n".join([*helpers, "\n".join([f"{signature} {{", *body, "}"])]) + "\n"


def _body(loop: Loop) -> list[str]:
    lines = [f"  double {target} = {code};" for target, code in loop.before]
    lines += [f"  double {target} = 0.0, {target}_part[{_LANES}] = {{0.0}};" for target, _ in loop.sums]
    indent = "      " if loop.sums else "    "
    if loop.sums:
        lines += [f"  for (int64_t start = 0; start < n; start += {_LANES}) {{"]
        lines += [f"    int64_t m = n - start < {_LANES} ? n - start : {_LANES};"]
        lines += ["    for (int64_t j = 0; j < m; j++) {", "      int64_t i = start + j;"]
    else:
        lines += ["  for (int64_t i = 0; i < n; i++) {"]
    inner = [f"double {x}_i = {x}[i];" for x in loop.arrays]
    inner += [f"{'int' if boolean else 'double'} {target} = {code};" for target, code, boolean in loop.inside]
    inner += [f"{target}_part[j] += {code};" for target, code in loop.sums]
    inner += [f"out{k}[i] = {code};" for k, code in enumerate(loop.outputs) if loop.is_array[k]]
    lines += [indent + line for line in inner]
    lines += ["    }", "  }"] if loop.sums else ["  }"]
    lines += [f"  for (int j = 0; j < {_LANES}; j++) {target} += {target}_part[j];" for target, _ in loop.sums]
    lines += [f"  double {target} = {code};" for target, code in loop.after]
    return lines + [f"  *out{k} = {code};" for k, code in enumerate(loop.outputs) if not loop.is_array[k]]
