"""How the constructs of a formula are spelled: the two tables of LaTeX and of Unicode text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symml.expr.dims import Dim
from symml.expr.function import AxisFunction, Function, MatrixFunction
from symml.render.names import latex_name, text_name

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_TEX_TOKEN = re.compile(r"\\left|\\right|\\[{}^_]|[{}^_]")
_RAISED = re.compile(r"⊙?-?[0-9]+")


@dataclass(frozen=True)
class Spelling:
    """One way of writing formulas.

    Args:
        name: A symbol's name.
        number: A rational number.
        fraction: A numerator over a denominator, with whether each needs brackets on one line.
        brackets: A formula in brackets.
        superscript: A base and what stands above it.
        subscript: A base and what stands below it.
        root: A square root.
        norm: The norm, with its subscript.
        call: A function's name and its argument.
        power_of_e: The exponential of a number, as a power where the argument is short; empty where it is a call.
        transpose: The mark of a transpose.
        inverse: The mark of an inverse.
        tables: The names of functions and signs.
    """

    name: Callable[[str], str]
    number: Callable[[Fraction], str]
    fraction: Callable[[str, str], str]
    brackets: Callable[[str], str]
    superscript: Callable[[str, str], str]
    subscript: Callable[[str, str], str]
    root: Callable[[str], str]
    norm: Callable[[str, str], str]
    call: Callable[[str, str], str]
    power_of_e: Callable[[str], str]
    cases: Callable[[list[tuple[str, str]]], str]
    array: Callable[[list[list[str]]], str]
    signs: dict[str, str]
    functions: dict[str, str]
    one_line: bool

    def ones(self, dim: Dim) -> str:
        """The vector of ones, with its size where that is a number, which nothing around it tells."""
        if not isinstance(dim, int):
            return self.signs["one"]
        sign = self.signs["one"]
        return sign + str(dim).translate(_LOWERED) if self.one_line else self.subscript(sign, str(dim))

    def function(self, function: Function | AxisFunction | MatrixFunction) -> str:
        """A function's name; an undefined one is spelled as a symbol."""
        if isinstance(function, Function) and function.undefined:
            base = function.name.rstrip("'")
            return self.name(base) + function.name[len(base) :]
        return self.functions.get(function.name, function.name)


def _tex_number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _tex_call(name: str, argument: str) -> str:
    return rf"{name}\left({argument}\right)"


def _tex_exp(argument: str) -> str:
    long = len(argument) > 40 or r"\frac" in argument or r"\left" in argument
    return "" if long else f"e^{{{argument}}}"


def _tex_superscript(a: str, b: str) -> str:
    """TeX refuses a second superscript, so a base that has one is a group of its own."""
    base = f"{{{a}}}" if _has_script(a, "^") else a
    return f"{base}^{{{b}}}" if len(b) > 1 else f"{base}^{b}"


def _tex_subscript(a: str, b: str) -> str:
    """TeX refuses a second subscript, so a base that has one stands in brackets."""
    base = rf"\left({a}\right)" if _has_script(a, "_") else a
    return f"{base}_{{{b}}}"


def _has_script(text: str, mark: str) -> bool:
    """Whether ``^`` or ``_`` stands in LaTeX outside braces and growing brackets."""
    depth = 0
    for token in _TEX_TOKEN.findall(text):
        depth += (token in ("{", r"\left")) - (token in ("}", r"\right"))
        if depth == 0 and token == mark:
            return True
    return False


def _tex_array(rows: list[list[str]]) -> str:
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(row) for row in rows) + r" \end{bmatrix}"


def _tex_cases(rows: list[tuple[str, str]]) -> str:
    lines = [f"{value} & {condition}" for value, condition in rows]
    return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"


