"""Shapes that nobody declared, found by unification: what must be the case for the text to make sense.

Custom says what a letter may be, the most likely first: capitals are matrices, bold small letters vectors, Greek
letters numbers. Every assignment that makes sense is found in order of how unusual it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, product

from symml.errors import ReadError
from symml.expr.dims import Dim, dim_names, size
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.read.declarations import Declarations, read_declarations
from symml.read.math.elaborate import Learned
from symml.read.math.reading import Reading, read

_MAX_TRIES = 300
_MAX_READINGS = 4
_OPEN = "open_"
_MATRIX, _VECTOR, _NUMBER, _FUNCTION = "matrix", "vector", "number", "function"
# Rows of a matrix with the capital's name, and a vector of probabilities.
_ROWS, _PROBABILITIES, _RANDOM, _RANDOM_VECTOR = "rows", "probabilities", "random", "random vector"
_RANKS = {_MATRIX: 2, _VECTOR: 1, _NUMBER: 0, _PROBABILITIES: 1, _RANDOM: 0, _RANDOM_VECTOR: 1}
_DOMAINS = {_PROBABILITIES: "simplex", _RANDOM: "random", _RANDOM_VECTOR: "random"}
# Letters for sizes in the order in which books use them: of a matrix of data, rows and columns.
_SIZES = ("n", "d", "m", "k", "p", "q", "r", "s")
# Letters that count, where a text has them as numbers.
_COUNTS = ("n", "d", "m", "k")
_SCRIPTED = re.compile(r"[_^'].*")
_STYLED = re.compile(r"\\(?:mathbf|boldsymbol|bm|vec|mathit)\s*\{(.*)\}$")
_ACCENTED = re.compile(r"\\(?:hat|bar|tilde|dot|ddot|check|widehat|widetilde)\s*\{?(.*?)\}?$")
_ARRAY_SIGNS = re.compile(
    r"\\top|\\intercal|\^\{?T\}?|ᵀ|\\\||‖|\\nabla|∇|\\odot|⊙|\\mathbf|\\boldsymbol|\\vec|\\bm|\\mathrm\{tr"
)
_MEANS = re.compile(r"\b[EV]\s*\[|\\mathbb\{?E|\bVar\b|\bCov\b|\\operatorname\{(?:E|Var|Cov)\}")
# A capital Sigma of plain text that is no sum.
_SIGMA = re.compile(r"(?:[A-Za-z)ᵀ]\s*)Σ(?!\s*[_\[({₀-₉ᵢⱼₖₙ])|Σ\s*(?:\^|⁻|ᵀ)")
_GREEK_WORDS = re.compile(r"lam|eps|eta|rho|tau|phi|psi|chi|mu|nu|xi|pi")
# Letters that are numbers about as often as arrays.
_SOFT = re.compile(r"[abcst]")
_SPELLINGS = {
    "lambda": "lam",
    "epsilon": "eps",
    "varepsilon": "eps",
    "vartheta": "theta",
    "varphi": "phi",
    "varrho": "rho",
}
_GREEK_CAPITALS = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega")
# What a letter may be, the most likely first.
_CUSTOM = (
    (re.compile(r"[A-CDF-HKMP-SU-Z]"), (_MATRIX, _NUMBER)),
    (re.compile(r"[EIJLNOT]"), (_NUMBER, _MATRIX, _FUNCTION)),
    (re.compile(rf"\\?(?:{'|'.join(_GREEK_CAPITALS)})|[ΓΔΘΛΞΠΣΦΨΩ]"), (_MATRIX, _NUMBER)),
    (re.compile(r"[ijkltnmdNe]|\\pi|π|.*(?=\d).*"), (_NUMBER,)),
    (re.compile(r"[fgh]"), (_VECTOR, _NUMBER, _FUNCTION)),
    (re.compile(r"[pq]"), (_VECTOR, _NUMBER, _PROBABILITIES)),
    (re.compile(r"[a-z]"), (_VECTOR, _NUMBER, _ROWS)),
    (re.compile(r"\\?(?:theta|beta|mu|phi|xi|psi|zeta|alpha|nu)|[θβμφξψζαν]"), (_VECTOR, _NUMBER)),
    (re.compile(r".*"), (_NUMBER, _VECTOR)),
)  # fmt: skip


@dataclass(frozen=True)
class Inferred:
    """A reading with what had to be assumed for it.

    Attributes:
        reading: The reading under these declarations.
        declarations: What was declared, with what was inferred.
        assumed: The inferred part, as it would be declared: ``X: n d, w: d``.
        cost: How unusual that is; 0 where custom is followed everywhere.
    """

    reading: Reading
    declarations: Declarations
    assumed: str
    cost: int = 0


def infer(
    text: str,
    declared: Declarations | None = None,
    *,
    one_line: bool = False,
    let: Sequence[str] = (),
    defined: Iterable[str] = (),
) -> tuple[Inferred, ...]:
    """The readings of a text with undeclared names, the most customary first; at most four.

    Args:
        text: LaTeX, or Unicode mathematics.
        declared: What is declared; it is never changed.
        one_line: Whether the text is Unicode mathematics.
        let: Definitions that the text uses.
        defined: The names that they define.

    Raises:
        ReadError: There is no reading, whatever the names are.
    """
    search = _Search(text, declared or Declarations(), one_line, tuple(let))
    search.defined = frozenset(map(_spelled, defined))
    return search.found()


def kinds_of(name: str, has_arrays: bool = True) -> tuple[str, ...]:
    """What a name may be by custom, the most likely first."""
    bare = _bare(name)
    styled = _STYLED.match(bare)
    if styled:
        return (_MATRIX,) if styled[1][:1].isupper() or styled[1].lstrip("\\") in _GREEK_CAPITALS else (_VECTOR,)
    accented = _ACCENTED.match(bare)
    if accented:
        return kinds_of(accented[1], has_arrays)
    found = next(kinds for pattern, kinds in _CUSTOM if pattern.fullmatch(bare))
    is_small = found[0] == _VECTOR
    return tuple(sorted(found, key=lambda kind: kind != _NUMBER)) if is_small and not has_arrays else found


class _Search:
    """Assignments of kinds to names, the cheapest first."""

    def __init__(self, text: str, declared: Declarations, one_line: bool, let: tuple[str, ...]) -> None:
        self.text, self.declared, self.one_line, self.let = text, declared, one_line, let
        self.has_arrays = _ARRAY_SIGNS.search(text) is not None or any(s.shape for s in declared.symbols.values())
        self.error: ReadError | None = None
        self.defined: frozenset[str] = frozenset()

    def found(self) -> tuple[Inferred, ...]:
        """The readings that make sense.

        Raises:
            ReadError: There is none: the error of the most customary assignment.
        """
        readings: list[Inferred] = []
        worst = float("inf")
        for cost, kinds, dims in self._successes():
            if cost > worst or len(readings) == _MAX_READINGS:
                break
            worst = min(worst, cost + 2)
            readings.append(self._finished(kinds, dims, cost))
        if not readings:
            raise self.error or ReadError("there are too many names to guess", cure="declare the shapes")
        return tuple(readings)

    def _successes(self) -> Iterator[tuple[int, dict[str, str], dict[str, Dim]]]:
        order = count()
        sigma = (
            {"Σ": _MATRIX} if self.one_line and _SIGMA.search(self.text) and "Σ" not in self.declared.symbols else {}
        )
        queue: list[tuple[int, int, dict[str, str]]] = [(0, next(order), sigma)]
        late: list[tuple[int, dict[str, str], dict[str, Dim]]] = []
        for _ in range(_MAX_TRIES):
            if not queue:
                break
            cost, _, kinds = heappop(queue)
            try:
                reading, dims = self._read(kinds)
                unknown = self._guessed_numbers(reading, kinds)
            except ReadError as error:
                self.error = self.error or error
                reading, dims, unknown = None, {}, [name for name in error.unknown if self._may_help(name, kinds)]
            for name in unknown[:1]:
                for extra, kind in self._options(name, kinds):
                    heappush(queue, (cost + extra, next(order), {**kinds, **kind}))
            if reading is not None and not unknown and not _is_unlikely(reading):
                yield cost, kinds, dims
            elif reading is not None and not unknown:
                late.append((cost, kinds, dims))
        yield from late

    def _options(self, name: str, kinds: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
        """What a name may be, with how unusual that is; a word of plain text may be letters side by side."""
        word = _word(name)
        is_name = len(word) > 2 and re.match(rf"\s*{re.escape(word)}\s*:?=", self.text)
        if self.one_line and word in self.text and _may_be_letters(word) and not is_name:
            beside = kinds | {letter: _MATRIX for letter in word if letter.isupper()}
            letters = [self._options(letter, beside) for letter in word if letter not in kinds]
            return [
                (sum(cost for cost, _ in parts), {key: kind for _, part in parts for key, kind in part.items()})
                for parts in product(*letters)
            ]
        name = _spelled(name)
        if self._has_entries(name):
            return [(0, {name: _VECTOR}), (2, {name: _NUMBER})]
        found = [{name: kind} for kind in kinds_of(name, self._has_arrays(kinds)) if kind != _ROWS]
        if _FUNCTION in kinds_of(name) and re.search(rf"\b{re.escape(name)}'*\(", self.text):
            found = [{name: _FUNCTION}]
        if _MEANS.search(self.text) and _bare(name) in ("X", "Y", "Z"):
            found[:0] = [{name: _RANDOM}, {name: _RANDOM_VECTOR}]
        if _ROWS in kinds_of(name) and len(name) == 1 and name.upper() not in self.text:
            found.append({name.upper(): _MATRIX})
        step = 1 if _SOFT.fullmatch(name) else 2
        return [(step * place, option) for place, option in enumerate(found)]

    def _guessed_numbers(self, reading: Reading, kinds: dict[str, str]) -> list[str]:
        """Names that were taken for numbers without a word, and may be more by custom."""
        symbols = {symbol.name: symbol for symbol in reading.symbols.values()}
        plain = [name for name, symbol in symbols.items() if not symbol.shape and symbol.domain.name == "real"]
        names = [name for name in plain if self._may_help(name, kinds) and name not in reading.undefined]
        words = [name for name in reading.undefined if self.one_line and _is_product(name)]
        words += [name for name in reading.undefined if self._is_variable(name) and self._may_help(name, kinds)]
        arrays = self._has_arrays(kinds)
        return words + [name for name in names if (arrays and len(kinds_of(name)) > 1) or self._has_entries(name)]

    def _has_entries(self, name: str) -> bool:
        """Whether entries of it are written by number, as ``v_1``."""
        return re.search(rf"(?<![A-Za-z\\]){re.escape(name)}_\{{?\d", self.text) is not None

    def _is_variable(self, name: str) -> bool:
        """Whether a name of which nothing is known is transposed, or something is differentiated by it."""
        own = re.escape(name)
        found = re.search(
            rf"(?:\\nabla(?:\^\d)?_\{{?|\\partial\s*){own}(?![A-Za-z])|(?<![A-Za-z\\]){own}\^\{{?(?:T|\\top)", self.text
        )
        return found is not None and not name[:1].isupper()

    def _may_help(self, name: str, kinds: dict[str, str]) -> bool:
        """Whether a name has no kind yet, and may be of several."""
        spelled = _spelled(name)
        known = spelled in kinds or spelled in self.declared.symbols or spelled.upper() in kinds
        known = known or spelled in self.defined
        return not known and kinds_of(name) != (_NUMBER,)

    def _has_arrays(self, kinds: dict[str, str]) -> bool:
        return self.has_arrays or any(kind in (_MATRIX, _VECTOR) for kind in kinds.values())

    def _read(self, kinds: dict[str, str]) -> tuple[Reading, dict[str, Dim]]:
        """The reading under an assignment, with the dims that it told."""
        dims: dict[str, Dim] = {}
        for _ in range(_MAX_TRIES):
            declared = self._declarations(kinds, dims)
            shapes = [symbol.shape for symbol in declared.symbols.values()]
            still = frozenset(
                name for shape in shapes for dim in shape for name in dim_names(dim) if name.startswith(_OPEN)
            )
            try:
                return read(self.text, declared, one_line=self.one_line, let=self.let, guessed=still), dims
            except Learned as learned:
                dims = {name: _put_in(dim, learned) for name, dim in dims.items()} | {learned.name: learned.dim}
        raise ReadError("the sizes in this formula do not settle", cure="declare the shapes")

    def _declarations(self, kinds: dict[str, str], dims: dict[str, Dim]) -> Declarations:
        """What is declared, and what is assumed with open dims."""
        given: dict[str, object] = {**self.declared.symbols, **dict.fromkeys(self.declared.functions, "function")}
        for place, (name, kind) in enumerate(kinds.items()):
            if kind == _FUNCTION:
                given[name] = "function"
                continue
            axes = [f"{_OPEN}{place}_{axis}" for axis in range(_RANKS[kind])]
            shape = tuple(dims.get(axis, size(axis)) for axis in axes)
            given[name] = symbol_node(name, shape, DOMAINS[_DOMAINS[kind]]) if kind in _DOMAINS else shape
        found = read_declarations(given)
        return Declarations(
            found.symbols,
            {**found.sizes, **self.declared.sizes},
            found.functions,
            self.declared.numbers,
            self.declared.kinds,
        )

    def _finished(self, kinds: dict[str, str], dims: dict[str, Dim], cost: int) -> Inferred:
        """The reading with letters for the sizes that are left open."""
        taken = {name for name in kinds if len(name) == 1} | set(self.declared.symbols)
        taken |= {name for dim in dims.values() for name in dim_names(dim)}
        shapes = [self._declarations(kinds, dims).symbols[name].shape for name, kind in kinds.items() if kind in _RANKS]
        free = [letter for letter in _SIZES if letter not in taken]
        if _MATRIX not in kinds.values():  # the d of 1/d is the length of the vector
            free.sort(key=lambda letter: letter not in _COUNTS or not _stands_alone(letter, self.text))
        letters = iter(free + [f"n{k}" for k in range(1, 20)])
        named = dict(dims)
        for shape in shapes:
            for dim in shape:
                for name in dim_names(dim):
                    if name.startswith(_OPEN) and name not in named:
                        named[name] = size(next(letters))
        named = {name: _resolved(dim, named) for name, dim in named.items()}
        declared = self._declarations(kinds, named)
        again = read(self.text, declared, one_line=self.one_line, let=self.let)
        return Inferred(again, declared, _said(kinds, declared), cost)


def _is_unlikely(reading: Reading) -> bool:
    """Whether the sides of an equation have different shapes, or a number is added to every entry of an array."""
    value = reading.value
    if any("added to every entry" in note for note in reading.notes):
        return True
    if isinstance(value, Expr):
        return False
    return any(
        isinstance(a, Expr) and isinstance(b, Expr) and sign in ("==", "<=", ">=") and a.shape != b.shape
        for a, sign, b in value.links
    )


def _stands_alone(letter: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", text) is not None


def _word(name: str) -> str:
    """A word of plain text without its style."""
    return name.removeprefix(r"\mathrm{").removesuffix("}") if name.startswith(r"\mathrm{") else name


def _spelled(name: str) -> str:
    r"""``lam`` of ``\lambda``: the name under which a letter is declared."""
    word = name.removeprefix("\\")
    return _SPELLINGS.get(word, word) if word.isalpha() else name


def _bare(name: str) -> str:
    return _SCRIPTED.sub("", name)


def _may_be_letters(word: str) -> bool:
    """Whether a word of plain text may be letters side by side: it is short, and no Greek letter by name."""
    return 1 < len(word) <= 3 and word.isalpha() and word.isascii() and not _GREEK_WORDS.fullmatch(word)


def _is_product(name: str) -> bool:
    """Whether a word of plain text is a capital beside a small letter, as in A v."""
    word = _word(name)
    return len(word) == 2 and word.isascii() and word.isalpha() and word[0].isupper() and word[1].islower()


def _put_in(dim: Dim, learned: Learned) -> Dim:
    return _resolved(dim, {learned.name: learned.dim})


def _resolved(dim: Dim, known: dict[str, Dim]) -> Dim:
    """A dim with what is known put in, until nothing more is."""
    for _ in range(len(known) + 1):
        if not any(name in known for name in dim_names(dim)) or isinstance(dim, int):
            break
        total: Dim = dim.offset
        for name, coef in dim.terms:
            total = total + coef * known.get(name, size(name))  # type: ignore[assignment] # sums of dims are dims
        dim = total
    return dim


def _said(kinds: dict[str, str], declared: Declarations) -> str:
    """The assignment as declarations."""
    parts: list[str] = []
    for name, kind in kinds.items():
        if kind == _FUNCTION:
            parts.append(f"{name}: function")
        else:
            symbol: Symbol = declared.symbols[name]
            words = [str(dim).replace(" ", "") for dim in symbol.shape]
            words += [symbol.domain.name] if symbol.domain.name != "real" else []
            parts.append(f"{name}: {' '.join(words)}".rstrip())
    return ", ".join(parts)
