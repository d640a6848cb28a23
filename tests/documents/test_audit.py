"""Whole documents: what they declare and define holds from there on, claims are judged, and nothing is executed."""

from __future__ import annotations

import json
from itertools import chain, repeat
from pathlib import Path

import pytest

from symml.calculus.worker import Worker
from symml.documents.audit import audit
from symml.documents.formats import FORMATS, formatted
from symml.documents.judge import Piece, judge
from symml.documents.report import PASSED, AuditReport
from symml.errors import ReadError
from symml.proof.verdict import Verdict
from symml.proof.verify import verify

NOTES = r"""# Linear regression

Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$ and $w \in \mathbb{R}^d$.

The loss is $L = \frac1n\|Xw-y\|^2$. Its gradient is $\nabla_w L = \frac2n X^\top(Xw-y)$, and not

$$
\nabla_w L = \frac1n X^\top(Xw-y)
$$

It vanishes where $X^\top X w = X^\top y$.

# Plain text

- **(AB)^T = B^T A^T**
- **(AB)^(-1) = A^(-1) B^(-1)**
- Eigenvectors satisfy: Av = λv
- two vectors are orthogonal if their dot product = 0
- f(x) = sin(x) → f'(x) = -cos(x)

```python
import os; os.system("touch executed")

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def sigmoid_derivative(x):
    s = sigmoid(x)
    return s * (1 - s)

def tanh(x):
    return np.tanh(x)

def tanh_prime(x):
    return 1 - np.tanh(x)
```
"""

PAPER = r"""\documentclass{article}
\newcommand{\R}{\mathbb{R}}
\newcommand{\loss}{\mathcal{L}}
\begin{document}
\section{Ridge}
Let $X \in \R^{n \times d}$, $w \in \R^d$ and $y\in\R^n$. % $1 = 2$
\begin{equation}\label{eq:loss}
\loss(w) = \frac{1}{2}\|Xw - y\|_2^2 + \frac{\lambda}{2}\|w\|_2^2
\end{equation}
\begin{align}
\nabla_w \loss &= X^\top (Xw - y) + \lambda w \\
 &= (X^\top X + \lambda I)w - X^\top y
\end{align}
\begin{verbatim}
$1 = 2$
\end{verbatim}
\section{Matrices}
For invertible $A$, $\frac{\partial}{\partial A}\log\det A = A^{-1}$, and \(\mathrm{tr}(AB) = \mathrm{tr}(BA)\).
\end{document}
"""


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AuditReport]:
    path = tmp_path_factory.mktemp("documents") / "notes.md"
    path.write_text(NOTES, encoding="utf-8")
    return path, audit(path)


def _verdicts(report: AuditReport) -> dict[tuple[int, int], str]:
    return {(finding.line, finding.column): finding.verdict for finding in report.findings}


def test_claims_are_judged_with_what_the_document_said_before(notes: tuple[Path, AuditReport]) -> None:
    found = _verdicts(notes[1])
    assert [found[3, 6], found[5, 14], found[5, 55], found[8, 1], found[11, 20]] == [
        "declaration",
        "definition",
        "proved",
        "refuted",
        "equation",
    ]


def test_formulas_of_plain_text_are_judged_and_sentences_are_left_alone(notes: tuple[Path, AuditReport]) -> None:
    lines = {line: verdict for (line, _), verdict in _verdicts(notes[1]).items()}
    assert [lines[15], lines[16], lines[17], lines.get(18), lines[19]] == [
        "proved",
        "refuted",
        "equation",
        None,
        "refuted",
    ]


def test_functions_and_their_slopes_are_read_and_not_run(notes: tuple[Path, AuditReport]) -> None:
    code = {finding.excerpt: finding for finding in notes[1].findings if "derivative of" in finding.excerpt}
    assert code["sigmoid_derivative is the derivative of sigmoid"].verdict == "proved"
    wrong = code["tanh_prime is the derivative of tanh"]
    assert (wrong.verdict, NOTES.splitlines()[wrong.line - 1]) == ("refuted", "def tanh_prime(x):")
    assert not (notes[0].parent / "executed").exists()
    assert not Path("executed").exists()


def test_a_wrong_claim_names_its_place_and_what_would_be_right(notes: tuple[Path, AuditReport]) -> None:
    wrong = notes[1].wrong[0]
    assert (wrong.line, wrong.column, wrong.code) == (8, 1, "E101")
    assert wrong.judgment.fix == r"\frac{2}{n}X^{\top}\left(Xw - y\right)"
    assert "1/2 times the right value" in wrong.judgment.why


