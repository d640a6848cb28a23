"""What is known of an expression's values from declared facts: sign, zero, symmetry, definiteness.

Every answer is a proof: ``False`` only means "not known".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Constant,
    Contract,
    Expr,
    Extent,
    Eye,
    Linalg,
    Positions,
    Power,
    Symbol,
)
from symml.expr.scoped import Binder, Bound, Expectation, Integral, Series

_SIGNED = ("positive", "nonnegative", "nonzero")
_NOTHING: frozenset[str] = frozenset()
_POSITIVE = frozenset(_SIGNED)
_NONNEGATIVE = frozenset({"nonnegative"})
_NONZERO = frozenset({"nonzero"})


def sign_facts(node: Expr) -> frozenset[str]:
    """Which of ``positive``, ``nonnegative`` and ``nonzero`` hold for every entry, wherever the value exists."""
    if node.memo is not None and "sign" in node.memo:
        return frozenset(node.memo["sign"])
    for part in _without_sign(node):
        if part.memo is None:
            part.memo = {}
        part.memo["sign"] = _closed(_SIGN.get(type(part), _unknown)(part))
    assert node.memo is not None
    return frozenset(node.memo["sign"])


def _without_sign(root: Expr) -> Iterator[Expr]:
    """The nodes under ``root`` whose sign is not known yet, arguments first; what is known is not entered again."""
    stack: list[tuple[Expr, bool]] = [(root, False)]
    seen: set[Expr] = set()
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen and not (node.memo and "sign" in node.memo):
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in node.args)


def is_positive(node: Expr) -> bool:
    """Whether every entry is known to be positive."""
    return "positive" in sign_facts(node)


def is_nonnegative(node: Expr) -> bool:
    """Whether every entry is known to be zero or more."""
    return "nonnegative" in sign_facts(node)


def is_nonzero(node: Expr) -> bool:
    """Whether every entry is known to differ from zero."""
    return "nonzero" in sign_facts(node)


def _closed(facts: frozenset[str]) -> frozenset[str]:
    if "positive" in facts or {"nonnegative", "nonzero"} <= facts:
        return _POSITIVE
    return facts


def _of(node: Expr) -> frozenset[str]:
    return node.memo["sign"] if node.memo and "sign" in node.memo else sign_facts(node)


def _unknown(node: Expr) -> frozenset[str]:
    return _NOTHING


def _symbol(node: Symbol | Bound) -> frozenset[str]:
    return frozenset(f for f in _SIGNED if f in node.domain.facts)


def _constant(node: Constant) -> frozenset[str]:
    if isinstance(node.value, str) or node.value > 0:
        return _POSITIVE
    return _NONNEGATIVE if node.value == 0 else _NONZERO


def _extent(node: Extent) -> frozenset[str]:
    """An axis has at least one entry."""
    return _POSITIVE


def _add(node: Add) -> frozenset[str]:
    parts = [_of(arg) for arg in node.args]
    if all("nonnegative" in p for p in parts):
        return _POSITIVE if any("positive" in p for p in parts) else _NONNEGATIVE
    return _complement(node)


def _complement(node: Add) -> frozenset[str]:
    """``1 - p`` of a probability, or of a value strictly between 0 and 1."""
    if len(node.args) != 2:
        return _NOTHING
    one, less = node.args if _is_one(node.args[0]) else node.args[::-1]
    if not _is_one(one) or not (isinstance(less, Contract) and less.coef == -1 and len(less.args) == 1):
        return _NOTHING
    part = less.args[0]
    if less.subs != (tuple(range(len(node.shape))),) or less.dims != part.shape:
        return _NOTHING
    if isinstance(part, Eye):
        return _NONNEGATIVE
    if isinstance(part, Along):
        # The softmax of a single entry is 1.
        return _NONNEGATIVE if "unit" in part.function.facts else _NOTHING
    known = part.domain.facts if isinstance(part, Symbol) else _function_facts(part)
    return _POSITIVE if "unit" in known else _NONNEGATIVE if known & {"probability", "binary"} else _NOTHING


def _is_one(node: Expr) -> bool:
    """Whether every entry is a written one."""
    if isinstance(node, Constant):
        return node.value == 1
    return isinstance(node, Contract) and node.coef == 1 and not node.args and len(node.dims) == len(node.shape)


def _function_facts(node: Expr) -> frozenset[str]:
    return node.function.facts if isinstance(node, Apply) else _NOTHING


def _contract(node: Contract) -> frozenset[str]:
    if node.coef == 0:
        return _NONNEGATIVE
    lonely, pairs = _without_pairs(node)
    parts = [_of(arg) for arg in lonely]
    summed = len(node.dims) > len(node.shape)
    found = set()
    if node.coef > 0 and all("nonnegative" in p for p in parts):
        found.add("nonnegative")
        if all("positive" in p for p in parts) and all("nonzero" in _of(arg) for arg in pairs):
            found.add("positive")
    if not summed and all("nonzero" in p for p in parts) and all("nonzero" in _of(arg) for arg in pairs):
        found.add("nonzero")
    if node.coef > 0 and _is_quadratic_form(node):
        found.add("nonnegative")
    return frozenset(found)


def _without_pairs(node: Contract) -> tuple[list[Expr], list[Expr]]:
    """Factors that are not squared, and one of each pair of equal factors at equal indices."""
    lonely: list[Expr] = []
    pairs: list[Expr] = []
    waiting: set[tuple[Expr, tuple[int, ...]]] = set()
    for item in zip(node.args, node.subs, strict=True):
        if item in waiting:
            waiting.discard(item)
            pairs.append(item[0])
        else:
            waiting.add(item)
    lonely = [arg for arg, _ in waiting]
    return lonely, pairs


def _is_quadratic_form(node: Contract) -> bool:
    """``c v' S v`` with a positive semidefinite ``S`` and nonnegative numbers ``c``."""
    numbers = [arg for arg in node.args if not arg.shape]
    if node.shape or len(node.args) != 3 + len(numbers) or len(node.dims) != 2:
        return False
    if not all("nonnegative" in _of(number) for number in numbers):
        return False
    matrices = [arg for arg in node.args if len(arg.shape) == 2]
    vectors = [arg for arg in node.args if len(arg.shape) == 1]
    return len(matrices) == 1 and len(vectors) == 2 and vectors[0] is vectors[1] and is_psd(matrices[0])


