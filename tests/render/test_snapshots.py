"""What derivations print, word for word: the forms of textbooks."""

import pytest

from symml.faces import read_numpy
from symml.proof.derive import derive
from symml.render import latex, text

DERIVED = [
    (
        "mean((y - X@w)**2) + lam*dot(w, w)", "w", "X: n d, y: n, w: d, lam: positive", 1,
        "2(λ w - Xᵀ(y - X w)/n)",
        r"2\left(\lambda w - \frac{1}{n}X^{\top}\left(y - Xw\right)\right)",
    ),
    (
        "norm(X@w - y)**2/2", "w", "X: n d, y: n, w: d", 1,
        "Xᵀ(X w - y)",
        r"X^{\top}\left(Xw - y\right)",
    ),
    (
        "norm(X@w - y)**2/2", "w", "X: n d, y: n, w: d", 2,
        "Xᵀ X",
        r"X^{\top}X",
    ),
    (
        "mean(log(1 + exp(-y*(X@w))))", "w", "X: n d, y: n sign, w: d", 1,
        "-Xᵀ(y ⊙ σ(-y ⊙ X w))/n",
        r"-\frac{1}{n}X^{\top}\left(y \odot \sigma\left(-y \odot Xw\right)\right)",
    ),
    (
        "w@A@w", "w", "A: d d, w: d", 1,
        "(A + Aᵀ)w",
        r"\left(A + A^{\top}\right)w",
    ),
    (
        "w@S@w", "w", "S: d d symmetric, w: d", 1,
        "2 S w",
        r"2Sw",
    ),
    (
        "log(det(S))", "S", "S: d d spd", 1,
        "S⁻¹",
        r"S^{-1}",
    ),
    (
        "trace(inv(X)@A)", "X", "X: d d invertible, A: d d", 1,
        "-X⁻ᵀ Aᵀ X⁻ᵀ",
        r"-X^{-\top}A^{\top}X^{-\top}",
    ),
    (
        "logsumexp(z)", "z", "z: k", 2,
        "diag(p) - p pᵀ  where p = softmax(z)",
        r"\operatorname{diag}\left(p\right) - pp^{\top} \quad\text{where } p = \operatorname{softmax}\left(z\right)",
    ),
    (
        "sigmoid(x)", "x", "x:", 1,
        "σ(x)(1 - σ(x))",
        r"\sigma\left(x\right)\left(1 - \sigma\left(x\right)\right)",
    ),
    (
        "tanh(X@w)", "w", "X: n d, w: d", 1,
        "diag(𝟏 - tanh(X w)⊙²)X",
        r"\operatorname{diag}\left(\mathbf{1} - \tanh\left(Xw\right)^{\odot 2}\right)X",
    ),
    (
        "norm(w)", "w", "w: d", 1,
        "w/‖w‖",
        r"\frac{1}{\left\|w\right\|_2}w",
    ),
    (
        "x*log(x)", "x", "x: positive", 1,
        "log(x) + 1",
        r"\log x + 1",
    ),
    (
        "np.sum(cdist(X, Y, 'sqeuclidean')*A)", "X", "X: n d, Y: m d, A: n m", 1,
        "2(diag(A 𝟏)X - A Y)",
        r"2\left(\operatorname{diag}\left(A\mathbf{1}\right)X - AY\right)",
    ),
    (
        "softmax(A@x)", "x", "A: n d, x: d", 1,
        "(diag(p) - p pᵀ)A  where p = softmax(A x)",
        r"\left(\operatorname{diag}\left(p\right) - pp^{\top}\right)A \quad\text{where } "
        r"p = \operatorname{softmax}\left(Ax\right)",
    ),
    (
        "dot(a, b)/(norm(a)*norm(b))", "a", "a: d, b: d", 2,
        "(3(aᵀ b)a aᵀ/‖a‖² - b aᵀ - a bᵀ - (aᵀ b)I)/(‖a‖³ ‖b‖)",
        r"\frac{1}{\left\|a\right\|_2^3\left\|b\right\|_2}\left(\frac{3}{\left\|a\right\|_2^2}\left(a^{\top}b\right)"
        r"aa^{\top} - ba^{\top} - ab^{\top} - \left(a^{\top}b\right)I\right)",
    ),
    (
        "x@A@x/(x@x)", "x", "A: n n, x: n", 2,
        "(A + Aᵀ - 2(A + Aᵀ)x xᵀ/‖x‖² - 2 x xᵀ(A + Aᵀ)/‖x‖² + 8(xᵀ A x)x xᵀ/‖x‖⁴ - 2(xᵀ A x)I/‖x‖²)/‖x‖²", None,
    ),
    (
        "norm(A@x - b)", "x", "A: m n, x: n, b: m", 2,
        "Aᵀ(I - r rᵀ/‖r‖²)A/‖r‖  where r = A x - b", None,
    ),
    (
        "(x@B@x)**3", "x", "B: n n, x: n", 2,
        "3(xᵀ B x)(2 r rᵀ + (xᵀ B x)(B + Bᵀ))  where r = (B + Bᵀ)x", None,
    ),
    (
        "trace(inv(A + X@X.T))", "X", "A: n n, X: n m", 1,
        "-(M M + Mᵀ Mᵀ)X  where M = (A + X Xᵀ)⁻¹", None,
    ),
    (
        "sum((y - X@w)**2/(1 + (y - X@w)**2))", "w", "X: n d, y: n, w: d", 1,
        "-2 Xᵀ(r ⊙ (1 ⊘ u - r⊙² ⊘ u⊙²))  where r = y - X w, u = 𝟏 + r⊙²", None,
    ),
    ("sum(cumsum(v)**2)", "v", "v: n", 1, "2 tril(𝟏_{n} 𝟏_{n}ᵀ)ᵀ cumsum(v)", None),
    (
        "dot(r, (x - mean(x))/sqrt(var(x) + e0))", "x", "x: d, r: d, e0: positive", 1,
        "(r - (rᵀ x\u0303)x\u0303/(v d) - (𝟏ᵀ r)𝟏/d)/√(v)  where x\u0303 = x - (𝟏ᵀ x)𝟏/d, v = ‖x\u0303‖²/d + e₀",
        None,
    ),
    (
        "trace(A@X@B@X.T)", "X", "A: n n, X: n d, B: d d", 2,
        "[ijkl] ↦ A[i,k] B[l,j] + A[k,i] B[j,l]",
        r"\left[A_{ik} B_{lj} + A_{ki} B_{jl}\right]_{ijkl}",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "order", "as_text", "as_latex"), DERIVED, ids=[f"{row[0]} {row[3]}" for row in DERIVED]
)
def test_a_derivative_is_printed_as_in_a_textbook(
    loss: str, wrt: str, shapes: str, order: int, as_text: str, as_latex: str | None
) -> None:
    found = derive(loss, wrt, shapes=shapes, order=order)
    assert found.text() == as_text
    assert as_latex is None or found.latex() == as_latex


