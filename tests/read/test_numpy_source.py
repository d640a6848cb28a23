"""NumPy-style text means what NumPy means by it; nothing is executed; every error has its reason, caret and cure."""

from __future__ import annotations

import time
import warnings
from random import Random
from typing import Any

import numpy as np
import pytest
import scipy.special as special
from hypothesis import given
from hypothesis import strategies as st

from symml.errors import ReadError, SymmlError
from symml.expr.build import symbol
from symml.expr.nodes import Expr
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from symml.read.numpy_source import Statement, read_assignments, read_numpy, read_statement
from tests.oracle import evaluate

_AS_IN_NUMPY = (
    "exp log sqrt tanh sum mean var std abs maximum minimum where dot outer trace diag einsum arange eye ones zeros "
    "stack clip prod concatenate sign log1p expm1 pi e inf cos arctan logical_and"
)
SHAPES = (
    "X: n d, Y: n d, y: n, w: d, v: d, W: d k, l: n label, A: d d, S: d d spd, s:, t: positive, u: unit, b: n binary, "
    "T: n d k, f: function"
)
SIZES = {"n": 4, "d": 3, "k": 2}
NAMES: dict[str, Any] = {
    "np": np,
    "special": special,
    "softmax": special.softmax,
    "logsumexp": special.logsumexp,
    "expit": special.expit,
    "xlogy": special.xlogy,
    "sigmoid": special.expit,
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.logaddexp(0, x),
    "log_softmax": special.log_softmax,
    "norm": np.linalg.norm,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
    "solve": np.linalg.solve,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "lgamma": special.gammaln,
    "square": np.square,
    "max": lambda x, *more: np.max(x, *more) if np.ndim(x) else max(x, *more),
    "min": lambda x, *more: np.min(x, *more) if np.ndim(x) else min(x, *more),
    **{name: getattr(np, name) for name in _AS_IN_NUMPY.split()},
}


def values() -> dict[str, Any]:
    """A number or an array for every name."""
    rng = Random(3)
    declared = read_declarations(SHAPES)
    found: dict[str, Any] = {}
    for name, node in declared.symbols.items():
        shape = tuple(SIZES[str(dim)] for dim in node.shape)
        drawn = np.array([float(value) for value in node.domain.sample(rng, shape)]).reshape(shape)
        found[name] = drawn.astype(int) if name == "l" else drawn.astype(bool) if name == "b" else drawn
    return found