def _power(node: Power) -> frozenset[str]:
    base, exponent = _of(node.args[0]), node.exponent
    if "positive" in base or ("nonnegative" in base and exponent < 0):
        return _POSITIVE
    if exponent < 0 or exponent.denominator % 2 == 0 or exponent.numerator % 2 == 0:
        even = exponent.denominator % 2 == 0 or exponent.numerator % 2 == 0
        nonzero = exponent < 0 or "nonzero" in base
        return _POSITIVE if even and nonzero else _NONNEGATIVE if even else _NONZERO
    return base


def _apply(node: Apply) -> frozenset[str]:
    name, args = node.function.name, [_of(arg) for arg in node.args]
    if name == "abs":
        return _POSITIVE if "nonzero" in args[0] else _NONNEGATIVE
    if name == "sign":
        return args[0]
    if name == "where":
        return args[1] & args[2]
    if name == "maximum":
        return frozenset(f for f in ("positive", "nonnegative") if f in args[0] | args[1])
    if name == "minimum":
        return args[0] & args[1]
    if name in ("relu", "leaky_relu", "sinh", "tanh", "arctan", "arcsinh", "expm1", "log1p", "erf", "silu", "gelu"):
        positive = "positive" in args[0]
        return _POSITIVE if positive else _NONNEGATIVE if name == "relu" or "nonnegative" in args[0] else _NOTHING
    return frozenset(f for f in ("positive", "nonnegative") if f in node.function.facts)


def _along(node: Along) -> frozenset[str]:
    if node.function.name in ("max", "min", "prod"):
        return _of(node.args[0])
    return frozenset(f for f in ("positive", "nonnegative") if f in node.function.facts)


def _linalg(node: Linalg) -> frozenset[str]:
    return _POSITIVE if node.function.name == "det" and is_pd(node.args[0]) else _NOTHING


def _average(node: Binder) -> frozenset[str]:
    """A mean of what is positive is positive; a sum may have no terms, and an integral may run backward."""
    body = _of(node.body)
    kept = ("positive", "nonnegative") if isinstance(node, Expectation) else ("nonnegative",)
    forward = not isinstance(node, Integral) or "nonnegative" in node.variables[0].domain.facts
    return frozenset(f for f in kept if f in body) if forward else _NOTHING


