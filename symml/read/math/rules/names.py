"""Names: what is declared, known letters such as e, pi, I and delta, and symbols whose nature is inferred."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.errors import ReadError
from symml.expr import arithmetic
from symml.expr.build import mean, ones
from symml.expr.dims import Dim
from symml.expr.nodes import Expr, Symbol, basis, constant, extent, eye, symbol_node
from symml.read.math.names import Declared, keys_of
from symml.read.math.rules.indices import letter_of, numbers, shifted, take
from symml.read.math.tree import Node, Written
from symml.read.math.value import Value
from symml.read.math.vocabulary import METRICS

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_GREEK_LOWER = [
    r"\alpha",
    r"\beta",
    r"\gamma",
    r"\delta",
    r"\epsilon",
    r"\zeta",
    r"\eta",
    r"\theta",
    r"\iota",
    r"\kappa",
    r"\lambda",
    r"\mu",
    r"\nu",
    r"\xi",
    r"\rho",
    r"\sigma",
    r"\tau",
    r"\upsilon",
    r"\phi",
    r"\varphi",
    r"\chi",
    r"\psi",
    r"\omega",
    r"\ell",
]
_ACCENTS = (r"\hat", r"\tilde", r"\bar", r"\check", r"\dot", r"\ddot")
_CONSTANTS = {"e": "e", r"\mathrm{e}": "e", r"\pi": "pi"}
_IDENTITIES = ("I", r"\mathbf{I}", r"\mathbb{I}", r"\mathbb{1}", r"\mathrm{Id}", r"\mathrm{I}")
_ONES = (r"\mathbf{1}", r"\vec{1}", r"\mathbb{1}")
_ZEROS = (r"\mathbf{0}", r"\vec{0}")


def declared(e: Elaborator, node: Node) -> Value:
    """A declared symbol, dim or number."""
    row: Declared = node.value
    if row.kind == "symbol":
        assert isinstance(row.value, Symbol)
        given = _given(e, f"={row.name}")
        return Value(row.value) if given is None else given
    if row.kind in ("size", "number"):
        assert not isinstance(row.value, Symbol) and row.value is not None
        return Value(extent(row.value))
    if row.kind in ("event", "random"):
        raise e.error(node, f"{row.name} is declared as {row.kind}: it is no number here", "write P(A) or E[X]")
    raise e.error(node, f"{row.name} is a function", f"write {row.name}(...)")


def name(e: Elaborator, node: Node) -> Value:
    """An undeclared name: local, running, known, an entry of something declared, or inferred."""
    written: Written = node.value
    given = _given(e, written.key)
    if given is not None:
        return given
    if not node.args and identifier(written) in e.definitions:
        return _at_its_own_arguments(e, node, written)
    whole = _given(e, Written(written.base).key) if node.args else None
    if whole is not None:
        return take(e, node, whole, list(node.args))
    if not node.args and not written.sub and e.range_of(written.key) is not None:
        return numbers(e, node, written.key)
    known = _known(e, node, written)
    if known is not None:
        return known
    if not written.sub and written.key in e.open_dims | e.known.keys():
        return Value(extent(e.unknown(written.key)))
    relative = _entry_of_relative(e, node, written)
    return relative if relative is not None else inferred(e, node, written)


def _given(e: Elaborator, key: str) -> Value | None:
    """What the text says that a name stands for, or the root of what it says that its square is."""
    found = e.given(key)
    square = e.given(f"{key}^2") if found is None else None
    if square is None:
        return found
    e.note(f"{key.removeprefix('=')} is the nonnegative root of its square")
    return square.with_expr(arithmetic.rational_power(square.expr, Fraction(1, 2)))


def _at_its_own_arguments(e: Elaborator, node: Node, written: Written) -> Value:
    """The L of ``L(w) = ...`` without its bracket."""
    name = identifier(written)
    e.used.add(name)
    e.note(f"{e.written(node)} is {written} at the names of its definition")
    found: Value = e.definitions[name].itself()
    return found


# ---- known letters ---------------------------------------------------------------------------------------------------
def _known(e: Elaborator, node: Node, written: Written) -> Value | None:
    if written.base in _CONSTANTS and not written.sub and not written.sup:
        return Value(constant(_CONSTANTS[written.base]))
    if written.base in ("e", r"\mathbf{e}", r"\mathrm{e}") and len(node.args) == 1:
        return _unit_vector(e, node, node.args[0])
    if written.base == r"\delta" and len(node.args) == 2:
        return _delta(e, node)
    if written.base in _ONES and not (written.base == r"\mathbb{1}" and written.sub):
        return Value(ones(_own_dim(e, node, written)))
    if written.base in _ZEROS:
        return Value(arithmetic.zeros((_own_dim(e, node, written),)))
    if written.base in _IDENTITIES and written.sup == "":
        return Value(eye(_own_dim(e, node, written)))
    return None


def _own_dim(e: Elaborator, node: Node, written: Written) -> Dim:
    """The size of an identity or of a vector of ones: written below it, or found from what it meets."""
    if len(node.args) == 1:
        return e.dim(node.args[0])
    return e.unknown(f"size_{node.start}")


def _unit_vector(e: Elaborator, node: Node, at: Node) -> Value:
    letter, shift = shifted(e, at)
    dim = e.unknown(f"size_{node.start}")
    if letter is None:
        number = e.dim(at)
        found = number - 1
        assert not isinstance(found, Expr)
        return Value(basis(dim, found))
    row = e.range_of(letter)
    own = dim if row is None else e.resolve(row.dim)
    if row is None:
        e.free_index(letter, dim)
    if shift != 0:
        raise e.error(node, "a unit vector of a shifted index", "write it with a sum")
    return Value(eye(own), (letter,))


def _delta(e: Elaborator, node: Node) -> Value:
    """Kronecker's delta of two indices."""
    letters = [letter_of(part) for part in node.args]
    if None in letters:
        raise e.error(node, f"not understood: {e.written(node)}", "Kronecker's delta has two running indices")
    return kronecker(e, node, str(letters[0]), str(letters[1]))


