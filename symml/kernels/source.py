"""The module around a kernel's body: imports, helpers, signature, docstring and the formula as a comment."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from symml.expr.nodes import Expr, Symbol, show_shape
from symml.expr.walk import size_names, topological
from symml.kernels.code import Code
from symml.kernels.emit import Emitter
from symml.kernels.library import source_of
from symml.kernels.schedule import schedule
from symml.kernels.sizes import reading_lines, readings
from symml.kernels.stabilize import stabilize
from symml.render.formula import formula

_MOST_PRINTED = 120
_WIDTH = 100
_RESERVED = frozenset({"np", "math", "out", *keyword.kwlist, *dir(builtins)})


@dataclass(frozen=True)
class Written:
    """A kernel's source and what a caller must know of it.

    Attributes:
        source: The module.
        symbols: The symbols in the order of the arguments.
        names: The argument of each symbol.
        extra: The arguments that are dimensions.
    """

    source: str
    symbols: tuple[Symbol, ...]
    names: tuple[str, ...]
    extra: tuple[str, ...]


def written(name: str, roots: Sequence[Expr], ordered: Sequence[Symbol]) -> Written:
    """The module of a kernel called ``name`` whose arguments are the symbols in this order."""
    names = _safe_names([symbol.name for symbol in ordered], set())
    sizes = _safe_names(size_names(*roots), set(names.values()))
    stable = [stabilize(root) for root in roots]
    wanted = {node: label for root in stable if _is_printable(root) for node, label in formula(root).names.items()}
    done = schedule(stable, wanted)
    scheduled = [done[root] for root in stable]
    emitter = Emitter(scheduled, names, sizes, {done[node]: label for node, label in wanted.items()})
    results = emitter.body()
    found = readings(ordered, [names[symbol.name] for symbol in ordered])
    known = {reading.name for reading in found}
    extra = tuple(sizes[n] for n in sorted(emitter.needed_sizes) if n not in known)
    body = [*reading_lines(found, emitter.needed_sizes & known, sizes), *emitter.written_lines(), _return(results)]
    arguments = tuple(names[symbol.name] for symbol in ordered)
    head = [f"def {name}({', '.join([*arguments, *extra])}):", *_docstring(roots, ordered, arguments, extra)]
    text = "\n".join([*head, *(f"    {line}" for line in [*_comment(roots), *body])])
    blocks = [_imports(emitter.helpers), *source_of(emitter.helpers), text]
    return Written("\n\n\n".join(blocks) + "\n", tuple(ordered), arguments, extra)


def _imports(helpers: Iterable[str]) -> str:
    plain = "import numpy as np"
    return f"import math\n\n{plain}" if any("math." in text for text in source_of(helpers)) else plain


def _return(results: Sequence[Code]) -> str:
    return "return " + ", ".join(map(str, results))


# ---- what people read ------------------------------------------------------------------------------------------------
def _docstring(roots: Sequence[Expr], found: Sequence[Symbol], names: Sequence[str], extra: Sequence[str]) -> list[str]:
    lines = ['"""Computes the formula below.', ""]
    if found or extra:
        lines += ["Args:"]
        lines += [f"    {n}: {show_shape(s.shape)}, {s.domain.name}." for n, s in zip(names, found, strict=True)]
        lines += [f"    {n}: the dimension {n}." for n in extra]
        lines += [""]
    lines += ["Returns:", f"    {', '.join(show_shape(root.shape) for root in roots)}.", '"""']
    return [f"    {line}".rstrip() for line in lines]


def _comment(roots: Sequence[Expr]) -> list[str]:
    """The formulas as comments."""
    lines: list[str] = []
    for root in roots:
        shown = formula(root).text() if _is_printable(root) else f"{len(topological(root))} nested operations"
        lines += [f"# {line}" for line in wrap(" ".join(shown.split()), _WIDTH, break_long_words=False)]
    return lines


def _is_printable(root: Expr) -> bool:
    return len(topological(root)) <= _MOST_PRINTED


# ---- names -----------------------------------------------------------------------------------------------------------
def _safe_names(names: Sequence[str], taken: set[str]) -> dict[str, str]:
    """For each name a Python identifier that is no keyword, builtin or module; names that are one stay as they are."""
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: not name.isidentifier() or name in _RESERVED):
        plain = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name)) or "x"
        plain = plain if plain.isidentifier() else f"x_{plain}"
        while plain in _RESERVED or plain in taken or plain in found.values():
            plain += "_"
        found[name] = plain
    return found


def is_function_name(name: str) -> bool:
    """Whether a kernel may have this name."""
    return name.isidentifier() and name not in _RESERVED and not name.startswith("_")
