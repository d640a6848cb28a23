"""An entry as LaTeX, as text, as a page for the terminal and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symml.catalog.domains import Declared
from symml.catalog.links import LATEX_SIGNS, SIGNS
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr

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
def latex(entry: Entry, *, steps: bool = False) -> str:
    """The statement; with ``steps`` the whole chain as an ``aligned`` environment with reasons."""
    if entry.kind == "algorithm":
        return _algorithm_latex(entry)
    left = _left_latex(entry)
    if not steps or not entry.links:
        return f"{left} {_sign_latex(entry)} {_latex(entry.rhs)}"
    lines = [rf"&{_link_sign(link.relation)} {_latex(link.right)} && \text{{{link.reason}}}" for link in entry.links]
    if entry.kind == "definition":
        lines.insert(0, f"&= {_latex(entry.lhs)}")
    lines[0] = f"{left} {lines[0]}"
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _link_sign(relation: str) -> str:
    """A limit is written with an equals sign: its left side says where the variable goes."""
    return "=" if relation == "->" else LATEX_SIGNS[relation]


def _sign_latex(entry: Entry) -> str:
    if entry.pitfall:
        return {"==": r"\ne", "<=": r"\not\le", ">=": r"\not\ge", "~=": r"\not\approx"}[entry.relation]
    return _link_sign(entry.relation)


def _left_latex(entry: Entry) -> str:
    if entry.kind == "definition":
        return rf"\text{{{title(entry).replace('_', ' ')}}}"
    if entry.kind == "limit":
        variable, place = entry.at
        target = place.replace("oo", r"\infty")
        return rf"\lim_{{{_latex(entry.symbols[variable])} \to {target}}} {_latex(entry.lhs)}"
    return _latex(entry.lhs)


def _algorithm_latex(entry: Entry) -> str:
    rows = [rf"{_latex(symbol)} &\leftarrow {_latex(value)}" for symbol, value in entry.assignments]
    rows += [f"&{LATEX_SIGNS[link.relation]} {_latex(link.right)} && \\text{{{link.reason}}}" for link in entry.links]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


# ---- text ------------------------------------------------------------------------------------------------------------
def text(entry: Entry) -> str:
    """The statement as Unicode text."""
    if entry.kind == "algorithm":
        return "; ".join(f"{_shown(symbol)} ← {_shown(value)}" for symbol, value in entry.assignments)
    sign = "=" if entry.kind == "limit" else SIGNS[entry.relation]
    return f"{_left_text(entry)} {sign} {_shown(entry.rhs)}"


def _left_text(entry: Entry) -> str:
    if entry.kind == "definition":
        return title(entry)
    if entry.kind == "limit":
        variable, place = entry.at
        return f"lim {variable}→{place.replace('oo', '∞')} {_shown(entry.lhs)}"
    return _shown(entry.lhs)


def page(entry: Entry) -> str:
    """The entry as it is shown in a terminal: sentence, chain with reasons, symbols and source."""
    lines = [f"{entry.id}: {entry.sentence}"] + [f"  {row}" for row in entry.remark.splitlines()]
    lines += ["", *chain_lines(entry)]
    if where := [f"{name}: {domain_text(declared)}" for name, declared in entry.declared.items()]:
        lines += ["", f"  for {', '.join(where)}"]
    lines += [f"  given {entry.given}"] if entry.given else []
    lines += [f"  tight {row}" for row in tight_texts(entry)]
    lines += [f"  source: {entry.source}"]
    return "\n".join(lines + ([f"  instead: {entry.instead}"] if entry.instead else []))


def chain_lines(entry: Entry) -> list[str]:
    """The lines of the chain, the first without a reason."""
    if entry.kind == "algorithm":
        first = [f"  {_shown(symbol)} ← {_shown(value)}" for symbol, value in entry.assignments]
    else:
        first = [f"  {_left_text(entry)}"]
        first += [f"    = {_shown(entry.lhs)}"] if entry.kind == "definition" else []
    rest = [(_sign_text(entry, link.relation), _shown(link.right), link.reason) for link in entry.links]
    return first + [f"    {sign} {right}   [{reason}]" for sign, right, reason in rest]


def _sign_text(entry: Entry, relation: str) -> str:
    if entry.pitfall:
        return {"==": "≠", "<=": "≰", ">=": "≱", "~=": "≉"}[relation]
    return "=" if relation == "->" else SIGNS[relation]


def tight_texts(entry: Entry) -> list[str]:
    """Where an inequality is an equality, in words."""
    found = [", ".join(f"{_shown(s)} = {_shown(v)}" for s, v in row.values) for row in entry.tight_at]
    return [f"at {row}" for row in found] + ([entry.tightness] if entry.tightness else [])


def domain_text(declared: Declared) -> str:
    """A domain with its dims, as in a declaration."""
    return "function" if declared.is_function else " ".join([*declared.dims, declared.domain])


# ---- plain data ------------------------------------------------------------------------------------------------------
def to_json(entry: Entry) -> dict[str, Any]:
    """The entry as plain data."""
    steps = [
        {"reason": link.reason, "relation": link.relation, "latex": _latex(link.right), "text": _shown(link.right)}
        for link in entry.links
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
        "symbols": {name: str(declared.domain) for name, declared in entry.declared.items()},
        "code": code(entry),
    }


def code(entry: Entry) -> str | None:
    """The kernel's source; none for rules about undefined functions."""
    try:
        return entry.kernel().source
    except NotEvaluable:
        return None