def kronecker(e: Elaborator, node: Node, a: str, b: str) -> Value:
    """1 where two indices are equal."""
    if a == b:
        raise e.error(node, "an index compared with itself")
    for one, other in ((a, b), (b, a)):
        if e.range_of(one) is None:
            row = e.range_of(other)
            e.free_index(one, e.unknown(f"n_{node.start}_{one}") if row is None else row.dim)
    first, second = e.range_of(a), e.range_of(b)
    assert first is not None and second is not None
    if (first.low or 1) != (second.low or 1) or not e.unify(first.dim, second.dim):
        return _shifted_delta(e, node, a, b)
    return Value(eye(e.resolve(first.dim)), (a, b))


def _shifted_delta(e: Elaborator, node: Node, a: str, b: str) -> Value:
    raise e.error(node, f"{a} and {b} run over different ranges", "write the sum over one of them")


# ---- entries of relatives --------------------------------------------------------------------------------------------
def _entry_of_relative(e: Elaborator, node: Node, written: Written) -> Value | None:
    """``x_i`` where X or bold x is declared: a row of X as a column, an entry of the bold vector; ``a_{ij}`` of A."""
    indices = list(node.args)
    if not indices:
        return None
    for base in relatives(written.base):
        row = e.table.find(base)
        if row is None or row.kind != "symbol":
            continue
        symbol = row.value
        assert isinstance(symbol, Symbol)
        value = Value(symbol)
        if value.rank == 0 or len(indices) > value.rank:
            continue
        if not (written.sup or all(_is_index(e, part) for part in indices)):
            continue
        found = take(e, node, value, indices)
        e.note(f"{e.written(node)} is {'row' if found.rank else 'entry'} {e.written(indices[0])} of {row.name}")
        return found
    return None


def _is_index(e: Elaborator, node: Node) -> bool:
    letter, _ = shifted(e, node)
    return letter is not None or node.kind == "number"


def relatives(base: str) -> list[str]:
    """The spellings of what a small letter may be an entry of: the bold letter, the capital."""
    plain = base[len(r"\mathbf{") : -1] if base.startswith(r"\mathbf{") else base
    found = [base, plain, r"\mathbf{" + plain + "}", r"\vec{" + plain + "}"]
    if len(plain) == 1 and plain.islower():
        found += [plain.upper(), r"\mathbf{" + plain.upper() + "}"]
    elif plain in _GREEK_LOWER:
        found.append("\\" + plain[1].upper() + plain[2:])
    return found


# ---- inference -------------------------------------------------------------------------------------------------------
def inferred(e: Elaborator, node: Node, written: Written) -> Value:
    """A symbol that is not declared: a number, or an array where it has running indices."""
    indexed = [part for part in node.args if shifted(e, part)[0] is not None and _runs(e, part)]
    if indexed and len(indexed) == len(node.args):
        array = _array(e, node, Written(written.base), len(indexed))
        return take(e, node, array, list(node.args))
    like = _bare_of_accent(e, written)
    like = _sibling(e, written) if like is None else like
    if like is not None:
        return _of_its_kind(e, node, written, like)
    if written.key == "i":
        raise e.error(
            node, "i is not declared: an index that nothing binds, or the imaginary unit?", "numbers are real"
        )
    if not _looks_like_number(written) or _may_be_product(e, node, written):
        raise undeclared(e, node, written)
    symbol = e.inferred.get(written.key)
    if symbol is None:
        symbol = symbol_node(identifier(written), ())
        e.inferred[written.key] = symbol
        e.note(f"{e.written(node)} is a real number")
    return Value(symbol)


def _bare_of_accent(e: Elaborator, written: Written) -> Symbol | None:
    r"""The declared symbol under an accent: y of ``\hat{y}``."""
    accent, _, rest = written.base.partition("{")
    row = e.table.find(rest.removesuffix("}")) if accent in _ACCENTS else None
    return row.value if row is not None and isinstance(row.value, Symbol) else None


