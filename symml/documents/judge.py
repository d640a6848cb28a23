"""What is to be made of one formula: a declaration, a definition, an equation to be solved, or a claim and its verdict.

Nothing is executed: formulas are read as data, in a process that is killed when its time is up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from symml.documents import functions
from symml.documents.customs import assumptions
from symml.errors import MisfitError, ReadError, SymmlError
from symml.expr.nodes import Add, Apply, Constant, Contract, Derivative, Expr, Eye, Linalg, Symbol
from symml.expr.walk import symbols, topological
from symml.proof.shapes import misfit
from symml.proof.verdict import Verdict, weakest
from symml.proof.verify import verify
from symml.read.declarations import read_declarations
from symml.read.expression import links_of
from symml.read.inference import Inferred, infer
from symml.read.math.reading import Reading
from symml.read.math.relation import Relation
from symml.read.numpy_source import Statement
from symml.read.sentences import is_sentence, read_sentence
from symml.render import text

# After these words an equation says what is asked for, and not what always holds.
_ASKED = re.compile(
    r"\b(?:satisf\w+|solv\w+|such that|subject to|s\.t\.|constraint\w*|condition\w*|if|when|where|assum\w+|suppose"
    r"|given|let|set|setting|iff|only if|until|unless|require\w*|model\w*|define\w*|denote\w*|with)\b[^.;:]*:?\s*$",
    re.IGNORECASE,
)
# The d of dX or d log det A, but not that of a fraction or under an integral.
_DIFFERENTIAL = re.compile(
    r"^(?![^=]*\\frac|[^=]*\\int|[^=]*[∫∂/])\s*(?:\\mathrm\{d\}|d)\s*(?:\\?(?:log|det|tr|mathbf)|[A-Z(]|\\[A-Z])[^=]*="
)
# V^\pi(s) and Q^*(s, a): what stands above belongs to the name.
_VALUE_OF_POLICY = re.compile(r"[A-Z]\^\{?(?:\\pi|\*|\\star)\}?(?:_\{?\w+\}?)?\s*\(")
_DEFINING = ("==", ":=", "<-", "~=", "proportional")
_WRONG = ("refuted", "disagrees")
_GREEK = re.compile(
    r"(?:var)?(?:alpha|beta|gamma|delta|epsilon|eps|zeta|eta|theta|iota|kappa|lam|lambda|rho|sigma|tau|upsilon|phi|chi|psi"
    r"|omega|ell)",
    re.IGNORECASE,
)
# What has a meaning of its own is not defined anew by a formula such as H(X) = ...
_FUNCTIONALS = ("H", "E", "P", "I", "V", "KL", "Var", "Cov")
_PROVED = ("proved", "proved_randomized")
_SHOWN = (*_PROVED, "certified")
_WORD = re.compile(r"(?:\\(?:mathrm|text|operatorname)\{)?([A-Za-z]{3,})\}?(?:_.*)?")


@dataclass(frozen=True)
class Piece:
    """A formula with what the document said before it.

    Attributes:
        kind: ``latex``, ``text`` or ``code``.
        source: The formula as written.
        before: The prose before it in its paragraph.
        declared: Declarations by name.
        lets: Definitions by the name that they define.
        is_sure: Whether it is marked as mathematics.
    """

    kind: str
    source: str
    before: str = ""
    declared: Mapping[str, str] = field(default_factory=dict)
    lets: Mapping[str, str] = field(default_factory=dict)
    is_sure: bool = True


@dataclass(frozen=True)
class Judgment:
    """What was found.

    Attributes:
        status: A verdict, or ``declaration``, ``definition``, ``equation``, ``expression``, ``undefined``, ``nothing``.
        excerpt: What was judged, where it is not the whole piece.
        reading: How it was understood.
        why: The reason in one sentence.
        fix: The formula that would be right.
        assumed: The declarations that were inferred.
        names: The names that are declared or defined, with their meaning.
        line: The line within the piece, from 0.
    """

    status: str
    excerpt: str = ""
    reading: str = ""
    why: str = ""
    fix: str = ""
    assumed: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


def judge(piece: Piece) -> list[Judgment]:
    """The judgments on a piece: one for a formula, one a pair of functions for code."""
    if piece.kind == "code":
        return [_of_verdict(verdict, excerpt, line=line) for excerpt, line, verdict in functions.checked(piece.source)]
    said = _declaration(piece)
    if said is not None:
        return [said]
    if _VALUE_OF_POLICY.search(piece.source):
        return [Judgment("not_understood", why="a function with a name above it; define it by a name of its own")]
    if _DIFFERENTIAL.search(piece.source):
        return [Judgment("not_understood", why="a statement about differentials; write it with derivatives")]
    try:
        found = _understood(piece)
    except MisfitError as error:
        if not piece.declared:
            return [Judgment("not_understood", why=_plain(error))]
        return [_of_verdict(misfit(error, piece.source), "")]
    except ReadError as error:
        return [Judgment("not_understood" if piece.is_sure else "nothing", why=_plain(error))]
    return [_judged(found, piece)]


def _declaration(piece: Piece) -> Judgment | None:
    """What a formula such as ``w in R^d`` declares."""
    if not is_sentence(piece.source):
        return None
    try:
        found = read_sentence(piece.source)
    except SymmlError:
        return None
    return Judgment("declaration", reading=", ".join(f"{k}: {v}" for k, v in found.items()), names=found)


def _understood(piece: Piece) -> list[Inferred]:
    """The readings of a formula with the definitions of the names in it, the most customary first."""
    declared = read_declarations(dict(piece.declared)) if piece.declared else None
    used: dict[str, str] = {}
    while True:
        found = infer(piece.source, declared, one_line=piece.kind == "text", let=tuple(used.values()), defined=used)
        reading = found[0].reading
        names = {*reading.symbols, *reading.undefined, *(symbol.name for symbol in reading.symbols.values())}
        applied = {name for name in piece.lets if re.search(rf"(?<![\w\\]){re.escape(name)}'*\(", piece.source)}
        fresh = {name: said for name, said in piece.lets.items() if name in names | applied and name not in used}
        fresh = {name: said for name, said in fresh.items() if name not in _lone(reading.value)}
        if not fresh:
            return list(found)
        used |= fresh


def _judged(found: list[Inferred], piece: Piece) -> Judgment:
    """The judgment on a formula that was understood."""
    value = found[0].reading.value
    reading = text.show(value) if isinstance(value, Expr) else repr(value)
    assumed = found[0].assumed
    if isinstance(value, Expr) or not value.relations:
        return Judgment("expression", reading=reading, assumed=assumed)
    lone = _lone(value)
    if lone:
        meaning = piece.source if value.relations[0] in ("==", ":=") else ""
        names = {name: meaning for name in lone if meaning and name not in _FUNCTIONALS}
        if len(value.sides) == 2 or not meaning:
            return Judgment("definition", reading=reading, assumed=assumed, names=names)
    try:
        links = [link for link in links_of(_without(found[0], lone)) if not _is_condition(link)]
    except SymmlError as error:
        return Judgment("undefined", reading=reading, why=error.what, assumed=assumed)
    if not links or _ASKED.search(piece.before):
        return Judgment("equation", reading=reading, assumed=assumed)
    foreign = _foreign(links)
    if foreign:
        why = f"nothing is known of {', '.join(foreign)}"
        return _worst(links, found, reading, lone, piece, or_else=Judgment("undefined", reading=reading, why=why))
    return _worst(links, found, reading, lone, piece)


def _worst(
    links: list[Statement],
    found: list[Inferred],
    reading: str,
    lone: tuple[str, ...],
    piece: Piece,
    or_else: Judgment | None = None,
) -> Judgment:
    """The verdict on the worst link; of a claim about things of which nothing is known, only a proof counts."""
    worst = weakest(verify(link.lhs, link.rhs, relation=link.relation) for link in links)
    names = dict.fromkeys(lone, piece.source)
    if or_else is not None and worst.verdict not in _PROVED:
        return or_else
    if worst.verdict in (*_WRONG, "true_if") and all(map(_is_property, links)):
        return Judgment("equation", reading=reading, assumed=found[0].assumed, names=names)
    assumed = found[0].assumed
    if worst.verdict in _WRONG:
        status, why = _granted(found[0], lone, piece) or _read_otherwise(found, lone) or ("", "")
        if status:
            return Judgment(status, reading=reading, why=why, assumed=assumed, names=names)
    return _of_verdict(worst, "", reading=reading, assumed=assumed, names=names)


def _read_otherwise(found: list[Inferred], lone: tuple[str, ...]) -> tuple[str, str] | None:
    """Another reading that is as customary, and under which the claim is shown."""
    for other in found[1:]:
        try:
            holds = other.cost == found[0].cost and _strength(other, lone) in _SHOWN
        except SymmlError:
            continue
        if holds:
            said = f"{other.reading.value!r} with {other.assumed}"
            return "ambiguous", f"true when read as {said}, false as it is read here"
    return None


def _granted(found: Inferred, lone: tuple[str, ...], piece: Piece) -> tuple[str, str] | None:
    """(status, why) of a claim that fails for all real numbers under what a text may take for granted.

    A proof under an assumption makes it true under it. Where points only agree, or nothing is decided, that is said:
    then the claim is doubtful, and neither true nor wrong.
    """
    links = links_of(_without(found, lone))
    nodes = topological(*(side for link in links for side in (link.lhs, link.rhs)))
    variables = frozenset(s.name for node in nodes if isinstance(node, Derivative) for s in symbols(node.args[1]))
    undeclared = [
        node for node in nodes
        if isinstance(node, Symbol) and node.name not in piece.declared and node.domain.name == "real"
    ]  # fmt: skip
    weaker: dict[str, str] = {}
    for extra, words in assumptions(undeclared, variables):
        try:
            again = _understood(replace(piece, declared={**piece.declared, **extra}))[0]
            strength = _strength(again, lone)
        except SymmlError:
            continue
        if strength in _PROVED:
            return "true_if", f"true if {words}"
        weaker.setdefault(strength, words)
    if "certified" in weaker:
        return "true_if", f"no exception was found if {weaker['certified']}"
    if "not_understood" in weaker:
        return "undecided", f"false for some real numbers, and not decided if {weaker['not_understood']}"
    return None


def _strength(found: Inferred, lone: tuple[str, ...]) -> str:
    """The verdict on the weakest link of a reading."""
    links = links_of(_without(found, lone))
    return weakest(verify(link.lhs, link.rhs, relation=link.relation) for link in links).verdict


def _of_verdict(
    verdict: Verdict,
    excerpt: str,
    *,
    reading: str = "",
    assumed: str = "",
    names: Mapping[str, str] | None = None,
    line: int = 0,
) -> Judgment:
    why = f"true if {verdict.assumption}" if verdict.assumption else verdict.reason
    if verdict.counterexample is not None and not verdict.assumption:
        why = str(verdict.counterexample)
    elif verdict.verdict in _WRONG:
        why = "; ".join([verdict.reason, *verdict.notes])
    fix = ""
    if verdict.diagnosis is not None and not verdict.assumption:
        why += f"; likely {verdict.diagnosis.words or verdict.diagnosis.kind}"
        fix = verdict.diagnosis.latex or verdict.diagnosis.fix
    return Judgment(verdict.verdict, excerpt, reading or verdict.statement, why, fix, assumed, names or {}, line=line)


# ---- kinds of statements ---------------------------------------------------------------------------------------------
def _lone(value: Expr | Relation) -> tuple[str, ...]:
    """The name that a statement gives a meaning to: a symbol alone on the left that the rest does not speak of."""
    if not isinstance(value, Relation) or value.relations[:1] not in [
        ("==",),
        (":=",),
        ("<-",),
        ("~=",),
        ("proportional",),
    ]:
        return ()
    left, *rest = value.sides
    if not isinstance(left, Symbol):
        return ()
    others = {symbol.name for side in rest if isinstance(side, Expr) for symbol in symbols(side)}
    return () if left.name in others else (left.name,)


def _without(found: Inferred, lone: tuple[str, ...]) -> Reading:
    """The reading without the side that is only defined."""
    value = found.reading.value
    assert isinstance(value, Relation)
    if not lone:
        return found.reading
    undefined = tuple(name for name in found.reading.undefined if name not in _spellings(lone, found))
    rest = replace(value, sides=value.sides[1:], relations=value.relations[1:], undefined=undefined)
    return replace(found.reading, value=rest, undefined=undefined)


def _spellings(lone: tuple[str, ...], found: Inferred) -> set[str]:
    return {key for key, symbol in found.reading.symbols.items() if symbol.name in lone} | set(lone)


def _is_condition(link: Statement) -> bool:
    """Whether a link sets something to a number, as in ``sum(p) = 1``: it is asked for, and does not always hold."""
    sides = (link.lhs, link.rhs)
    return any(isinstance(side, Constant) for side in sides) and any(True for _ in _variables(sides))


def _foreign(links: list[Statement]) -> list[str]:
    """Functions and words of which the document says nothing: a claim about them can be proved, and not refuted."""
    found: dict[str, None] = {}
    for link in links:
        for node in topological(link.lhs, link.rhs):
            if isinstance(node, Apply) and node.function.undefined:
                found[node.function.name] = None
            elif isinstance(node, Symbol) and _is_word(node.name):
                found[node.name] = None
    return list(found)


def _is_word(name: str) -> bool:
    match = _WORD.fullmatch(name)
    return match is not None and _GREEK.fullmatch(match[1]) is None


def _is_property(link: Statement) -> bool:
    """Whether a link says what a matrix is like, as ``S = S'``, ``P P = P`` and ``Q'Q = I`` do."""
    if _is_eigenvector(link.lhs, link.rhs) or _is_eigenvector(link.rhs, link.lhs):
        return True
    nodes = topological(link.lhs, link.rhs)
    names = {node for node in nodes if isinstance(node, Symbol)}
    is_matrix = len(names) == 1 and all(len(symbol.shape) == 2 for symbol in names)
    return is_matrix and all(isinstance(node, Symbol | Contract | Add | Eye | Linalg) for node in nodes)


def _is_eigenvector(left: Expr, right: Expr) -> bool:
    """Whether it says that a matrix maps a vector to a multiple of it: A v = c v."""
    if not isinstance(right, Contract) or len(right.shape) != 1:
        return False
    vectors = [arg for arg in right.args if arg.shape]
    factors = [arg for arg in right.args if not arg.shape]
    plain = len(vectors) == 1 and len(factors) == 1 and all(isinstance(arg, Symbol) for arg in (*vectors, *factors))
    return plain and vectors[0] in symbols(left)


def _variables(sides: tuple[Expr, ...]) -> Iterator[Symbol]:
    for side in sides:
        yield from symbols(side)


def _plain(error: SymmlError) -> str:
    return f"{error.what}; {error.cure}" if error.cure else error.what
