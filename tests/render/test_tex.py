"""Every LaTeX that symml prints is valid TeX, and none reads clumsily."""

import re
from collections.abc import Iterator

import pytest

from symml.catalog.book import entries
from symml.faces import read_numpy
from symml.proof.derive import derive
from symml.render import latex, text
from symml.render.spelling import LATEX
from tests.render.cases import CASES, random_expressions
from tests.render.test_code_view import LOSSES

PAIRS = {"{": "}", r"\left(": r"\right)", r"\left[": r"\right]", r"\left|": r"\right|", r"\left\|": r"\right\|"}
PAIRS |= {r"\begin{cases}": r"\end{cases}", r"\begin{aligned}": r"\end{aligned}"}
TEXT = re.compile(r"\\text\{(?:[^{}]|\{\})*\}")
TOKEN = re.compile(r"\\(?:begin|end)\{\w+\}|\\(?:left|right)(?:\\\||.)|\\[A-Za-z]+|\\.|.", re.DOTALL)
CLUMSY = [r"\+ -", r"- -", r"--", r"\(\)", r"\+ \+", r"\( ", r"(?<!\\) \)", r"  (?!where)", r"/ /", r"\b1 1\b"]


def problems(tex: str) -> Iterator[str]:
    """Unbalanced groups, and second superscripts or subscripts of one base, which TeX refuses."""
    opened: list[str] = []
    scripts: list[set[str]] = [set()]
    closers = set(PAIRS.values())
    is_argument = False
    for token in TOKEN.findall(TEXT.sub("", tex)):
        if token in closers:
            if not opened or PAIRS[opened.pop()] != token:
                yield f"{token} closes nothing"
                return
            scripts.pop()
        elif token in "^_":
            if token in scripts[-1]:
                yield f"a second {token}"
            scripts[-1].add(token)
            is_argument = True
        else:
            if not is_argument:
                scripts[-1] = set()
            is_argument = False
            if token in PAIRS:
                opened.append(token)
                scripts.append(set())
    if opened:
        yield f"{opened[-1]} is not closed"


ALL = [
    *(latex.latex(read_numpy(*case)) for case in [*CASES, *random_expressions(100)]),
    *(derive(loss, wrt, shapes=shapes, order=order).latex(steps=True) for loss, wrt, shapes, order in LOSSES),
    *(entry.latex(steps=True) for entry in entries()),
]


def test_every_group_is_closed_and_no_base_has_two_superscripts() -> None:
    assert {tex: found for tex in ALL if (found := list(problems(tex)))} == {}


@pytest.mark.parametrize("tex", [r"x^2^3", r"\left(x", r"\frac{1}{x", r"x_{1}_{2}", r"\right)", r"{x}^{2}^{3}"])
def test_the_checker_notices_what_tex_refuses(tex: str) -> None:
    assert list(problems(tex))


@pytest.mark.parametrize("view", [text.text, latex.latex], ids=["text", "latex"])
def test_no_formula_has_two_signs_in_a_row_or_an_empty_bracket(view: object) -> None:
    shown = [view(read_numpy(*case)) for case in [*CASES, *random_expressions(100)]]
    assert [line for line in shown if any(re.search(pattern, line) for pattern in CLUMSY)] == []


def test_a_name_with_a_superscript_can_be_squared_and_transposed() -> None:
    assert latex.latex(read_numpy("W1@W1", "W1: d d")) == "W_{1}W_{1}"
    assert list(problems(LATEX.superscript("W^{(1)}", r"\top"))) == []
    assert LATEX.superscript("W^{(1)}", r"\top") == r"{W^{(1)}}^{\top}"