AGREEING = [
    "mean((y - X@w)**2) + t*dot(w, w)",
    "np.sum(np.log(1 + np.exp(-y * (X @ w)))) / n",
    "norm(X@w - y)**2 / (2*n)",
    "-np.mean(np.log(softmax(X@W, axis=1)[np.arange(n), l]))",
    "logsumexp(X@W, axis=-1).mean() - (X@W)[arange(n), l].mean()",
    "X.T @ (X@w - y) / len(y)",
    "X.shape[0] * s + X.shape[1] - n*d",
    "(X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5)",
    "X.std(axis=1, ddof=1)",
    "np.mean(X, axis=(0, 1))",
    "X.sum(axis=1, keepdims=True) * X",
    "np.sum(X, axis=0, keepdims=True)",
    "X.max(axis=1) - X.min()",
    "max(w) + min(w, 0)",
    "(X*2).prod(axis=1)",
    "np.einsum('ij,jk->ik', X, W)",
    "einsum('ij,ij', X, Y)",
    "einsum('ijk,j->ki', T, w)",
    "trace(A) + np.trace(A @ S) + A.trace()",
    "diag(A) + diag(diag(w)) @ w",
    "A.diagonal()",
    "outer(w, v) @ A.T",
    "w @ A @ v",
    "X.dot(w).dot(y)",
    "np.dot(s, w)",
    "np.linalg.inv(S) @ w + solve(S, v)",
    "np.linalg.slogdet(A)[1] + logdet(S) + np.linalg.slogdet(S)[0]",
    "np.linalg.det(A) + det(S)",
    "np.linalg.norm(A) + norm(A, 'fro') + norm(w, 1) + norm(w, np.inf) + norm(w, 2) + norm(w, ord=3)",
    "np.linalg.norm(X, axis=1)",
    "norm(A, 1) + norm(A, inf)",
    "w[0] + w[-1] * w[d-1] + X[0, 1] + X[1][2]",
    "w[1:] - w[:-1]",
    "X[1:-1, ::-1]",
    "X[:, None, :] - X[None]",
    "w[:, None] * w",
    "w.reshape(-1, 1) @ w.reshape(1, -1)",
    "np.reshape(w, (1, d, 1))",
    "X[..., 0] + X[:, 1]",
    "X[l] + np.eye(n)[l] @ X",
    "(l[:, None] == np.arange(k)) * 1.0",
    "T[np.arange(n), :, l]",
    "X[[0, -1, 1]]",
    "w[[0, 2]]",
    "eye(d) + ones((d, d)) - zeros((d, d)) + np.full((d, d), 2)",
    "np.ones_like(X) + np.zeros(d) + zeros(shape=d)",
    "stack([w, v]) @ A",
    "np.concatenate([X, Y], axis=1)",
    "np.concatenate((w, v))",
    "[1, s, 2.5]",
    "np.where(X > 0, X, 0.5*X)",
    "where(b, y, 0)",
    "(X > 0) * X + (X >= Y) + (X < 1) + (X <= 0) * 2",
    "(l == 1) * 1 + (l != 0)",
    "((s > 0) & (t > 1)) * 2 + ((s > 0) | (t > 1)) + (~(s > 0)) * 3",
    "(0 < u < 1) * s",
    "s if s > 0 else -s",
    "t if s > 0 and t > 0 or s < -5 else 2*t",
    "1.0 if not s > 0 else 0.0",
    "maximum(0, 1 - y * (X@w)).mean() + max(0, s) + min(s, 1)",
    "np.clip(X, -1, 1) + clip(w, 0, 2) + X.clip(-1, 0.5)",
    "relu(X).sum() + softplus(s) + sigmoid(w) @ v",
    "special.expit(X) * expit(Y)",
    "xlogy(u, u) + special.xlogy(t, t) + lgamma(t) + special.gammaln(t)",
    "log_softmax(w) + special.log_softmax(v)",
    "abs(w) + np.abs(v) + np.sign(w) * np.square(v) + square(w)",
    "-w**2 + (-w)**2 - +w",
    "w**0.5 if s > 100 else w**-2",
    "t**s + 2**s + t**0.5 + np.power(t, 3)",
    "0.1 + 1e-3 + .5 + 1_000 + 0x10 + 2.",
    "pi + np.pi - e * np.e + np.exp(1)",
    "X.T.T + X.copy() + X.astype(float)",
    "np.transpose(T, (2, 0, 1)) + T.transpose(2, 0, 1) + np.swapaxes(T, 0, 1).T",
    "np.expand_dims(w, 0).squeeze() + np.squeeze(w[None])",
    "w.flatten() @ w + w.ravel() @ v",
    "X.size + X.ndim + np.ndim(w) + np.shape(X)[1]",
    "(w + v)[1:] @ (w * v)[:-1]",
    "np.sum(X**2, axis=1)[:, None] + np.sum(Y**2, axis=1)[None, :] - 2 * X @ Y.T",
    "b.sum() + b.mean() + y[b.astype(int)]",
    "np.log1p(t) + np.expm1(s) + np.cos(s) + np.arctan(s) + tanh(s)",
    "sum(w) + np.sum(w, axis=0) + w.sum(0)",
    "np.inner(X, Y) + X @ Y.T + np.vdot(X, Y)",
    "np.var(w, ddof=1) + std(w)",
    "np.logical_and(X > 0, Y > 0) * 1 + np.logical_not(X > 0)",
]