_FUNCTIONS = {
    "exp": r"\exp",
    "log": r"\log",
    "sigmoid": r"\sigma",
    "log_sigmoid": r"\log\sigma",
    "normal_cdf": r"\Phi",
    "normal_pdf": r"\varphi",
    "gamma": r"\Gamma",
    "lgamma": r"\log\Gamma",
    "digamma": r"\psi",
    "maximum": r"\max",
    "minimum": r"\min",
    "max": r"\max",
    "min": r"\min",
    "prod": r"\operatorname{prod}",
    "det": r"\det",
    "logdet": r"\log\det",
}
_PLAIN = [
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "arctan2",
    "floor",
    "ceil",
    "rint",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "log1p",
    "expm1",
    "abs",
    "sign",
    "erf",
    "erfc",
    "softplus",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "mish",
    "logit",
    "logaddexp",
    "xlogy",
    "softmax",
    "log_softmax",
    "logsumexp",
    "power",
    "polygamma",
    "where",
    "eigvals",
    "eigvecs",
    "cholesky",
    "sort",
]
_STANDARD = {"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}


def _operator(name: str) -> str:
    if name in _STANDARD:
        return "\\" + name
    special = {"log2": r"\log_{2}", "log10": r"\log_{10}"}
    return special.get(name) or rf"\operatorname{{{name.replace('_', '')}}}"


LATEX = Spelling(
    name=latex_name,
    number=_tex_number,
    fraction=lambda top, low: rf"\frac{{{top}}}{{{low}}}",
    brackets=lambda a: rf"\left({a}\right)",
    superscript=_tex_superscript,
    subscript=_tex_subscript,
    root=lambda a: rf"\sqrt{{{a}}}",
    norm=lambda a, p: rf"\left\|{a}\right\|_{p}",
    call=_tex_call,
    power_of_e=_tex_exp,
    cases=_tex_cases,
    array=_tex_array,
    signs={
        "T": r"\top",
        "-T": r"-\top",
        "*": r" \odot ",
        "/": r" \oslash ",
        "one": r"\mathbf{1}",
        "zero": r"\mathbf{0}",
        "I": "I",
        "I_n": "I_{{{0}}}",
        "one_n": r"\mathbf{{1}}_{{{0}}}",
        "e_k": "e",
        "tr": r"\operatorname{tr}",
        "diag": r"\operatorname{diag}",
        "sum": r"\sum",
        ">": ">",
        "<": "<",
        ">=": r"\ge",
        "<=": r"\le",
        "=": "=",
        "!=": r"\ne",
        "indicator": r"\mathbf{{1}}\left[{0}\right]",
        "abs": r"\left|{0}\right|",
        "otherwise": r"\text{otherwise}",
        "if": r"\text{if } ",
        "space": r"\,",
        "had_power": r"\odot {0}",
        "d": r"\frac{{\partial}}{{\partial {1}}}{0}",
        ".": r"\cdot ",
        "rows": r"\text{rows}",
        "all": r"\text{all}",
        "cols": r"\text{cols}",
        "positions": r"(0, \dots, {0})^{{\top}}",
        "series": r"\sum_{{{0}={1}}}^{{{2}}} ",
        "integral": r"\int_{{{1}}}^{{{2}}} {0} \, d{3}",
        "infinity": r"\infty",
        "E": r"\mathbb{E}",
        "variance": r"\operatorname{Var}",
        "covariance": r"\operatorname{Cov}",
        "given": r" \mid ",
        "square brackets": r"\left[{0}\right]",
        "pi": r"\pi",
        "e": "e",
    },
    functions={name: _operator(name) for name in _PLAIN} | _FUNCTIONS,
    one_line=False,
)


def _text_number(value: Fraction) -> str:
    return str(value)


def _text_fraction(top: str, low: str) -> str:
    return f"{top}/{low}"


def _text_superscript(a: str, b: str) -> str:
    """Whole numbers are raised, a name follows a caret, all else stands in brackets after it."""
    if _RAISED.fullmatch(b):
        return a + b.translate(_SUPERSCRIPTS)
    return f"{a}^{b}" if b.isidentifier() else f"{a}^({b})"


def _text_array(rows: list[list[str]]) -> str:
    if all(len(row) == 1 for row in rows):
        return "[" + ", ".join(row[0] for row in rows) + "]"
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def _text_cases(rows: list[tuple[str, str]]) -> str:
    return "{" + "; ".join(f"{value} {condition}" for value, condition in rows) + "}"


TEXT = Spelling(
    name=text_name,
    number=_text_number,
    fraction=_text_fraction,
    brackets=lambda a: f"({a})",
    superscript=_text_superscript,
    subscript=lambda a, b: f"{a}[{b}]",
    root=lambda a: f"√({a})",
    norm=lambda a, p: f"‖{a}‖{'' if p == '2' else '_' + p}",
    call=lambda name, argument: f"{name}({argument})",
    power_of_e=lambda argument: "",
    cases=_text_cases,
    array=_text_array,
    signs={
        "T": "ᵀ",
        "-T": "⁻ᵀ",
        "*": " ⊙ ",
        "/": " ⊘ ",
        "one": "𝟏",
        "zero": "𝟎",
        "I": "I",
        "I_n": "I_{{{0}}}",
        "one_n": "𝟏_{{{0}}}",
        "e_k": "e",
        "tr": "tr",
        "diag": "diag",
        "sum": "Σ",
        ">": ">",
        "<": "<",
        ">=": "≥",
        "<=": "≤",
        "=": "=",
        "!=": "≠",
        "indicator": "𝟏[{0}]",
        "abs": "|{0}|",
        "otherwise": "otherwise",
        "if": "if ",
        "space": " ",
        "had_power": "⊙{0}",
        "d": "∂/∂{1} {0}",
        ".": "·",
        "rows": "rows",
        "all": "all",
        "cols": "cols",
        "positions": "(0:{0})",
        "series": "Σ[{0}={1}..{2}] ",
        "integral": "∫[{3}={1}..{2}] {0} d{3}",
        "infinity": "∞",
        "E": "E",
        "variance": "Var",
        "covariance": "Cov",
        "given": " | ",
        "square brackets": "[{0}]",
        "pi": "π",
        "e": "e",
    },
    functions={name: name for name in (*_FUNCTIONS, *_PLAIN)}
    | {"sigmoid": "σ", "normal_cdf": "Φ", "normal_pdf": "φ", "gamma": "Γ", "logdet": "log det", "digamma": "ψ"}
    | {"maximum": "max", "minimum": "min", "log_sigmoid": "log σ", "lgamma": "log Γ"},
    one_line=True,
)
