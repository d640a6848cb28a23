"""``symml new``: the few lines with which a new entry begins."""

from __future__ import annotations

from importlib import import_module

from symml.catalog.book import chapters, has_entry
from symml.catalog.entry import KINDS
from symml.errors import SymmlError

_BODIES = {
    "identity": "    yield x - x\n    yield by.algebra, 0 * x",
    "definition": "    yield x",
    "inequality": "    yield x**2\n    yield by.squares, at_least(ZERO)\n    yield tight(x, 0)",
    "example": '    yield sqrt(2 * ONE)\n    yield by.rounding, rounded("1.4142")',
    "limit": "    yield 1 / x\n    yield by.limit, ZERO",
    "algorithm": "    yield x, x / 2",
    "pitfall": "    yield x + x\n    yield by.algebra, x**2",
}
_DERIVATIVE = "    yield deriv(x**2, x)\n    yield by.power_rule, 2 * x"
_NUMBERS = {"inequality": "ZERO", "limit": "ZERO", "example": "ONE"}
_MORE = {"limit": ', at="x -> oo"', "pitfall": ', instead="chapter.name of what is true"'}


def skeleton(id: str, kind: str = "identity") -> str:
    """The text of a new entry, to be pasted into its chapter.

    Raises:
        SymmlError: The id is not ``chapter.name``, is taken, or the kind is unknown.
    """
    chapter, dot, name = id.partition(".")
    if not dot or not chapter.isidentifier() or not name.isidentifier():
        raise SymmlError(f"{id!r} is not an id", cure="write chapter.name, such as losses.log_cosh_deriv")
    if kind not in KINDS:
        raise SymmlError(f"there is no kind {kind!r}", cure=f"the kinds are: {', '.join(KINDS)}")
    if has_entry(id):
        raise SymmlError(f"the book already has {id}", cure=f"see it with: symml show {id}")
    lines = [f"# symml/catalog/chapters/{chapter}.py" + ("" if chapter in chapters() else "  (a new file)")]
    if chapter not in chapters():
        lines += [f'"""Title of {chapter}.', "", f"Main results: ``{name}``.", "Notation: ``x`` is a real number."]
        lines += ['References: what to read.\n"""', ""]
    lines += _imports(chapter, kind, name)
    arguments = "" if kind == "example" else "x: Real"
    lines += [f'@{kind}(source="cheatsheet 1.1; boyd2004", tags="words to find it by"{_MORE.get(kind, "")})']
    lines += [f"def {name}({arguments}) -> Chain:", '    """One sentence, true as it stands."""', _body(kind, name)]
    return "\n".join(lines) + "\n"


def _body(kind: str, name: str) -> str:
    return _DERIVATIVE if kind == "identity" and name.endswith("_deriv") else _BODIES[kind]


def _imports(chapter: str, kind: str, name: str) -> list[str]:
    """The imports that the lines need and the chapter does not have yet."""
    wanted = {"symml.catalog": ["by"], "symml.catalog.declare": ["Chain", kind]}
    wanted |= {} if kind == "example" else {"symml.catalog.domains": ["Real"]}
    wanted["symml.catalog.declare"] += {"inequality": ["at_least", "tight"], "example": ["rounded"]}.get(kind, [])
    if _body(kind, name) is _DERIVATIVE:
        wanted["symml.catalog.declare"].append("deriv")
    if kind == "example":
        wanted["symml.expr.build"] = ["sqrt"]
    if kind in _NUMBERS:
        wanted["symml.expr.nodes"] = [_NUMBERS[kind]]
    known = vars(import_module(f"symml.catalog.chapters.{chapter}")) if chapter in chapters() else {}
    missing = {module: [n for n in names if n not in known] for module, names in wanted.items()}
    lines = [f"from {module} import {', '.join(sorted(names))}" for module, names in missing.items() if names]
    return [*lines, "", ""] if lines else [""]