@pytest.mark.parametrize("text", AGREEING)
def test_a_text_means_what_numpy_means(text: str) -> None:
    given_values = values()
    found = evaluate(read_numpy(text, SHAPES), {**given_values, "b": given_values["b"].astype(float)}, SIZES)
    code = compile(text, "text", "eval")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        wanted = np.asarray(eval(code, {**NAMES, **SIZES, **given_values}), float)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0.1*s", "s/10"),
        ("1e-2 + s", "1/100 + s"),
        ("np.exp(s)", "exp(s)"),
        ("  exp(s)\n  + 1 ", "exp(s) + 1"),
        ("softmax(X@W, axis=1)[np.arange(n), l]", "softmax(X@W, axis=1)[range(n), l]"),
        ("np.eye(k)[l]", "(l[:, None] == np.arange(k))"),
        ("scipy.special.expit(s)", "sigmoid(s)"),
        ("X.shape[0]*s", "n*s"),
    ],
)
def test_two_spellings_are_one_expression(text: str, same: str) -> None:
    assert read_numpy(text, SHAPES) is read_numpy(same, SHAPES)


def test_undefined_functions_are_applied() -> None:
    assert repr(read_numpy("f(w) + f(s)", SHAPES)).count("f(") == 2


def test_numbers_stand_for_dims_where_they_are_given() -> None:
    declared = read_declarations("X: n d").with_numbers({"n": 3, "d": 2})
    assert read_numpy("sum(X)/n", declared) is read_numpy("sum(X)/3", declared)


# ---- errors ----------------------------------------------------------------------------------------------------------
ERRORS = [
    ("", "the expression is empty", "", "write one"),
    ("   ", "the expression is empty", "", "write one"),
    ("Xz @ w", "Xz is not declared", "Xz", "did you mean X?"),
    ("q + s", "q is not declared", "q", "'q:' (a number)"),
    ("Xw", "Xw is not declared", "Xw", "X @ w"),
    ("s * exp", "exp is not declared", "exp", "exp is a function"),
    ("f", "f is not declared", "f", "f is a function"),
    ("w^2", "^ is not a power", "^2", "use **"),
    ("X @ y", "X @ y: X is (n, d), y is (n,)", "@ y", "X.T @ y"),
    ("s + (X * y)", "do not broadcast", "* y", "y[:, None]"),
    ("w + X @ W", "do not broadcast", "+ X", ""),
    ("sigmoidd(s)", "sigmoidd is not a function", "sigmoidd(s)", "sigmoid"),
    ("np.softmaxx(w)", "is not a function", "np.softmaxx", "softmax"),
    ("w(3)", "w is not a function", "w(3)", "w * (...)"),
    ("w.foo()", "no method .foo()", "w.foo()", "sum"),
    ("w.foo", "no .foo", "w.foo", ".shape"),
    ("np.sum", "np.sum is not a number", "np.sum", "np.sum(...)"),
    ("X.sum(axis=5)", "there is no axis 5", "X.sum", "axes 0 to 1"),
    ("X.sum(axiss=0)", "unexpected keyword argument 'axiss'", "X.sum", ""),
    ("exp(s, s)", "exp takes 1 argument", "exp(s, s)", ""),
    ("sum()", "missing 1 required", "sum()", ""),
    ("inv(X)", "needs a square matrix", "inv(X)", ""),
    ("y[w]", "not known to be whole numbers", "y[w]", "label"),
    ("X[y > 0]", "not known to be whole numbers", "X[y", "where"),
    ("w[0, 0]", "the key has 2 indices", "w[0", ""),
    ("w[s:]", "whole number", "s:", ""),
    ("X[9, 9, 9]", "the key has 3 indices", "X[9", ""),
    ("ones(3)[7]", "outside an axis of 3", "ones", ""),
    ("w & v", "combine conditions only", "w & v", "(x > 0) & (y > 0)"),
    ("not s", "combine conditions only", "not s", ""),
    ("w // 2", "FloorDiv is not read", "w // 2", "**"),
    ("w is v", "comparison Is is not read", "w is v", ""),
    ("1j * s", "not a real number", "1j", ""),
    ("'text'", "text is not mathematics", "'text'", ""),
    ("exp('x')", "text is not mathematics", "'x'", ""),
    ("f'{s}'", "text is not mathematics", "f'", ""),
    ("lambda x: x", "functions cannot be defined", "lambda", ""),
    ("[x for x in w]", "cannot be gone through one by one", "w]", "range(n)"),
    ("sum(x for x in w)", "cannot be gone through one by one", "w)", "range(n)"),
    ("sum(w[i] for i in range(1, d))", "starts at 0", "range", "range(n - 1)"),
    ("sum(w[i]*w[i+1] for i in range(d))", "plus 1 may leave an axis of d", "sum(", "range(n - 1)"),
    ("sum(w[i-1] for i in range(d))", "may leave an axis of d", "sum(", "still fits"),
    ("sum(w[i] for i in range(n))", "runs over n, and it may leave an axis of d", "sum(", "still fits"),
    ("sum(w[i] for i in range(d) if i > 0)", "a condition", "w[i]", "where"),
    ("[X[i, j] for i in range(n) for j in range(d)]", "two symbolic ranges", "[X", "sum"),
    ("(z := s)", "names cannot be given", "z := s", ""),
    ("sum(*w)", "starred", "*w", ""),
    ("sum(**w)", "** arguments are not read", "w)", ""),
    ("{1: 2}", "Dict is not mathematics", "{1", ""),
    ("w @", "this is not an expression", "", "NumPy syntax"),
    ("(w", "this is not an expression", "(w", ""),
    ("2w", "this is not an expression", "2w", ""),
    ("s = 2", "this is not an expression", "", "= or =="),
    (r"\frac{1}{2}", "this is not an expression", "", "looks like LaTeX"),
    ("zeros((n, d), dtype=int)", "dtype=int is not read", "int)", "leave dtype out"),
    ("w.astype(int)", "changes numbers", "w.astype", "label"),
    ("inf", "this is not an expression", "inf", ""),
    ("w + inf", "cannot be calculated with", "inf", ""),
    ("-None", "has no sign", "-None", ""),
    ("f(s, x=2)", "undefined function", "f(s", ""),
    ("np.random.rand(3)", "is not a function", "np.random", ""),
    ("9**9**9", "exponent is too large", "9**9", "at most 1000"),
    ("10**10**10", "exponent is too large", "10**10", ""),
    ("power(10, power(10, 10))", "exponent is too large", "", ""),
    ("(10**999)**999", "exponent is too large", "(10", ""),
    ("s**(1/3333)", "exponent is too large", "s**", ""),
    ("1e99999", "too long", "1e9", ""),
    ("1" * 90, "too long", "111", "60 digits"),
    ("w" + "[None]" * 40, "axes", "w[None]", "at most 26"),
]


