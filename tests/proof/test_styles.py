"""Three styles tell one computation: every line is a claim that holds, names a documented rule and can be printed."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from unicodedata import normalize

import pytest

from symml.calculus.simplify import RULES
from symml.catalog.book import entries
from symml.errors import SymmlError
from symml.expr.nodes import Expr
from symml.expr.walk import substitute, symbols
from symml.proof import rules
from symml.proof.derivation import Derivation
from symml.proof.derive import derive
from symml.proof.rules import CHAPTERS, notes_of
from symml.proof.styles import STYLES
from symml.proof.verify import verify
from symml.read.latex import read_latex
from symml.render.names import latex_name
from tests.cli.harness import run
from tests.test_pages import ROOT

GOOD = ("proved", "proved_randomized", "certified")
LOSSES: dict[str, tuple[str, str, str]] = {
    "ridge": ("mean((y - X@w)**2) + lam*dot(w, w)", "w", "X: n d, y: n, w: d, lam: positive"),
    "logistic": ("mean(softplus(-y*(X@w)))", "w", "X: n d, y: n sign, w: d"),
    "softmax": ("-sum(Y*log_softmax(X@W, axis=1))/n", "W", "X: n d, W: d k, Y: n k onehot"),
    "mlp": (
        "h = relu(W1@x + b1); z = W2@h + b2; -sum(y*log_softmax(z))",
        "W1",
        "x: d, W1: h d, b1: h, W2: k h, b2: k, y: k onehot",
    ),
    "gaussian": ("logdet(S) + trace(inv(S)@C)", "S", "S: d d spd, C: d d"),
    "attention": ("sum(G*(softmax(Q@K.T/sqrt(d), axis=1)@V))", "Q", "Q: n d, K: m d, V: m k, G: n k"),
    "jacobian": ("softmax(W@x)", "x", "W: k d, x: d"),
    "three layers": (
        "sum((W3@tanh(W2@tanh(W1@x)) - y)**2)",
        "W1",
        "x: d, W1: h d, W2: m h, W3: k m, y: k",
    ),
    "rayleigh": ("dot(x, A@x)/dot(x, x)", "x", "A: d d, x: d"),
    "flat": ("sum(sign(x)*y)", "x", "x: d, y: d"),
    "number": ("exp(-a*t)*sin(t)", "t", "a:, t:"),
}
CASES = [(name, style) for name in LOSSES for style in STYLES]


@cache
def derived(name: str, order: int = 1) -> Derivation:
    text, wrt, shapes = LOSSES[name]
    return derive(text, wrt, shapes=shapes, order=order)


@pytest.mark.parametrize(("name", "style"), CASES)
def test_every_line_is_a_claim_that_holds(name: str, style: str) -> None:
    told = derived(name).told(style)
    assert told.result is derived(name).result
    bad = [step for step in told.steps if step.verdict.verdict not in GOOD]
    assert bad == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["ridge", "logistic", "number"])
def test_second_derivatives_are_told_in_every_style(name: str, style: str) -> None:
    told = derived(name, 2).told(style)
    assert [step for step in told.steps if step.verdict.verdict not in GOOD] == []


@pytest.mark.parametrize(("name", "style"), CASES)
def test_what_is_printed_is_what_is_claimed(name: str, style: str) -> None:
    told = derived(name).told(style)
    program = told.runs[0].program
    assert program is not None
    for step in told.steps:
        if step.shown is not None:
            assert program.expand(step.shown) is program.expand(step.after), step


@pytest.mark.parametrize(("name", "style"), CASES)
def test_every_line_prints_with_and_without_marks(name: str, style: str) -> None:
    told = derived(name).told(style)
    tex = told.latex(steps=True, mark=True)
    assert tex.count("{") == tex.count("}")
    assert tex.count(r"\left") == tex.count(r"\right")
    marked = told.text(steps=True, mark=True).splitlines()
    plain = told.text(steps=True).splitlines()
    assert [line for line in marked if set(line) - {" ", "^"}] == plain


@pytest.mark.parametrize(("name", "style"), CASES)
def test_no_two_lines_in_a_row_say_the_same(name: str, style: str) -> None:
    lines = [(step.left, step.text()) for step in derived(name).told(style).steps]
    assert all(a != b for a, b in pairwise(lines))


@pytest.mark.parametrize("style", STYLES)
def test_brief_steps_leave_the_algebra_out(style: str) -> None:
    full, brief = derived("softmax").told(style), derived("softmax").told(style, "brief")
    assert len(brief.steps) < len(full.steps)
    algebra = {note.name for note in rules.ALGEBRA}
    assert [step.reason for step in brief.steps if step.reason in algebra] == []
    assert [step for step in brief.steps if step.verdict.verdict not in GOOD] == []
    assert brief.conditions == full.conditions


# ---- the three styles read as books write them -----------------------------------------------------------------------
def lines_of(name: str, style: str) -> list[str]:
    return [normalize("NFC", step.text()) for step in derived(name).told(style).steps]


def test_differentials_end_with_the_gradient_read_off() -> None:
    assert lines_of("ridge", "differentials")[3:8] == [
        "dr = -X dw",
        "dL = 2(rᵀ dr/n + λ wᵀ dw)",
        "dL = 2(λ wᵀ dw - rᵀ X dw/n)",
        "dL = 2(λ w - Xᵀ r/n)ᵀ dw",
        "∂L/∂w = 2(λ w - Xᵀ r/n)",
    ]


def test_differentials_of_a_matrix_are_collected_under_a_trace() -> None:
    lines = lines_of("gaussian", "differentials")
    assert "dM = -M dS M" in lines
    assert "dL = tr(M dS) - tr(M C M dS)" in lines
    assert "dL = tr((Mᵀ - Mᵀ Cᵀ Mᵀ)ᵀ dS)" in lines
    assert "∂L/∂S = Mᵀ - Mᵀ Cᵀ Mᵀ" in lines


def test_index_notation_has_deltas_and_sums() -> None:
    lines = lines_of("softmax", "index")
    assert "Z[i,j] = Σ_l X[i,l] W[l,j]" in lines
    assert "∂Z[i,j]/∂W[l,m] = δ[j,m] X[i,l]" in lines
    assert "∂L/∂W[i,j] = Σ_l Σ_m Z̄[l,m] ∂Z[l,m]/∂W[i,j] = Σ_l Z̄[l,j] X[l,i]" in lines
    assert lines[-1] == "∂L/∂W = Xᵀ(softmax[rows](X W) - Y)/n"


def test_backpropagation_names_stages_by_what_they_are() -> None:
    lines = lines_of("mlp", "backprop")
    assert lines[1:5] == ["z₁ = W₁ x + b₁", "a₁ = relu(z₁)", "z₂ = W₂ a₁ + b₂", "a₂ = log_softmax(z₂)"]
    assert "z̄₁ = ∂L/∂z₁ = ā₁ ⊙ 𝟏[z₁ > 0]" in lines
    assert "Z̄ = ∂L/∂Z = P ⊙ (P̄ - (P̄ ⊙ P)𝟏 𝟏ᵀ)" in lines_of("attention", "backprop")


def test_stages_do_not_take_the_readers_own_names() -> None:
    found = derive("sum(exp(z@x)**2)", "x", shapes="z: r d, x: d")
    names = [step.left[0] for step in found.steps if step.reason == "name the stage"]
    assert not {"z", "r", "d"} & set(names)


def test_what_changed_is_marked() -> None:
    found = derived("logistic")
    marked = found.text(steps=True, mark=True).splitlines()
    line = next(k for k, row in enumerate(marked) if "softplus(z)" in row)
    assert marked[line + 1].strip() == "^"
    assert marked[line].index("z)") == marked[line + 1].index("^")
    assert r"\operatorname{softplus}\left(\boxed{z}\right)" in found.latex(steps=True, mark=True)


# ---- reading back ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["ridge", "logistic", "rayleigh", "three layers", "gaussian", "number"])
def test_a_line_in_latex_is_read_back_as_the_same_expression(name: str) -> None:
    for step in derived(name).steps:
        own = symbols(step.right)
        shapes = {latex_name(symbol.name): f"{' '.join(map(str, symbol.shape))} {symbol.domain}" for symbol in own}
        again = read_latex(step.latex().split(" = ")[-1], shapes=shapes)
        same: dict[Expr, Expr] = {read_latex(latex_name(symbol.name), shapes=shapes): symbol for symbol in own}
        assert verify(substitute(again, same), step.right).verdict in GOOD, step


# ---- rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "style"), CASES)
def test_every_reason_is_a_documented_rule(name: str, style: str) -> None:
    for step in derived(name).told(style).steps:
        assert all(note.sentence.endswith(".") for note in notes_of(step.reason))


def test_every_rule_of_simplification_that_is_shown_is_documented() -> None:
    assert [row.name for row in RULES if not row.quiet and not notes_of(row.name)] == []


def test_every_entry_that_a_rule_names_is_in_the_book() -> None:
    known = {entry.id for entry in entries()}
    named = {entry for notes in CHAPTERS.values() for note in notes for entry in note.entries}
    named |= set(rules._SLOPES.values())
    assert named - known == set()


def test_the_page_of_rules_is_up_to_date() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("rules_page", ROOT / "docs" / "rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == module.page(), "run: python docs/rules.py"


def test_a_reason_outside_the_vocabulary_is_an_error() -> None:
    with pytest.raises(KeyError):
        notes_of("by inspection")


# ---- bad input and the command line ----------------------------------------------------------------------------------
def test_an_unknown_style_names_the_known_ones() -> None:
    with pytest.raises(SymmlError, match="backprop, differentials, index"):
        derive("x**2", "x", shapes="x:", style="forward")
    with pytest.raises(SymmlError, match="brief, full"):
        derive("x**2", "x", shapes="x:", steps="short")


@pytest.mark.parametrize("given", [("--steps", "brief"), ("--steps=brief",), ("--brief",)])
def test_steps_may_be_brief(given: tuple[str, ...]) -> None:
    text, wrt, shapes = LOSSES["softmax"]
    told = run("derive", text, "--wrt", wrt, "--shapes", shapes, *given)
    full = run("derive", text, "--wrt", wrt, "--shapes", shapes, "--steps", "full")
    assert told.code == full.code == 0
    assert len(told.out.splitlines()) < len(full.out.splitlines())


def test_the_command_tells_a_style_marks_and_rules() -> None:
    text, wrt, shapes = LOSSES["logistic"]
    shown = run("derive", text, "--wrt", wrt, "--shapes", shapes, "--style", "differentials", "--mark", "--rules").out
    assert "dL = σ(z)ᵀ dz/n" in shown
    assert "^^" in shown
    assert "symml show activations.softplus_deriv" in shown
