"""Timings of kernels: every engine on the same random inputs of the declared domains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symml.errors import SymmlError
from symml.faces import kernel
from symml.kernels.bench import Timing, bench, inputs, lengths_of, plot
from symml.kernels.peers import jax_engine, torch_engine


def test_every_engine_is_timed() -> None:
    timings = {t.engine: t for t in bench(kernel("mean(exp(x)*y)", shapes="x: n, y: n"), {"n": 10})}
    assert {"kernel", "plan"} <= set(timings)
    assert all(t.note or t.best > 0 for t in timings.values())


def test_sizes_have_defaults_and_names() -> None:
    found = kernel("X@w", shapes="X: n d, w: d")
    assert lengths_of(found, {"d": 3}) == {"n": 1000, "d": 3}
    with pytest.raises(SymmlError, match="no dimension k"):
        lengths_of(found, {"k": 3})


INSIDE: dict[str, Callable[[Any], Any]] = {
    "real": lambda x: np.all(np.isfinite(x)),
    "positive": lambda x: np.all(x > 0),
    "unit": lambda x: np.all((x > 0) & (x < 1)),
    "sign": lambda x: set(np.unique(x)) == {-1, 1},
    "binary": lambda x: set(np.unique(x)) == {0, 1},
    "simplex": lambda x: np.allclose(x.sum(-1), 1),
    "spd": lambda x: np.all(np.linalg.eigvalsh(x) > 0),
    "symmetric": lambda x: np.array_equal(x, x.T),
    "invertible": lambda x: abs(np.linalg.det(x)) > 0.1,
}


@pytest.mark.parametrize("name", INSIDE)
def test_inputs_lie_in_their_domains(name: str) -> None:
    square = name in ("spd", "symmetric", "invertible")
    found = kernel("x + x", shapes=f"x: {'n n' if square else 'm n'} {name}")
    assert INSIDE[name](inputs(found, lengths_of(found, {"n": 5}), 0)["x"])


def test_a_domain_that_cannot_be_drawn_is_an_error() -> None:
    found = kernel("sum(Q)", shapes="Q: n n orthogonal")
    with pytest.raises(SymmlError, match="no random arrays of the domain orthogonal"):
        bench(found, {"n": 3})


def test_the_times_are_drawn_into_a_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    timings = [Timing("kernel", 1e-3, 2e-6), Timing("plan", 2e-3, 1e-6), Timing("torch", 0.0, 0.0, "cannot run it")]
    plot(timings, tmp_path / "times.svg", "n = 10")
    assert "microseconds" in (tmp_path / "times.svg").read_text(encoding="utf-8")
    with pytest.raises(SymmlError, match="cannot write"):
        plot(timings, tmp_path / "times.nothing", "n = 10")


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symml.kernels.bench.find_spec", lambda name: None)
    with pytest.raises(SymmlError, match="a plot needs matplotlib") as caught:
        plot([], "times.png", "")
    assert "pip install 'symml[plot]'" in str(caught.value.cure)


PEERS = {"jax": jax_engine, "torch": torch_engine}


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("mean(log(1 + exp(X@w)) - y*(X@w))", "X: n d, w: d, y: n binary"),
        ("softmax(Z, axis=1)*V - max(Z, axis=1, keepdims=True)", "Z: n d, V: n d"),
        ("-mean(log(softmax(X@W, axis=1))[arange(n), y])", "X: n d, W: d k, y: n label"),
    ],
)
def test_a_peer_computes_the_kernel(peer: str, text: str, shapes: str) -> None:
    pytest.importorskip(peer)
    found = kernel(text, shapes=shapes)
    given = inputs(found, lengths_of(found, {"n": 5}), 0)
    np.testing.assert_allclose(np.asarray(PEERS[peer](found, given)()), found(**given), rtol=1e-12)
