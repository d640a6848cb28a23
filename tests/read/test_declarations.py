"""Declarations: names, dims and domains from text and from mappings; what makes no sense is refused with a cure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symml.errors import DeclarationError, SymmlError
from symml.expr import build as b
from symml.expr.dims import dims, size
from symml.read.declarations import Declarations, read_declarations

n, d, k = dims("n d k")
ROWS = "X: n d, w: d, lam: positive, S: d d spd, y: n sign, Y: n k onehot, p: k simplex, t: unit, x: real, c:, A: 3 4"


def test_a_text_declares_names_dims_and_domains() -> None:
    found = read_declarations(ROWS)
    shapes = {name: (symbol.shape, symbol.domain.name) for name, symbol in found.symbols.items()}
    assert shapes == {
        "X": ((n, d), "real"),
        "w": ((d,), "real"),
        "lam": ((), "positive"),
        "S": ((d, d), "spd"),
        "y": ((n,), "sign"),
        "Y": ((n, k), "onehot"),
        "p": ((k,), "simplex"),
        "t": ((), "unit"),
        "x": ((), "real"),
        "c": ((), "real"),
        "A": ((3, 4), "real"),
    }
    assert found.sizes == {"n": n, "d": d, "k": k}


def test_undefined_functions_are_declared_by_their_name_only() -> None:
    found = read_declarations("f: function, x:")
    assert found.functions == {"f"}
    assert set(found.symbols) == {"x"}


@pytest.mark.parametrize(
    "text",
    [
        "X: n d, y: n",
        "X: (n, d), y: (n,)",
        "X:n d;y:n",
        "X: n d\n y: n\n",
        " X : n  d ,\n y: n,",
        "X: (n d), y: n real",
    ],
)
def test_brackets_and_line_breaks_may_be_used(text: str) -> None:
    assert read_declarations(text) == read_declarations("X: n d, y: n")


def test_no_shapes_declare_nothing() -> None:
    assert read_declarations(None) == read_declarations("") == read_declarations({}) == Declarations()


def test_declarations_are_read_as_they_are() -> None:
    found = read_declarations(ROWS)
    assert read_declarations(found) is found


def test_mappings_hold_texts_dims_and_symbols() -> None:
    w = b.vector("w", "d")
    found = read_declarations(
        {"X": ("n", d), "w": w, "S": "d d spd", "v": (n - 1,), "A": [3, "4 unit"], "f": "function"}
    )
    assert found.symbols["w"] is w
    assert found.symbols["X"].shape == (n, d)
    assert found.symbols["S"].domain.name == "spd"
    assert found.symbols["v"].shape == (n - 1,)
    assert (found.symbols["A"].shape, found.symbols["A"].domain.name) == ((3, 4), "unit")
    assert found.functions == {"f"}


def test_a_dim_may_be_shifted_by_a_number() -> None:
    assert read_declarations("v: n-1, u: n+2").symbols["v"].shape == (size("n") - 1,)
    assert read_declarations("v: n-1, u: n+2").symbols["u"].shape == (size("n") + 2,)


def test_names_are_normalized_as_in_python() -> None:
    assert set(read_declarations("µ: positive").symbols) == {"\N{GREEK SMALL LETTER MU}"}


def test_numbers_take_the_place_of_dims() -> None:
    found = read_declarations("X: n d, v: n-1, S: d d spd").with_numbers({"n": 5, "d": 2})
    assert [symbol.shape for symbol in found.symbols.values()] == [(5, 2), (4,), (2, 2)]
    assert found.symbols["S"].domain.name == "spd"
    assert found.sizes == {}


@pytest.mark.parametrize(
    ("text", "what", "caret", "cure"),
    [
        ("X: n d, y: n onehto", "'onehto' is not a domain", "onehto", "did you mean onehot?"),
        ("lam: positve", "'positve' is not a domain", "positve", "did you mean positive?"),
        ("X: n d, 1x: n", "'1x' is not a name", "1x", "write NAME: dims domain"),
        ("x=3", "'x=3' is not a name", "x=3", "write NAME: dims domain"),
        ("lambda: positive", "a word of Python's own", "lambda", "another name, such as lam"),
        ("x: lambda", "'lambda' is neither a dim nor a domain", "lambda", "dims are names or numbers"),
        ("x:, y: n, x: d", "x is declared twice", "x: d", "declare each name once"),
        ("f: function, f: n", "f is declared twice", "f: n", "declare each name once"),
        ("X: n d, n: positive", "n is declared as a symbol and used as a dimension", "n: pos", "another name"),
        ("f: function, x: f", "f is declared as a symbol and used as a dimension", "f: fun", "another name"),
        ("x: positive n", "the domain positive stands before n", "n", "write NAME: dims domain"),
        ("x: real spd", "x is declared spd", "x: real", ""),
        ("S: n d spd", "its shape must be square, not (n, d)", "S: n", ""),
        ("f: n function", "a function has no dims", "function", "write f: function"),
        ("x: 3.5", "'3.5' is neither a dim nor a domain", "3.5", "dims are names or numbers"),
        ("x: 99999999", "a dim of 99999999 is too large", "99999999", "use a name such as n"),
        ("X: (n, d", "a bracket is not closed", "(n, d", "write NAME: dims domain"),
        ("X: n d)", "the brackets do not match", ")", "write NAME: dims domain"),
        ("x: n n n n n n n n n", "x has 9 axes", "x: n", ""),
    ],
)
def test_an_error_has_its_reason_its_caret_and_its_cure(text: str, what: str, caret: str, cure: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_declarations(text)
    error = caught.value
    assert what in error.what
    assert error.column is not None
    assert text[error.column :].startswith(caret)
    assert cure in error.cure
    assert "^" in str(error)


@pytest.mark.parametrize(
    "shapes",
    [
        [1],
        5,
        b"x:",
        {1: "n"},
        {"X": 5.5},
        {"X": None},
        {"X": (True,)},
        {"X": (-1,)},
        {"X": (1.5,)},
        {"w": b.vector("v", "d")},
    ],
    ids=repr,
)
def test_what_declares_nothing_is_refused(shapes: object) -> None:
    with pytest.raises(DeclarationError):
        read_declarations(shapes)  # type: ignore[arg-type] # this is what is tested


@pytest.mark.parametrize("text", ["x" * 30_000, "x" * 100, "a b " * 4000, "x: " + "n " * 5000, "(" * 9000, ":" * 9000])
def test_overlong_declarations_are_refused_with_a_short_message(text: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_declarations(text)
    assert len(str(caught.value)) < 600


@given(st.one_of(st.text(max_size=40), st.text("Xynd0:,;() \n-+=positvefun", max_size=40)))
def test_no_text_ends_in_another_error(text: str) -> None:
    try:
        found = read_declarations(text)
    except SymmlError as error:
        assert isinstance(error, DeclarationError)
    else:
        assert all(name == symbol.name for name, symbol in found.symbols.items())
