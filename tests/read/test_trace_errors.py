"""What cannot be traced is an error that names the line, the reason and the cure; nothing is silently wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symml.errors import ReadError, SymmlError, TraceError
from symml.read.trace import trace

SHAPES = "x: n, X: n d, y: n label, S: d d spd, lam:, c: 1"
BUFFER = np.zeros(3)


def _loop_on_data(x):
    while x.sum() > 0:
        x = x - 1
    return x


def _in_a_helper(lam):
    return _loop_on_data(lam) + 1


def _swallowed(S):
    try:
        return np.linalg.eig(S)
    except Exception:
        return S


def _writes_outside(x):
    BUFFER[0] = x[0]
    return BUFFER


def _never_written(x):
    z = np.empty(3)
    z[0] = x[0]
    return z


def _cut_to_whole(x):
    z = np.zeros(3, dtype=int)
    z[0] = x[0]
    return z


def _repeated_labels(x, y):
    x[y] = 1
    return x


def _stale_reshape(c):
    flat = c.reshape(())
    c += 1
    return flat


def _written_reshape(X):
    column = X.reshape(3, 2)
    column[0] = 0
    return X


def _shape_error(X, x):
    return X @ x


def _grows_in_place(x, X):
    x += X.T
    return x


def _raises(x):
    raise KeyError("lost")


def _recurses(x):
    return _recurses(x)


class _Broken:
    def loss(self, x):
        return self.scale * x


CASES: dict[Any, tuple[str, str]] = {
    _loop_on_data: (r"in _loop_on_data: a branch depends on the data, more than", "fixed number of rounds"),
    _in_a_helper: ("in _loop_on_data: a branch depends on the data", "np.where"),
    _swallowed: (r"linalg\.eig cannot be traced", "eigvalsh"),
    _writes_outside: ("in _writes_outside: ValueError", "inside the function"),
    _never_written: ("entries of np.empty that were never written", "np.zeros"),
    _cut_to_whole: ("NumPy would cut the float64 values to int64", "dtype=float"),
    _repeated_labels: ("labels that may repeat", "np.add.at"),
    _stale_reshape: ("changed after it was reshaped", ".copy()"),
    _shape_error: (r"X @ x: X is \(n, d\), x is \(n,\)", "X.T @ x"),
    _grows_in_place: (r"the array that is changed \(n,\)|do not broadcast", ""),
    _raises: ("in _raises: KeyError: 'lost'", ""),
    _recurses: ("nested too deeply", ""),
    _Broken().loss: ("AttributeError: '_Broken' object has no attribute 'scale'", ""),
    np.exp: ("exp is not written in Python", "lambda x: exp(x)"),
    len: ("len is not written in Python", ""),
    dict: ("is not a function", "give a function"),
    (lambda x: x + np.random.rand(3)): ("draws random numbers", "as an argument"),
    (lambda x: np.unique(x)): ("unique cannot be traced", ""),
    (lambda x: x.argpartition(1)): (r"a traced array has no \.argpartition", ""),
    (lambda x: x[x > 0]): ("number depends on data", "np.where"),
    (lambda x, X: X[x > 0] @ X.T): ("condition", ""),
    (lambda x: x[x > 0] + x): ("a condition in brackets", "np.where"),
    (lambda x: np.where(x > 0)): ("as many positions as the data decide", "np.where(condition, a, b)"),
    (lambda x: int(x.sum())): ("cut to whole numbers", "label"),
    (lambda x: x.astype(int)): ("cut to whole numbers", "label"),
    (lambda x: -(x > 0)): ("no negative of truth values", "~condition"),
    (lambda x: (x > 0) - (x < 0)): ("no subtract of truth values", "~condition"),
    (lambda x: x & x): ("needs conditions", ""),
    (lambda x: x // 2): ("// and % of arrays", ""),
    (lambda x: x + "a"): ("a value of type str", ""),
    (lambda x: x * 1j): ("a value of type complex", ""),
    (lambda x: x + np.inf): ("inf is not a real number", ""),
    (lambda x: np.sum(x, where=x > 0)): ("unexpected keyword argument 'where'", ""),
    (lambda x: np.sum(x, axis=4)): ("there is no axis 4", ""),
    (lambda x: np.exp(x, where=x > 0)): ("with where= cannot be traced", "np.where"),
    (lambda x: {x[0]: 1}): ("unhashable", ""),
    (lambda x: 1 / 0): ("ZeroDivisionError", ""),
    (lambda x: sys.exit(3)): ("SystemExit: 3", ""),
    (lambda x: None): ("it returns nothing", "add a return"),
    (lambda x: "loss"): ("it returns a str", "numbers and arrays"),
    (lambda x: len): ("it returns a function", ""),
    (lambda x: object()): ("a value of type object", ""),
    (lambda q: q): ("q is not declared", "'q: d' (a vector)"),
    (lambda *args: args): (r"takes \*args", "named parameters"),
}


def _name(case: Any) -> str:
    return getattr(case, "__name__", "value").strip("_<>")


@pytest.mark.parametrize("function", CASES, ids=_name)
def test_what_cannot_be_traced_says_why_and_what_to_write(function: Callable[..., Any]) -> None:
    what, cure = CASES[function]
    with pytest.raises(TraceError) as caught:
        trace(function, SHAPES)
    assert re.search(what, caught.value.what), caught.value.what
    assert cure in caught.value.cure


def test_a_written_reshape_is_refused() -> None:
    with pytest.raises(TraceError, match=r"changed after it was reshaped|NumPy may or may not share"):
        trace(_written_reshape, "X: 2 3")


def test_the_error_shows_the_line_and_a_caret() -> None:
    with pytest.raises(TraceError) as caught:
        trace(_loop_on_data, SHAPES)
    line = _loop_on_data.__code__.co_firstlineno + 1
    assert caught.value.what.startswith(f"test_trace_errors.py:{line} in _loop_on_data:")
    assert "    while x.sum() > 0:\n            ^" in str(caught.value)


def test_shapes_are_shown_with_their_names_even_after_a_second_try() -> None:
    with pytest.raises(TraceError, match=r"X is \(n, d\)"):
        trace(lambda X: X @ X, "X: n d")


@pytest.mark.parametrize("thing", [3, "text", None, [1], {"a": 1}])
def test_what_is_no_function_is_refused(thing: Any) -> None:
    with pytest.raises(TraceError, match="is not a function"):
        trace(thing, SHAPES)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["x", "x"], "takes w"),
        ({"v": "x"}, "has no parameter v"),
        (["z"], "z is not declared"),
        ({"w": "z"}, "z is not declared"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: Any, what: str) -> None:
    with pytest.raises(TraceError, match=what):
        trace(lambda w: w, SHAPES, arguments=arguments)


def test_several_values_are_not_one_expression() -> None:
    with pytest.raises(TraceError, match="returns several arrays"):
        _ = trace(lambda x: (x, x), SHAPES).expression


def test_printing_does_not_reach_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    trace(lambda x: (print("loss", x), x)[1], SHAPES)  # noqa: T201  # printing is what is tested
    assert capsys.readouterr().out == ""


def test_a_scratch_array_of_the_module_is_left_as_it_is() -> None:
    def scratch(x):
        BUFFER[1] = 4
        return x * BUFFER[1]

    trace(scratch, SHAPES)
    assert not BUFFER.any()


@pytest.mark.parametrize("text", ["x: n!", 5, "n: d, x: n"])
def test_wrong_declarations_are_an_error_of_the_declarations(text: Any) -> None:
    with pytest.raises(SymmlError) as caught:
        trace(lambda x: x, text)
    assert not isinstance(caught.value, TraceError | ReadError)
