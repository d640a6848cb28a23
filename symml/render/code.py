"""NumPy expressions of formulas: the same typed notation, with vectors as 1-d arrays; readable back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symml.expr.binders import readable
from symml.expr.dims import Dim
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Linalg, OneHot, Power
from symml.expr.probability import averages_some
from symml.expr.scoped import Expectation, Integral, Series
from symml.expr.walk import topological
from symml.render.literals import rows_of
from symml.render.matrix_form import CannotRaise, Form, is_negative, is_ones, product, scaled, unscale
from symml.render.raising import raise_form

SUM, FACTOR, ATOM = 1, 2, 3
_HALF = Fraction(1, 2)
_OPERATORS = {"greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "==", "not_equal": "!="}
_BARE = frozenset(
    [
        "sigmoid",
        "log_sigmoid",
        "logit",
        "softplus",
        "relu",
        "leaky_relu",
        "elu",
        "gelu",
        "silu",
        "mish",
        "erf",
        "erfc",
        "normal_cdf",
        "normal_pdf",
        "gamma",
        "lgamma",
        "digamma",
        "polygamma",
        "xlogy",
        "softmax",
        "log_softmax",
        "logsumexp",
    ]
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Coded = tuple[str, int]


def code(expr: Expr, names: dict[Expr, str] | None = None) -> str:
    """A NumPy expression with the value of ``expr``; names without ``np.`` are symml's own functions.

    Args:
        expr: Any expression.
        names: Nodes that are written as these names.
    """
    expr = readable(expr)
    try:
        return _code(raise_form(expr, names))[0]
    except CannotRaise:
        return _with_einsum(expr, names or {})


show = code


def _code(f: Form) -> Coded:
    return _RULES[f.kind](f)


def _at_least(f: Form, level: int) -> str:
    text, own = _code(f)
    return text if own >= level else f"({text})"


def _number(value: Fraction) -> Coded:
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else SUM
    return f"{value.numerator}/{value.denominator}", SUM if value < 0 else FACTOR


def _transpose(f: Form) -> Coded:
    inner = f.args[0]
    is_vector = inner.rows is None or inner.cols is None
    return _code(inner) if is_vector else (_at_least(inner, ATOM) + ".T", ATOM)


def _mul(f: Form) -> Coded:
    """A chain of matmuls; splits at a column beside a row (outer product); diagonals scale rows or columns."""
    for k, (a, b) in enumerate(zip(f.args, f.args[1:], strict=False)):
        if a.cols is None and b.rows is None:
            left, right = product(*f.args[: k + 1]), product(*f.args[k + 1 :])
            if left.is_scalar or right.is_scalar:
                return f"{_at_least(left, ATOM)} * {_at_least(right, ATOM)}", FACTOR
            return _outer(left, right)
    parts: list[str] = []
    scales: list[str] = []
    # The product of two truth values is a truth value in NumPy; beside numbers one counts as a number.
    lone = sum(map(_is_condition, f.args)) == 1 < len(f.args)
    for a in f.args:
        if a.kind == "diag":
            scales.append(_at_least(a.args[0], ATOM))
            continue
        text = _condition(a) if _is_condition(a) and lone and (parts or scales) else _at_least(a, ATOM)
        if scales:
            text, scales = f"({_column(scales, a)} * {text})", []
        parts.append(text)
    if not scales:
        return " @ ".join(parts), FACTOR
    if not parts:
        return f"np.diag({' * '.join(scales)})", ATOM
    matrix = parts[0] if len(parts) == 1 else f"({' @ '.join(parts)})"
    return " * ".join([matrix, *scales]), FACTOR


def _column(scales: list[str], scaled_form: Form) -> str:
    """The product of scales, as a column where it scales the rows of a matrix."""
    joined = " * ".join(scales)
    if scaled_form.cols is None:
        return joined
    return f"({joined})[:, None]" if len(scales) > 1 else f"{joined}[:, None]"


def _outer(left: Form, right: Form) -> Coded:
    """``u v'``; ones only repeat."""
    if is_ones(left) and is_ones(right):
        return f"np.ones(({_size(left.rows)}, {_size(right.cols)}))", ATOM
    if is_ones(right):
        return f"{_at_least(left, ATOM)}[:, None] * np.ones({_size(right.cols)})", FACTOR
    if is_ones(left):
        return f"np.ones({_size(left.rows)})[:, None] * {_at_least(right, ATOM)}", FACTOR
    return f"np.outer({_code(left)[0]}, {_code(right)[0]})", ATOM