def test_a_paper_is_read_with_its_macros_and_without_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text(PAPER, encoding="utf-8")
    report = audit(path)
    verdicts = [(finding.line, finding.verdict) for finding in report.findings]
    assert verdicts == [
        (6, "declaration"),
        (6, "declaration"),
        (6, "declaration"),
        (8, "definition"),
        (11, "proved"),
        (18, "expression"),
        (18, "refuted"),
        (18, "proved"),
    ]
    assert report.wrong[0].judgment.fix == r"A^{-\top}"
    assert report.findings[4].excerpt.startswith(r"\begin{align}\nabla_w \loss")


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Here $\\sigma'(z) = \\sigma(z)(1 - \\sigma(z))$"]},
        {"cell_type": "code", "source": ["def f(x):\n", "    return x**2\n", "def f_prime(x):\n", "    return x"]},
        {"cell_type": "code", "source": ["def g(x):\n", "    return x**3\n", "def dg(x):\n", "    return 3*x**2"]},
    ]
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert [(f.line, f.verdict) for f in audit(path).findings] == [
        (2, "proved"),
        (5, "refuted"),
        (9, "proved"),
    ]


def test_definitions_hold_within_a_section_and_the_last_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(
        "# A\n$f(x) = x^2$, so $f'(x) = 2x$. Now $f(x) = x^3$, so $f'(x) = 2x$.\n\n# B\n$f'(x) = 2x$\n",
        encoding="utf-8",
    )
    assert [f.verdict for f in audit(path).findings] == [
        "definition",
        "proved",
        "definition",
        "refuted",
        "undefined",
    ]


def test_a_claim_about_something_unknown_is_never_refuted(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(r"$E[(y - \hat{y})^2] = \mathrm{Bias}^2 + \mathrm{Variance}$ and $f(x + y) = f(x) + f(y)$")
    assert {f.verdict for f in audit(path).findings} <= {"undefined", "not_understood"}


def test_what_takes_too_long_is_killed_and_the_next_formula_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.md"
    path.write_text("$1 + 1 = 2$ and $2 + 2 = 4$ and $3 + 3 = 6$")
    monkeypatch.setattr("symml.documents.audit.Worker", lambda module: Worker("tests.documents.slow_worker"))
    assert [finding.verdict for finding in audit(path, seconds=3.0).findings] == ["proved", "too_slow", "proved"]


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_tells_the_same_wrong_claims(notes: tuple[Path, AuditReport], name: str) -> None:
    shown = formatted(notes[1], name)
    marks = {
        "text": "E101",
        "concise": ": E101 ",
        "json": '"verdict": "refuted"',
        "sarif": '"level": "error"',
        "github": "::error ",
        "junit": "<failure ",
    }
    assert shown.count(marks[name]) == len(notes[1].wrong) == 4


def test_json_has_the_keys_that_others_rely_on(notes: tuple[Path, AuditReport]) -> None:
    data = json.loads(formatted(notes[1], "json"))
    keys = {"file", "line", "column", "excerpt", "reading", "verdict", "code", "why", "fix"}
    assert all(keys <= finding.keys() for finding in data["findings"])
    assert data["summary"]["refuted"] == 4


def test_bad_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        audit(tmp_path / "missing.md")
    with pytest.raises(ReadError, match="files of this kind"):
        audit(tmp_path / "notes.docx")
    (tmp_path / "broken.ipynb").write_text("{}")
    with pytest.raises(ReadError, match="no notebook"):
        audit(tmp_path / "broken.ipynb")
    (tmp_path / "latin.md").write_bytes(b"caf\xe9 $x = x$")
    with pytest.raises(ReadError, match="UTF-8"):
        audit(tmp_path / "latin.md")


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        ("S = S^\\top", "equation"),
        ("Q^\\top Q = I", "equation"),
        ("P^2 = P", "equation"),
        ("\\sum_i p_i = 1", "equation"),
        ("A v = \\lambda v", "equation"),
        ("V^\\pi(s) = R(s) + \\gamma V^\\pi(s)", "not_understood"),
        ("s = \\mathrm{softmax}(z)", "definition"),
        ("\\mathrm{softmax}(z)_i = \\frac{e^{z_i}}{\\sum_{j=1}^K e^{z_j}}", "proved"),
        ("\\nabla_x b^T x = b", "proved"),
        ("\\nabla_x x^T A x = (A + A^T) x", "proved"),
        ("\\nabla_x x^T A x = 2 A x", "true_if"),
        ("\\min_{w,b} \\frac12\\|w\\|^2", "expression"),
        ("\\mathrm{Cov}(Z) = E[ZZ^T] - E[Z]E[Z]^T", "proved"),
        (
            "\\frac1m\\sum_{i=1}^m (x^{(i)T}u)^2 = u^T\\left(\\frac1m\\sum_{i=1}^m x^{(i)}x^{(i)T}\\right)u",
            "proved_randomized",
        ),
        ("\\frac{\\partial}{\\partial \\Sigma}\\log\\det\\Sigma = \\Sigma^{-1}", "true_if"),
        ("\\frac{\\partial}{\\partial A}\\log\\det A = A^{-1}", "refuted"),
        ("\\|Q x\\| = \\|x\\|", "true_if"),
        ("dX = X dY", "not_understood"),
        ("X^\\top X", "expression"),
        ("\\hat y = Xw", "definition"),
        ("\\theta_{t+1} = \\theta_t - \\eta g_t", "definition"),
        ("\\mathrm{tr}(ABC) = \\mathrm{tr}(CAB)", "proved"),
        ("\\mathrm{tr}(ABC) = \\mathrm{tr}(ACB)", "refuted"),
        ("\\mathbb{E}[aX + b] = a\\mathbb{E}[X] + b", "proved"),
        ("\\mathrm{Var}(aX) = a\\mathrm{Var}(X)", "refuted"),
        ("x^{\\bigoplus} = 1", "not_understood"),
    ],
)
def test_what_is_a_claim_and_what_is_not(tmp_path: Path, formula: str, verdict: str) -> None:
    path = tmp_path / "one.md"
    path.write_text(f"${formula}$")
    assert [f.verdict for f in audit(path).findings] == [verdict]