@pytest.mark.parametrize(("text", "what", "caret", "cure"), ERRORS, ids=[row[0][:40] for row in ERRORS])
def test_an_error_has_its_reason_its_caret_and_its_cure(text: str, what: str, caret: str, cure: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_numpy(text, SHAPES)
    error = caught.value
    assert what in error.what
    assert cure in error.cure
    assert error.column is None or text[error.column :].startswith(caret)
    assert len(str(error)) < 800


@pytest.mark.parametrize("text", ["é + s", "ünïcödé * w", "α·β", "s + 𝐪"])
def test_carets_count_characters(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_numpy(text, "s:, w: d")
    assert caught.value.column is not None
    assert 0 <= caught.value.column < len(text)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__[0].__subclasses__()",
        "exec('1')",
        "eval('s')",
        "open('x')",
        "s.__class__",
        "np.__dict__",
        "np.load('x')",
        "np.os.system('true')",
        "getattr(s, 'name')",
        "globals()",
        "(lambda: s)()",
        "s.shape.__class__",
        "''.join(w)",
        "breakpoint()",
        "10**10**10",
        "9**9**9**9",
        "2**1000**1000",
        "(2**999)**999 * (2**999)**999",
        "*".join(["2**999"] * 50),
        "ones((10**30, 10**30))[10**40]",
        "arange(10**9)",
        "arange(10**8) * s",
        "(" * 300 + "s" + ")" * 300,
        "-" * 5000 + "s",
        "not " * 3000 + "s",
        "s" + "[None]" * 5000,
        "exp(" * 90 + "s" + ")" * 91,
        "s" + " if s else s" * 3000,
        "[" * 150 + "]" * 150,
        "s" * 200_000,
        "s+" * 60_000,
        "\x00",
        "s\x00",
        "\ud800",
        "s #" + "x" * 50,
        "'\\N{foo}'",
        "s.T" * 3,
        "1__0",
        "0777",
        "1if s else 2",
        "w[::0]",
        "w[1e400]",
        "einsum('i', )",
        "einsum(w, w)",
        "einsum('a'*99, w)",
        "einsum('" + "ab," * 100 + "', w)",
        "norm(w, 'nuc')",
        "norm(w, ord='x' * 9)",
        "reshape(w, (-1, -1))",
        "reshape(w, s)",
        "transpose(X, (0, 0))",
        "X.sum(axis=(0, 5))",
        "X.sum(axis=s)",
        "X.sum(axis='a')",
        "zeros(-1)",
        "zeros(s)",
        "zeros((n, 1.5))",
        "eye(2.5)",
        "full(3)",
        "concatenate(w)",
        "stack([])",
        "concatenate([])",
        "[]",
        "()",
        "diag(T)",
        "len(s)",
        "len()",
        "slogdet(S)",
        "np.linalg.slogdet(S)[5]",
        "range(s)",
        "arange(0, n, 2)",
        "where(w > 0)",
        "max()",
        "max(w, v, w)",
        "clip(w, foo=3)",
        "X.T()",
        "s()",
        "X[0](1)",
        "np",
        "np.newaxis",
        "X[np.newaxis, ..., ...]",
        "w['0']",
        "w[True]",
        "y[[True, False]]",
        "b[b > 0]",
        "l[l]" + "[l]" * 30,
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_a_hostile_text_is_read_or_refused_quickly(text: str) -> None:
    start = time.perf_counter()
    try:
        assert isinstance(read_numpy(text, SHAPES), Expr)
    except SymmlError as error:
        assert isinstance(error, ReadError)
        assert len(str(error)) < 1000
    assert time.perf_counter() - start < 5


def test_a_long_sum_is_not_deep() -> None:
    assert isinstance(read_numpy("+".join(["s*w[0]"] * 500), SHAPES), Expr)


_WORDS = (
    "X w y s l W A + - * / @ ** ( ) [ ] , : . 0 1 2 -1 0.5 == < > None = np. np.sum( exp( log( softmax( axis= ** if "
    "else n d k .T .sum( .shape arange( [:, [None] 'ij' einsum( norm( reshape( and not & ~ lambda ; # \\ ' \" 1e9 ^ //"
)
_TOKENS = [*_WORDS.split(), "\n"]


@given(
    st.lists(st.sampled_from(_TOKENS), max_size=14).map(
        lambda parts: "".join(p + " " * (k % 2) for k, p in enumerate(parts))
    )
)
def test_no_arrangement_of_tokens_ends_in_another_error(text: str) -> None:
    for read in (read_numpy, read_statement, read_assignments):
        try:
            read(text, SHAPES)
        except ReadError as error:
            assert str(error)


@given(st.text(max_size=40))
def test_no_text_ends_in_another_error(text: str) -> None:
    for read in (read_numpy, read_statement, read_assignments):
        try:
            read(text, SHAPES)
        except ReadError as error:
            assert str(error)


# ---- statements and scripts ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("s**2 = s*s", "=="),
        ("s**2 == s*s", "=="),
        ("norm(w) >= 0", ">="),
        ("log(t) <= t - 1", "<="),
        ("sum(X, axis=0) = X.sum(axis=0)", "=="),
        ("(s == 0) == (s*s == 0)", "=="),
        ("einsum('ij->ij', X) = X", "=="),
    ],
)
def test_a_relation_is_split_at_its_sign(text: str, relation: str) -> None:
    found = read_statement(text, SHAPES)
    assert isinstance(found, Statement)
    assert found.relation == relation