def _size(dim: Dim | None) -> str:
    return str(dim)


def _had(f: Form) -> Coded:
    """Truth values stand last, where they meet a number."""
    numbers = [a for a in f.args if not _is_condition(a)]
    parts = []
    for k, a in enumerate([*numbers, *filter(_is_condition, f.args)]):
        inverse = a.kind == "pow" and a.value < 0
        if inverse:
            base = a.args[0] if a.value == -1 else Form("pow", a.args, -a.value, *a.shape)
            parts.append(("1 / " if not k else " / ") + _at_least(base, ATOM))
        elif k:
            parts.append(" * " + (_condition(a) if _is_condition(a) else _at_least(a, ATOM)))
        else:
            parts.append(_at_least(a, FACTOR if _is_condition(a) else ATOM))
    return "".join(parts), FACTOR


def _scale(f: Form) -> Coded:
    coef, scalars, body = unscale(f)
    tops = [a for a in scalars if not (a.kind == "pow" and a.value < 0)]
    lows = [a.args[0] if a.value == -1 else Form("pow", a.args, -a.value) for a in scalars if a not in tops]
    parts = [str(abs(coef).numerator)] if abs(coef).numerator != 1 else []
    parts += [_at_least(a, ATOM) for a in tops]
    if body is not None:
        parts.append(
            _condition(body) if parts and _is_condition(body) else _at_least(body, FACTOR if not parts else ATOM)
        )
    text = " * ".join(parts) or "1"
    for low in ([] if coef.denominator == 1 else [str(coef.denominator)]) + [_at_least(a, ATOM) for a in lows]:
        text += f" / {low}"
    return ("-" if coef < 0 else "") + text, SUM if coef < 0 else FACTOR


def _add(f: Form) -> Coded:
    """A sum; constants are numbers where another term has the shape."""
    text = ""
    for k, term in enumerate(f.args):
        negative = is_negative(term)
        shown = scaled(Fraction(-1), (), term) if negative else term
        text += (" - " if negative else " + ") if k else ("-" if negative else "")
        text += _beside(f.args, shown) or _at_least(shown, FACTOR)
    return text, SUM


def _beside(others: Sequence[Form], f: Form) -> str | None:
    """An array with one value everywhere as that value, where another array gives the shape."""
    value = _filling(f)
    if value is None or all(other.is_scalar or _filling(other) is not None for other in others):
        return None
    return _at_least(value, FACTOR)


def _filling(f: Form) -> Form | None:
    """The scalar that fills an array."""
    if f.is_scalar:
        return None
    coef, scalars, body = unscale(f)
    parts = () if body is None else body.args if body.kind == "mul" else (body,)
    return scaled(coef, scalars, None) if parts and all(map(is_ones, parts)) else None


def _pow(f: Form) -> Coded:
    if f.value == _HALF:
        return f"np.sqrt({_code(f.args[0])[0]})", ATOM
    if f.value == -1:
        return f"1 / {_at_least(f.args[0], ATOM)}", FACTOR
    exponent = str(f.value) if f.value.denominator == 1 and f.value >= 0 else f"({f.value})"
    return f"{_at_least(f.args[0], ATOM)}**{exponent}", FACTOR