def test_an_equation_that_is_asked_for_is_no_claim(tmp_path: Path) -> None:
    path = tmp_path / "one.md"
    path.write_text("Eigenvectors satisfy $A v = \\lambda v$. Solve $X^\\top X w = X^\\top y$ for $w$.")
    assert [f.verdict for f in audit(path).findings][:2] == ["equation", "equation"]


def test_lecture_notes_are_understood_and_nothing_right_is_called_wrong() -> None:
    report = audit(Path(__file__).parent / "lecture_notes.md")
    assert not report.wrong, report
    held = [finding for finding in report.findings if finding.verdict in PASSED]
    assert len(held) >= 34
    assert len(report.unread) <= 8


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("X^T X \\theta - X^T \\vec{y}$$", "X^T X \\theta + X^T \\vec{y}$$"),
        ("g'(z) = g(z)(1-g(z))", "g'(z) = g(z)(1+g(z))"),
        ("\\mathrm{tr}(AB) = B^T", "\\mathrm{tr}(AB) = B"),
        ("= CAB + C^TAB^T", "= CAB + C^TAB"),
        ("= |A|(A^{-1})^T", "= |A|A^{-1}"),
        ("\\tanh(x) = 2\\sigma(2x) - 1", "\\tanh(x) = 2\\sigma(x) - 1"),
        ("= \\|x\\|^2 - 2x^Tz", "= \\|x\\|^2 + 2x^Tz"),
        ("= a^2\\mathrm{Var}(X)", "= a\\mathrm{Var}(X)"),
        ("\\mathrm{tr} ABC = \\mathrm{tr} CAB", "\\mathrm{tr} ABC = \\mathrm{tr} ACB"),
        ("|AB| = |A||B|", "|AB| = |A| + |B|"),
    ],
)
def test_a_mistake_in_lecture_notes_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    notes = (Path(__file__).parent / "lecture_notes.md").read_text(encoding="utf-8")
    assert right in notes
    section = next(part for part in notes.split("\n# ") if right in part)
    path = tmp_path / "notes.md"
    path.write_text(section.replace(right, wrong), encoding="utf-8")
    found = [finding.verdict for finding in audit(path).findings if finding.code[:1] in ("E", "W")]
    # A lost transpose is no mistake where the matrix is symmetric, which is said.
    assert found == ["true_if" if "C^TAB" in right or "= B^T" in right else "refuted"]


def test_a_chain_is_as_strong_as_its_weakest_link() -> None:
    found = judge(Piece("latex", r"x^\top x = \|x\|_2^2 \le n \max_i x_i^2"))[0]
    assert found.status == verify(r"\|x\|_2^2 \le n \max_i x_i^2", shapes="x: n").verdict == "certified"


@pytest.mark.parametrize(
    ("under", "status", "why"),
    [
        ("proved", "true_if", "true if"),
        ("certified", "true_if", "no exception was found if"),
        ("not_understood", "undecided", "not decided if"),
        ("refuted", "refuted", "excludes it"),
    ],
)
def test_what_holds_under_an_assumption_is_said_as_strongly_as_it_was_shown(
    monkeypatch: pytest.MonkeyPatch, under: str, status: str, why: str
) -> None:
    first = Verdict("refuted", "the claim", "a point excludes it")
    answers = chain([first], repeat(Verdict(under, "the claim", "a point excludes it")))
    monkeypatch.setattr("symml.documents.judge.verify", lambda *sides, **options: next(answers))
    found = judge(Piece("latex", r"\log x^2 = 2\log x - 1"))[0]
    assert (found.status, why in found.why) == (status, True)