_SIGN: dict[type[Expr], Callable[..., frozenset[str]]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: _extent,
    Eye: lambda node: _NONNEGATIVE,
    Positions: lambda node: _NONNEGATIVE,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Bound: _symbol,
    Series: _average,
    Integral: _average,
    Expectation: _average,
}


# ---- matrices --------------------------------------------------------------------------------------------------------
def is_declared_symmetric(node: Expr) -> bool:
    """Whether the node is a symmetric symbol, the identity, or the inverse of a symmetric symbol."""
    if isinstance(node, Symbol):
        return "symmetric" in node.domain.facts
    if isinstance(node, Linalg) and node.function.name == "inv":
        return is_declared_symmetric(node.args[0])
    return isinstance(node, Eye)


def is_symmetric(node: Expr) -> bool:
    """Whether a matrix is known to equal its transpose: declared, ``A'A``, sums, inverses and functions of such."""
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        return False
    memo = node.memo
    if memo is None:
        memo = node.memo = {}
    if "symmetric" not in memo:
        memo["symmetric"] = _is_symmetric(node)
    return bool(memo["symmetric"])


def _is_symmetric(node: Expr) -> bool:
    if is_declared_symmetric(node):
        return True
    if isinstance(node, Linalg) and node.function.name != "inv":
        return False
    if isinstance(node, Binder):
        return is_symmetric(node.body)
    if isinstance(node, Add | Power | Apply | Linalg):
        return all(is_symmetric(arg) for arg in node.args)
    if isinstance(node, Contract):
        arrays = [arg for arg, sub in zip(node.args, node.subs, strict=True) if sub]
        if len(arrays) == 1 and len(node.dims) == 2 and is_symmetric(arrays[0]):
            return True
        swapped = tuple(tuple({0: 1, 1: 0}.get(i, i) for i in sub) for sub in node.subs)
        return canonical.product_key(node.args, node.subs, 2) == canonical.product_key(node.args, swapped, 2)
    return False


def is_psd(node: Expr) -> bool:
    """Whether a matrix is known to be symmetric positive semidefinite."""
    if isinstance(node, Symbol):
        return "psd" in node.domain.facts
    if isinstance(node, Eye):
        return True
    if isinstance(node, Linalg) and node.function.name == "inv":
        return is_psd(node.args[0])
    if isinstance(node, Expectation | Series):
        return is_psd(node.body)
    if isinstance(node, Add):
        return all(is_psd(arg) for arg in node.args)
    return isinstance(node, Contract) and (_is_gram(node) or _is_positive_multiple(node))


def is_pd(node: Expr) -> bool:
    """Whether a matrix is known to be symmetric positive definite."""
    if isinstance(node, Symbol):
        return "spd" in node.domain.facts
    if isinstance(node, Eye):
        return True
    if isinstance(node, Linalg) and node.function.name == "inv":
        return is_pd(node.args[0])
    if isinstance(node, Add):
        return all(is_psd(arg) for arg in node.args) and any(is_pd(arg) for arg in node.args)
    return isinstance(node, Contract) and _is_positive_multiple(node) and all(is_pd(a) for a in node.args if a.shape)


def _is_gram(node: Contract) -> bool:
    """``A'A`` or ``AA'``."""
    if node.coef <= 0 or len(node.args) != 2 or node.args[0] is not node.args[1] or len(node.dims) != 3:
        return False
    (a, b), (c, d) = node.subs if all(len(sub) == 2 for sub in node.subs) else ((0, 0), (0, 0))
    return {(a, b), (c, d)} in ({(0, 2), (1, 2)}, {(2, 0), (2, 1)})


def _is_positive_multiple(node: Contract) -> bool:
    """A positive scalar times one positive semidefinite matrix."""
    matrices = [arg for arg in node.args if arg.shape]
    scalars = [arg for arg in node.args if not arg.shape]
    plain = len(matrices) == 1 and len(matrices[0].shape) == 2 and len(node.dims) == 2
    return plain and node.coef > 0 and all(is_positive(s) for s in scalars) and is_psd(matrices[0])


def rational(node: Expr) -> Fraction | None:
    """The value of a written rational number."""
    return node.value if isinstance(node, Constant) and isinstance(node.value, Fraction) else None


# Symmetry of a product is decided by its canonical key, and the key sorts the indices of declared symmetric factors.
from symml.calculus import canonical  # noqa: E402  # see the line above