def _fun(f: Form) -> Coded:
    name, args = f.value.name, f.args
    if _is_condition(f):
        return f"1.0 * {_condition(f)}", FACTOR
    prefix = "" if name in _BARE or f.value.undefined else "np."
    shown = [_beside(args, a) or _code(a)[0] for a in args]
    if name == "where" and _is_condition(args[0]):
        shown[0] = _condition(args[0])[1:-1]
    return f"{prefix}{name}({', '.join(shown)})", ATOM


def _is_condition(f: Form) -> bool:
    """Whether NumPy computes truth values."""
    return f.kind == "fun" and f.value.name in _OPERATORS


def _condition(f: Form) -> str:
    """A comparison as NumPy writes it."""
    left, right = (_beside(f.args, a) or _at_least(a, FACTOR) for a in f.args)
    return f"({left} {_OPERATORS[f.value.name]} {right})"


def _along(f: Form) -> Coded:
    function, axes, rank = f.value
    axis = "" if len(axes) == rank and not function.keeps_axes else f", axis={axes[0] if len(axes) == 1 else axes}"
    prefix = "" if function.name in _BARE else "np."
    return f"{prefix}{function.name}({_code(f.args[0])[0]}{axis})", ATOM


def _linalg(f: Form) -> Coded:
    inner = _code(f.args[0])[0]
    if f.value.name == "logdet":
        return f"np.linalg.slogdet({inner})[1]", ATOM
    found = f"np.{f.value.numpy}({inner})"
    return found + ("[1]" if f.value.name == "eigvecs" else ""), ATOM


def _sum_of(f: Form) -> Coded:
    return f"np.sum({_at_least(f.args[0], ATOM)}**2)", ATOM


def _selector(f: Form) -> Coded:
    start, step = f.value
    rows = f"np.eye({f.cols})"
    if step == 1:
        end = start + f.rows
        return f"{rows}[{start}:{end}]", ATOM
    if step == -1 and start == f.cols - 1 and f.rows == f.cols:  # type: ignore[operator] # dims of a selector are known
        return f"{rows}[::-1]", ATOM
    return f"{rows}[{start}::{step}][:{f.rows}]", ATOM


def _entry(f: Form) -> Coded:
    return f"{_code(f.args[0])[0]}[{', '.join(map(str, f.value))}]", ATOM


def _ranged(f: Form) -> Coded:
    name, ends = f.value
    low = _code(f.args[1])[0] if ends[0] else "-inf"
    high = _code(f.args[-1])[0] if ends[1] else "inf"
    return f"{f.kind}({_code(f.args[0])[0]}, {name}, {low}, {high})", ATOM


def _expectation(f: Form) -> Coded:
    body, *given = (_code(arg)[0] for arg in f.args)
    return f"E({body}{_given(given)}{_keyword('over', f.value or ())})", ATOM


def _covariance(f: Form) -> Coded:
    sides = 1 if f.kind == "variance" else 2
    parts = [_code(arg)[0] for arg in f.args]
    return f"{'Var' if sides == 1 else 'Cov'}({', '.join(parts[:sides])}{_given(parts[sides:])})", ATOM


def _rows(f: Form) -> str:
    rows = rows_of([_code(a)[0] for a in f.args], f)
    flat = f.cols is None
    return "[" + ", ".join(row[0] if flat else "[" + ", ".join(row) + "]" for row in rows) + "]"


def _given(names: list[str]) -> str:
    return _keyword("given", names)