def _sibling(e: Elaborator, written: Written) -> Symbol | None:
    """The declared symbol of the same letter under another index: m_t of ``m_{t-1}``."""
    if not written.sub:
        return None
    start = written.base + "_{"
    found = {row.value for key, row in e.table.found.items() if key.startswith(start) and isinstance(row.value, Symbol)}
    return found.pop() if len({symbol.shape for symbol in found}) == 1 else None


def _of_its_kind(e: Elaborator, node: Node, written: Written, like: Symbol) -> Value:
    r"""``\hat{y}`` of a declared y has its shape; ``\bar{x}`` of an array may be its mean, and is asked for."""
    if like.shape and written.base.startswith(r"\bar"):
        return _mean_of(e, node, written, like)
    if like.shape and written.sub and written.base.startswith("\\") and "{" in written.base:
        raise undeclared(e, node, written)
    symbol = e.inferred.setdefault(written.key, symbol_node(identifier(written), like.shape))
    e.note(f"{written} has the shape of {like.name}")
    return Value(symbol)


def _mean_of(e: Elaborator, node: Node, written: Written, like: Symbol) -> Value:
    r"""``\bar{y}`` of a declared vector is the mean of its entries."""
    if len(like.shape) != 1 or written.sub:
        raise undeclared(e, node, written)
    e.note(f"{written} is the mean of {like.name}")
    return Value(mean(like))


def _runs(e: Elaborator, node: Node) -> bool:
    letter, _ = shifted(e, node)
    return letter is not None and letter in e.ranges


def _array(e: Elaborator, node: Node, written: Written, rank: int) -> Value:
    """An undeclared array, by the number of its indices; its dims are what the indices run over."""
    key = written.key
    symbol = e.inferred.get(key)
    if symbol is None:
        if not _looks_like_number(written) and rank < 2:
            raise undeclared(e, node, written)
        shape = tuple(e.unknown(f"n_{'_'.join(filter(str.isalnum, key))}_{k}") for k in range(rank))
        symbol = symbol_node(identifier(written), shape)
        e.inferred[key] = symbol
        e.note(f"{written} is a {'vector' if rank == 1 else 'matrix'} of real numbers")
    elif len(symbol.shape) != rank:
        raise e.error(node, f"{written} has {len(symbol.shape)} indices elsewhere", "declare it")
    return Value(symbol)


def _looks_like_number(written: Written) -> bool:
    """Whether custom makes an undeclared name a number: a small letter, or a word."""
    base = written.base
    for accent in (r"\hat", r"\bar", r"\tilde", r"\dot"):
        if base.startswith(accent + "{"):
            base = base[len(accent) + 1 : -1]
    if base.startswith(r"\mathrm{"):
        return True
    return (len(base) == 1 and base.islower()) or base in _GREEK_LOWER


def _may_be_product(e: Elaborator, node: Node, written: Written) -> bool:
    """Whether a word of plain text may be letters side by side, such as Xw."""
    word = written.base[len(r"\mathrm{") : -1]
    if e.source.startswith(r"\operatorname", node.start):
        return True
    if not written.base.startswith(r"\mathrm{") or e.source[node.start : node.start + 1] == "\\":
        return False
    rows = [e.table.find(letter) for letter in word]
    if word in METRICS:
        return False
    return len(word) < 3 or any(row is not None and getattr(row.value, "shape", ()) for row in rows)


def undeclared(e: Elaborator, node: Node, written: Written) -> ReadError:
    """The error for a name that may be anything."""
    known = [row.name for row in e.table.found.values()]
    close = get_close_matches(str(written), known, n=1)
    shown = str(written)
    cure = f"did you mean {close[0]}? " if close else ""
    error = e.error(
        node, f"{shown} is not declared", f"{cure}declare it in shapes, as in '{shown}: n d' or '{shown}:' for a number"
    )
    error.unknown = (shown,)
    return error


def identifier(written: Written) -> str:
    """The name as a word of code where the printed name is the same, else as written."""
    for option in _spellings(written):
        if option.isidentifier() and keys_of(option)[0] == written.key:
            return option
    return written.key


def _spellings(written: Written) -> list[str]:
    base, accent = written.base, ""
    for mark in ("hat", "bar", "tilde"):
        if base.startswith(f"\\{mark}{{"):
            base, accent = base[len(mark) + 2 : -1], "_" + mark
    word = {r"\lambda": "lam", r"\epsilon": "eps"}.get(base, base.removeprefix("\\"))
    word = word.removeprefix("mathrm{").removesuffix("}")
    below = written.sub.replace("\\", "").replace("mathrm{", "").replace("}", "").replace(",", "_")
    if not below:
        return [word + accent]
    return [word + accent + below, f"{word}{accent}_{below}"]


RULES: dict[str, Callable[..., Value]] = {"declared": declared, "name": name}