@pytest.mark.parametrize("text", ["s**2", "s < 1", "s != 1", "sum(X, axis=0)", "f(s) if s > 0 else s"])
def test_what_has_no_relation_is_an_expression(text: str) -> None:
    assert read_statement(text, SHAPES) is read_numpy(text, SHAPES)


@pytest.mark.parametrize(
    ("text", "what", "caret"),
    [
        ("s <= s <= s", "more than one relation", "<= s"),
        ("s = s = s", "more than one relation", "= s"),
        ("s < s == s", "more than one relation", "== s"),
        ("s = ", "is empty", ""),
        ("= s", "is empty", ""),
        ("s = q", "q is not declared", "q"),
        ("X@w = X@y", "X @ y", "@y"),
    ],
)
def test_a_relation_with_a_mistake_has_its_caret_in_the_whole_text(text: str, what: str, caret: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_statement(text, SHAPES)
    assert what in caught.value.what
    assert caught.value.column is not None
    assert text[caught.value.column :].startswith(caret)


def test_a_script_gives_names_to_values() -> None:
    script = """
    import numpy as np
    n, m = X.shape
    Z = X @ W                 # scores
    p = softmax(Z, axis=1)
    loss = -np.sum(np.log(p[np.arange(n), l])) / n
    loss += t * np.sum(W * W)
    loss
    """
    import textwrap

    wanted = "-sum(log(softmax(X@W, axis=1)[arange(n), l]))/n + t*sum(W*W)"
    assert read_assignments(textwrap.dedent(script), SHAPES) is read_numpy(wanted, SHAPES)


def test_the_last_name_is_the_value_where_no_expression_follows() -> None:
    assert read_assignments("z = exp(s)\nloss = z + 1", SHAPES) is read_numpy("exp(s) + 1", SHAPES)


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("", "nothing to read"),
        ("import numpy as np", "nothing to read"),
        ("import os\ns", "only lines of the form"),
        ("for i in range(3): s", "only lines of the form"),
        ("def f(x): return x", "only lines of the form"),
        ("return s", "only lines of the form"),
        ("w[0] = 1\nw", "a value is given to a name"),
        ("a, b = s\na", "a value is given to a name"),
        ("Z = X\nZ -= 1\nX", "changed in place"),
        ("z = q\nz", "q is not declared"),
        ("z = s\n q", "this is not an expression"),
        ("z = None\nz", "is not an expression"),
    ],
)
def test_a_script_that_does_more_is_refused(script: str, what: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_assignments(script, SHAPES)
    assert what in caught.value.what


def test_expressions_pass_and_other_things_do_not() -> None:
    s = symbol("s")
    declared = read_declarations(SHAPES)
    assert read_expression(s, declared) is s
    assert read_expression("s", declared) is s
    with pytest.raises(ReadError, match="is not an expression"):
        read_expression(3, declared)  # type: ignore[arg-type] # this is what is tested


@pytest.mark.parametrize(
    ("text", "shape"),
    [("w[1:d + 1]", "d - 1"), ("w[-(d + 1):]", "d"), ("w[-d:]", "d"), ("w[:d]", "d"), ("w[:-1]", "d - 1")],
)
def test_a_slice_ends_with_its_axis(text: str, shape: str) -> None:
    assert ", ".join(map(str, read_numpy(text, read_declarations("w: d")).shape)) == shape


@pytest.mark.parametrize(("text", "shape"), [("w[-k:]", "k"), ("w[:-k]", "d - k"), ("w[:-d]", "0"), ("w[-2:]", "2")])
def test_a_slice_that_counts_from_the_end_has_the_length_that_numpy_gives_it(text: str, shape: str) -> None:
    assert ", ".join(map(str, read_numpy(text, read_declarations("w: d, U: d k")).shape)) == shape


def test_an_end_that_counts_from_the_front_or_from_the_back_is_refused() -> None:
    with pytest.raises(SymmlError, match="from the front or from the back"):
        read_numpy("w[-d + 1:]", read_declarations("w: d"))


@pytest.mark.parametrize("text", ["x/0", "0/0*x", "x/(1 - 1)"])
def test_a_division_by_zero_is_no_number(text: str) -> None:
    with pytest.raises(ReadError, match="division by zero"):
        read_numpy(text, read_declarations("x:"))
