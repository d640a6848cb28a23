"""An entry as LaTeX, as text, as a page for the terminal and as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symml.catalog.domains import Declared
from symml.catalog.links import LATEX_SIGNS, SIGNS, Link
from symml.errors import NotEvaluable
from symml.expr.nodes import Constant, Expr

if TYPE_CHECKING:
    from symml.catalog.entry import Entry


def title(entry: Entry) -> str:
    """What a definition defines: the entry's name without its suffix."""
    return entry.name.removesuffix("_def")


def _shown(expr: Expr) -> str:
    from symml.render.text import text

    return text(expr)


def _latex(expr: Expr) -> str:
    from symml.render.latex import latex

    return latex(expr)


# ---- LaTeX -----------------------------------------------------------------------------------------------------------
Row = tuple[str, str, str, str]
_PITFALL_SIGNS = {"==": r"\ne", "<=": r"\not\le", ">=": r"\not\ge", "~=": r"\not\approx"}


def latex(entry: Entry, *, steps: bool = False) -> str:
    """The statement; with ``steps`` the whole chain as an ``aligned`` environment with reasons and abbreviations."""
    entry = entry.on_paper
    if entry.kind != "algorithm" and (not steps or not entry.links):
        right = _right_latex(entry.links[-1]) if entry.links else _latex(entry.rhs)
        where = "".join(rf",\quad {name} = {value}" for name, value in where_latex(entry))
        return f"{_left_latex(entry)} {_sign_latex(entry, entry.relation)} {right}{where}"
    lines = [f"{left} &{sign} {right}{_why(reason)}".lstrip() for left, sign, right, reason in latex_rows(entry)]
    lines += [rf"\text{{where }} {name} &= {value}" for name, value in where_latex(entry)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def where_latex(entry: Entry) -> list[tuple[str, str]]:
    """The abbreviations and what they stand for."""
    return [(_latex(symbol), _latex(value)) for symbol, value in entry.abbreviations]


def latex_rows(entry: Entry) -> list[Row]:
    """The lines of the chain in LaTeX: left side (of the first line, or of an assignment), sign, right side, reason."""
    entry = entry.on_paper
    before = [_limit_latex(entry)] * (len(entry.links) - 1) + [""]
    rest = [
        (_sign_latex(entry, link.relation), lim + _right_latex(link), link.reason)
        for lim, link in zip(before, entry.links, strict=False)
    ]
    if entry.kind == "algorithm":
        rows = [(_latex(symbol), r"\leftarrow", _latex(value), "") for symbol, value in entry.assignments]
        return rows + [("", *row) for row in rest]
    rest = [("=", _latex(entry.lhs), ""), *rest] if entry.kind == "definition" else rest
    return [(_left_latex(entry) if not k else "", *row) for k, row in enumerate(rest)]


def _right_latex(link: Link) -> str:
    return decimal(link) or _latex(link.right)


def decimal(link: Link) -> str:
    """The decimals of a rounded number as they were written; empty for other links."""
    if link.relation != "~=" or not isinstance(link.right, Constant) or not isinstance(link.right.value, Fraction):
        return ""
    places = len(str(1 / (2 * link.tolerance))) - 1
    return f"{float(link.right.value):.{places}f}"


def _why(reason: str) -> str:
    escaped = reason.replace("_", r"\_")
    return rf" && \text{{{escaped}}}" if reason else ""


def _sign_latex(entry: Entry, relation: str) -> str:
    """A limit is written with an equals sign: its left side says where the variable goes."""
    if entry.pitfall:
        return _PITFALL_SIGNS[relation]
    return "=" if relation == "->" else LATEX_SIGNS[relation]


def _left_latex(entry: Entry) -> str:
    if entry.kind == "definition":
        return rf"\text{{{title(entry).replace('_', ' ')}}}"
    return _limit_latex(entry) + _latex(entry.lhs)


def _limit_latex(entry: Entry) -> str:
    """What stands before every line of a limit but the last."""
    if entry.kind != "limit":
        return ""
    variable, place = entry.at
    target = place.replace("oo", r"\infty").replace("+", "^{+}").replace("0-", "0^{-}")
    return rf"\lim_{{{_latex(entry.symbols[variable])} \to {target}}} "


def domain_latex(entry: Entry, name: str) -> str:
    """A free symbol and the set that it comes from: ``p`` in a simplex, say."""
    from symml.expr.domains import DOMAINS

    declared = entry.declared[name]
    if declared.is_function:
        return rf"{name}: \mathbb{{R}} \to \mathbb{{R}}"
    base, dims = DOMAINS[declared.domain].latex, declared.dims
    if declared.domain in _SETS_OF_ROWS and dims:
        base = base.replace("e_k", f"e_{{{dims[-1]}}}") if "e_k" in base else f"{base}_{{{dims[-1]}}}"
        dims = dims[:-1]
    elif declared.domain in _GROUPS:
        base, dims = f"{base}({dims[0]})", ()
    elif declared.domain in _CONES:
        dims = dims[:1]
    power = r" \times ".join(dims)
    return rf"{_latex(entry.symbols[name])} \in {base}" + (f"^{{{power}}}" if power else "")


_SETS_OF_ROWS = ("simplex", "onehot")
_GROUPS = ("invertible", "orthogonal")
_CONES = ("symmetric", "spd", "psd", "diagonal")


def tight_latex(entry: Entry) -> list[str]:
    """The places where an inequality is an equality, in LaTeX."""
    rows = entry.on_paper.tight_at
    return [r",\; ".join(f"{_latex(s)} = {_latex(v)}" for s, v in row.values) for row in rows]


def latex_value(entry: Entry, name: str, value: str) -> str:
    """A free symbol held at a value, in LaTeX."""
    return f"{_latex(entry.symbols[name])} = {value}"


# ---- text ------------------------------------------------------------------------------------------------------------
def text(entry: Entry) -> str:
    """The statement as Unicode text."""
    entry = entry.on_paper
    where = "".join(f", {row}" for row in where_texts(entry))
    if entry.kind == "algorithm":
        return "; ".join(f"{_shown(symbol)} ← {_shown(value)}" for symbol, value in entry.assignments) + where
    sign = "=" if entry.kind == "limit" else SIGNS[entry.relation]
    right = _right_text(entry.links[-1]) if entry.links else _shown(entry.rhs)
    return f"{_left_text(entry)} {sign} {right}{where}"


def where_texts(entry: Entry) -> list[str]:
    """The abbreviations and what they stand for."""
    return [f"{_shown(symbol)} = {_shown(value)}" for symbol, value in entry.abbreviations]


def _right_text(link: Link) -> str:
    return decimal(link) or _shown(link.right)


def _left_text(entry: Entry) -> str:
    if entry.kind == "definition":
        return title(entry)
    return _limit_text(entry) + _shown(entry.lhs)


def _limit_text(entry: Entry) -> str:
    variable, place = entry.at
    return f"lim {variable}→{place.replace('oo', '∞')} " if entry.kind == "limit" else ""


def page(entry: Entry) -> str:
    """The entry as it is shown in a terminal: sentence, chain with reasons, symbols and source."""
    lines = [f"{entry.id}: {entry.sentence}"] + [f"  {row}" for row in entry.remark.splitlines()]
    lines += ["", *chain_lines(entry)]
    lines += [f"  where {row}" for row in where_texts(entry)]
    if where := [f"{name}: {domain_text(declared)}" for name, declared in entry.declared.items()]:
        lines += ["", f"  for {', '.join(where)}"]
    lines += [f"  given {entry.given}"] if entry.given else []
    lines += [f"  tight {row}" for row in tight_texts(entry)]
    lines += [f"  source: {entry.source}"]
    return "\n".join(lines + ([f"  instead: {entry.instead}"] if entry.instead else []))


def chain_lines(entry: Entry) -> list[str]:
    """The lines of the chain, the first without a reason."""
    entry = entry.on_paper
    if entry.kind == "algorithm":
        first = [f"  {_shown(symbol)} ← {_shown(value)}" for symbol, value in entry.assignments]
    else:
        first = [f"  {_left_text(entry)}"]
        first += [f"    = {_shown(entry.lhs)}"] if entry.kind == "definition" else []
    before = [_limit_text(entry)] * (len(entry.links) - 1) + [""]
    rest = [
        (_sign_text(entry, link.relation), lim + _right_text(link), link.reason)
        for lim, link in zip(before, entry.links, strict=False)
    ]
    return first + [f"    {sign} {right}   [{reason}]" for sign, right, reason in rest]


def _sign_text(entry: Entry, relation: str) -> str:
    if entry.pitfall:
        return {"==": "≠", "<=": "≰", ">=": "≱", "~=": "≉"}[relation]
    return "=" if relation == "->" else SIGNS[relation]


def tight_texts(entry: Entry) -> list[str]:
    """Where an inequality is an equality, in words."""
    rows = entry.on_paper.tight_at
    found = [", ".join(f"{_shown(s)} = {_shown(v)}" for s, v in row.values) for row in rows]
    return [f"at {row}" for row in found] + ([entry.tightness] if entry.tightness else [])


def domain_text(declared: Declared) -> str:
    """A domain with its dims, as in a declaration."""
    return "function" if declared.is_function else " ".join([*declared.dims, declared.domain])


# ---- plain data ------------------------------------------------------------------------------------------------------
def to_json(entry: Entry) -> dict[str, Any]:
    """The entry as plain data."""
    steps = [
        {"reason": link.reason, "relation": link.relation, "latex": _right_latex(link), "text": _right_text(link)}
        for link in entry.on_paper.links
    ]
    where = [
        {"name": name, "latex": latex, "text": row}
        for (name, latex), row in zip(where_latex(entry), where_texts(entry), strict=True)
    ]
    return {
        "id": entry.id,
        "kind": entry.kind,
        "sentence": entry.sentence,
        "source": entry.source,
        "tags": list(entry.tags),
        "pitfall": entry.pitfall,
        "instead": entry.instead,
        "given": entry.given,
        "tight": tight_texts(entry),
        "statement": {"latex": latex(entry), "text": text(entry), "relation": entry.relation},
        "steps": steps,
        "where": where,
        "symbols": {name: str(declared.domain) for name, declared in entry.declared.items()},
        "code": code(entry),
    }


def code(entry: Entry) -> str | None:
    """The kernel's source; none for rules about undefined functions."""
    try:
        return entry.kernel().source
    except NotEvaluable:
        return None