def _keyword(key: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return f", {key}={names[0]}" if len(names) == 1 else f", {key}=({', '.join(names)})"


_RULES: dict[str, Callable[[Form], Coded]] = {
    "sym": lambda f: (str(f.value), ATOM),
    "num": lambda f: _number(f.value),
    "named": lambda f: (f"np.{f.value}", ATOM),
    "ones": lambda f: (f"np.ones({f.value})", ATOM),
    "eye": lambda f: (f"np.eye({f.value})", ATOM),
    "array": lambda f: (f"np.array({_rows(f)})", ATOM),
    "basis": lambda f: (f"np.eye({f.rows})[{f.value}]", ATOM),
    "selector": _selector,
    "triangle": lambda f: (f"np.{f.value[0]}(np.ones(({f.rows}, {f.cols})), {f.value[1]})", ATOM),
    "cumsum": lambda f: (f"np.cumsum({_code(f.args[0])[0]})", ATOM),
    "positions": lambda f: (f"np.arange({f.value})", ATOM),
    "onehot": lambda f: (f"onehot({_code(f.args[0])[0]}, {f.value})", ATOM),
    "entry": _entry,
    "T": _transpose,
    "mul": _mul,
    "had": _had,
    "scale": _scale,
    "add": _add,
    "diag": lambda f: (f"np.diag({_code(f.args[0])[0]})", ATOM),
    "diagof": lambda f: (f"np.diag({_code(f.args[0])[0]})", ATOM),
    "tr": lambda f: (f"np.trace({_code(f.args[0])[0]})", ATOM),
    "norm2": _sum_of,
    "norm": lambda f: (f"np.sqrt({_sum_of(f)[0]})", ATOM),
    "pow": _pow,
    "fun": _fun,
    "along": _along,
    "linalg": _linalg,
    "series": _ranged,
    "integral": _ranged,
    "expectation": _expectation,
    "variance": _covariance,
    "covariance": _covariance,
}


# ---- what has no matrix notation -------------------------------------------------------------------------------------
def _with_einsum(root: Expr, names: dict[Expr, str]) -> str:
    """Products as einsum, everything else as it stands."""
    done: dict[Expr, Form] = {}
    for node in topological(root):
        if node in names and node is not root:
            text: str = names[node]
        elif isinstance(node, Contract):
            text = _einsum(node, [str(done[arg].value) for arg in node.args])
        elif node.args:
            text = _node_code(node, [done[arg] for arg in node.args])
        else:
            text = _code(raise_form(node))[0] if len(node.shape) <= 2 else str(getattr(node, "name", node))
        done[node] = Form("sym", value=f"({text})" if " " in text else text)
    return str(done[root].value)


def _node_code(node: Expr, parts: list[Form]) -> str:
    """The code of one node over parts that are already written."""
    match node:
        case Add():
            form = Form("add", tuple(parts))
        case Power():
            form = Form("pow", tuple(parts), node.exponent)
        case Apply():
            form = Form("fun", tuple(parts), node.function)
        case Along():
            form = Form("along", tuple(parts), (node.function, node.axes, len(node.args[0].shape)))
        case Linalg():
            form = Form("linalg", tuple(parts), node.function)
        case OneHot():
            form = Form("onehot", tuple(parts), node.shape[-1])
        case Series() | Integral():
            kind = "series" if isinstance(node, Series) else "integral"
            form = Form(kind, tuple(parts), (node.variables[0].name, node.ends))
        case Expectation():
            over = tuple(v.name for v in node.variables) if averages_some(node) else ()
            form = Form("expectation", tuple(parts[: 1 + node.given]), over)
        case _:
            raise CannotRaise(type(node).__name__)
    return _code(form)[0]


def _einsum(node: Contract, args: list[str]) -> str:
    rank = len(node.shape)
    carried = {i for sub in node.subs for i in sub}
    ones = [i for i in range(rank) if i not in carried]
    subs = ["".join(_LETTERS[i] for i in sub) for sub in node.subs] + [_LETTERS[i] for i in ones]
    arrays = args + [f"np.ones({node.dims[i]})" for i in ones]
    spec = ",".join(subs) + "->" + _LETTERS[:rank]
    coef = "" if node.coef == 1 else f"{node.coef} * " if node.coef.denominator == 1 else f"({node.coef}) * "
    return f"{coef}np.einsum('{spec}', {', '.join(arrays)})"
