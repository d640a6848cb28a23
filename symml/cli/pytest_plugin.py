"""pytest: a gradient that is wrong fails its test, and the failure's report is the verdict.

Either a marker, checked before the test's own body runs::

    @pytest.mark.symml_gradient(loss, grad, wrt="w", shapes="X: n d, y: n, w: d")
    def test_gradient(): ...

or a fixture, ``check_gradient``, called inside a test.
"""

from __future__ import annotations

from typing import Any

import pytest

from symml.errors import SymmlError

_GOOD = ("proved", "proved_randomized", "certified", "convention", "agrees")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", "symml_gradient(loss, grad, wrt, shapes): grad must be the gradient of loss")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Checks what the markers of a test claim, then runs the test."""
    for marker in item.iter_markers("symml_gradient"):
        _require(*marker.args, **marker.kwargs)
    return (yield)


@pytest.fixture(name="check_gradient")
def check_gradient_fixture() -> Any:
    """``check_gradient(loss, grad, wrt="w", shapes=...)``: fails unless the gradient holds; returns the verdict."""
    return _require


def _require(loss: Any, grad: Any = None, *, wrt: Any, shapes: Any = None, accept: tuple[str, ...] = _GOOD) -> Any:
    """The verdict, when it is among the accepted ones."""
    from symml.proof.gradient_check import check_gradient

    __tracebackhide__ = True
    try:
        verdict = check_gradient(loss, grad, wrt=wrt, shapes=shapes)
    except SymmlError as error:
        pytest.fail(f"symml cannot check this gradient: {error}", pytrace=False)
    if verdict.verdict not in accept:
        pytest.fail(repr(verdict), pytrace=False)
    return verdict
