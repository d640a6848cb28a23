"""The report on an exponential family, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from symml.expr.nodes import Expr
from symml.optimize.inference.logarithms import exponential
from symml.render import text

if TYPE_CHECKING:
    from symml.optimize.inference.family import Family

_WIDTH = 23


def report(found: Family) -> str:
    """The whole report."""
    names = ", ".join(text.name(p.name) for p in found.parameters)
    value = text.name(found.density.value.name)
    lines = [f"{found.verdict.upper()}: {value}, with the parameters {names}"]
    lines.append(_line("log-density", text.show(found.density.log)))
    if found.pairs and found.verdict == "exponential family":
        lines += _form(found)
        lines += [] if found.is_no_density else _moments(found)
        lines += _checks(found)
    if found.reason:
        lines.append(_line("because", found.reason))
    lines += [_line("provided that", condition) for condition in found.density.conditions]
    return "\n".join(lines)


def _line(label: str, said: str) -> str:
    return f"  {label:<{_WIDTH}}{said}"


def _numbered(stem: str, count: int) -> list[str]:
    return [stem] if count == 1 else [text.name(f"{stem}{k}") for k in range(1, count + 1)]


def _form(found: Family) -> Iterator[str]:
    base = exponential(found.base)
    yield _line("base measure", f"h = {text.show(base)}")
    count = len(found.pairs)
    for name, node in zip(_numbered("T", count), found.statistics, strict=True):
        yield _line("sufficient statistic", f"{name} = {text.show(node)}")
    etas = _numbered("eta", count) if found.canonical is None else [s.name for s in found.canonical.symbols]
    for name, node in zip(etas, found.natural, strict=True):
        yield _line("natural parameter", f"{text.name(name)} = {text.show(node)}")
    yield _line("log-partition", f"A = {text.show(found.partition)}")
    if found.canonical is not None:
        yield _line("", f"  = {text.show(found.canonical.partition)}")
        solved = ", ".join(f"{text.name(p.name)} = {text.show(v)}" for p, v in found.canonical.parameters)
        yield _line("", f"as {solved}")


def _moments(found: Family) -> Iterator[str]:
    own = found.canonical
    if own is None:
        yield _line("moments", "the natural parameters were not solved for the parameters")
        return
    names = _numbered("T", len(found.pairs))
    for name, eta, slope, mean in zip(names, own.symbols, own.mean, found.mean, strict=True):
        yield _line("mean", f"E[{name}] = ∂A/∂{text.name(eta.name)} = {_steps(slope, mean)}")
    for i, row in enumerate(own.covariance):
        for j, second in enumerate(row[i:], i):
            value = found.covariance[i][j]
            if second is None or value is None:
                continue
            left = f"Var[{names[i]}]" if i == j else f"Cov[{names[i]}, {names[j]}]"
            yield _line("variance" if i == j else "covariance", f"{left} = {_steps(second, value)}")


def _steps(first: Expr, second: Expr) -> str:
    shown: Sequence[str] = tuple(dict.fromkeys((text.show(first), text.show(second))))
    return " = ".join(shown)


def _checks(found: Family) -> Iterator[str]:
    if found.proved:
        yield _line("proved", "these are the law's own moments")
    checked = found.normalization
    if checked is not None and checked.is_one:
        said = f"the density integrates to 1 at {checked.point}"
        if found.mean:
            said += ", with these moments" if checked.agree else ", but THE MOMENTS DIFFER there"
        yield _line("checked by numbers", said)
    elif checked is not None and found.is_no_density:
        support = found.density.support
        guessed = support is not None and not support.declared
        place = " over the real line" if guessed else ""
        cure = "say where it lives with --support" if guessed else "a factor that depends on the parameters is missing"
        yield _line("not a density", f"its integral{place} is {checked.total:.6g} at {checked.point}, not 1: {cure}")
    elif not found.proved:
        yield _line("not checked", "that the density integrates to 1: A is the log-partition only if it does")