WRITTEN = [
    ("-(X@w - y)", "X: n d, w: d, y: n", "-(X w - y)", r"-\left(Xw - y\right)"),
    ("-(a*log(b) + c)", "a:, b:, c:", "-(a log(b) + c)", r"-\left(a\log b + c\right)"),
    ("5*2**x", "x:", "5 · 2^x", r"5\cdot 2^x"),
    ("lgamma(x)**2", "x: positive", "(log Γ(x))²", r"\left(\log\Gamma\left(x\right)\right)^2"),
    ("log(w)*v", "w: d, v: d", "v ⊙ log(w)", r"v \odot \log\left(w\right)"),
    ("cos(x)**2*log(a)", "x:, a:", "cos(x)² log(a)", r"\cos^2\left(x\right)\log a"),
    ("sin(x)*cos(x)", "x:", "sin(x)cos(x)", r"\sin\left(x\right)\cos x"),
    ("exp(A)", "A: d d", "exp[⊙](A)", r"\exp_{\odot}\left(A\right)"),
    ("exp(X)", "X: n d", "exp(X)", r"\exp\left(X\right)"),
    (
        "cumsum(x)", "x: n",
        "cumsum(x)",
        r"\operatorname{cumsum}\left(x\right)",
    ),
    ("X**(a - 1)", "X: n d positive, a:", "X^(⊙a - 1)", r"X^{\odot a - 1}"),
    ("floor(x)", "x:", "floor(x)", r"\operatorname{floor}\left(x\right)"),
    ("norm(A)", "A: n d", "‖A‖_F", r"\left\|A\right\|_F"),
    ("max(X, axis=1)", "X: n d", "max[rows](X)", r"\max_{\text{rows}}\left(X\right)"),
    ("softmax(X, axis=0)", "X: n d", "softmax[cols](X)", r"\operatorname{softmax}_{\text{cols}}\left(X\right)"),
    ("x_1[0]", "x_1: d", "x₁[1]", r"\left(x_{1}\right)_{1}"),
    ("w[1:]", "w: d", "w[2:d]", r"w_{2:d}"),
    ("y_hat*x", "y_hat:, x:", "y\u0302 x", r"\hat{y}x"),
    ("abs(x)*abs(y)", "x:, y:", "|x| |y|", r"\left|x\right|\left|y\right|"),
    ("sum(log(w))", "w: d", "𝟏ᵀ log(w)", r"\mathbf{1}^{\top}\log w"),
    ("(w@v)*(u@v)", "w: d, v: d, u: d", "(wᵀ v)(uᵀ v)", r"\left(w^{\top}v\right)\left(u^{\top}v\right)"),
    (
        "c - where(x > 0, a, b)", "x:, a:, b:, c:",
        "c - {a if x > 0; b otherwise}",
        r"c - \left(\begin{cases} a & \text{if } x > 0 \\ b & \text{otherwise} \end{cases}\right)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shapes", "as_text", "as_latex"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_a_formula_is_printed_with_the_brackets_that_it_needs(
    source: str, shapes: str, as_text: str, as_latex: str
) -> None:
    expr = read_numpy(source, shapes)
    assert (text.text(expr), latex.latex(expr)) == (as_text, as_latex)


def test_the_steps_of_a_derivation_are_printed_line_by_line() -> None:
    found = derive("norm(X@w - y)**2", "w", shapes="X: n d, w: d, y: n")
    assert found.text(steps=True).splitlines()[0].split() == ["1", "L", "=", "‖X", "w", "-", "y‖²", "definition"]
    assert found.latex(steps=True).startswith(
        "\\begin{aligned}\nL &= \\left\\|Xw - y\\right\\|_2^2 && \\text{definition}"
    )


def test_a_name_is_used_wherever_its_formula_stands_also_in_index_notation() -> None:
    found = derive("sum(logsumexp(X@W, axis=1))", "W", shapes="X: n d, W: d k", order=2)
    main, _, where = found.text().partition("  where ")
    assert where == "P = softmax[rows](X W)"
    assert "P[m,l]" in main
    assert "softmax" not in main


def test_reasons_in_latex_are_text_with_mathematics_where_there_are_powers() -> None:
    lines = derive("sum(w**3)", "w", shapes="w: d", order=2).latex(steps=True).splitlines()
    power = next(line for line in lines if "power rule" in line)
    assert r"\text{power rule: d $x^{p}$ = p $x^{p-1}$ dx, p = 3}" in power
    assert any(r"\frac{\partial L'}{\partial w}" in line for line in lines)


def test_a_sum_of_equal_terms_has_no_identity_taken_out() -> None:
    shown = text.show(read_numpy("(Z + Z) * exp(v)", "Z: n d, v: d"))
    assert shown == "(Z + Z)diag(exp(v))"
