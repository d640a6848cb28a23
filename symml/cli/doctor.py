"""``symml doctor``: what is installed, and whether symml works with it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import typer

from symml import __version__
from symml.cli.output import say, say_json
from symml.errors import SymmlError
from symml.read.second_reader import why_not

_NEEDED = ("sympy", "numpy", "mpmath", "python-flint", "typer", "rich", "markdown-it-py", "mdit-py-plugins")
_EXTRAS = {
    "latex2sympy2": "a second reader of LaTeX",
    "numba": "fused kernels (extra: fast)",
    "scipy": "special functions and optimizers",
    "jax": "a backend and a peer in benchmarks",
    "torch": "a backend and a peer in benchmarks",
}


def run(json: bool) -> None:
    """Prints the table; exit code 1 when something needed is missing or does not work."""
    found = {name: _version(name) for name in (*_NEEDED, *_EXTRAS)}
    works, detail = _works()
    healthy = works and all(found[name] for name in _NEEDED)
    if json:
        say_json(
            {
                "schema": 1,
                "command": "doctor",
                "symml": __version__,
                "python": platform.python_version(),
                "packages": found,
                "works": works,
                "detail": detail,
            }
        )
    else:
        say(f"symml {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}")
        for name in _NEEDED:
            say(f"  {name:16} {found[name] or 'MISSING: python -m pip install ' + name}")
        for name, use in _EXTRAS.items():
            say(f"  {name:16} {found[name] or '-':12} optional: {use}")
        if found["latex2sympy2"] and (reason := why_not()):
            say(f"  latex2sympy2 cannot be used: {reason}")
        say(f"self-test: {detail}")
    if not healthy:
        raise typer.Exit(1)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _works() -> tuple[bool, str]:
    """Derives, computes and proves one small thing."""
    if find_spec("numpy") is None or find_spec("flint") is None:
        return False, "not run, a needed package is missing"
    from symml.proof.derive import derive

    try:
        found = derive("sum((X@w - y)**2)", "w", shapes="X: n d, w: d, y: n")
        value = found.kernel()(X=[[1.0, 2.0]], y=[1.0], w=[1.0, 1.0])
        good = [float(v) for v in value] == [4.0, 8.0]
    except SymmlError as error:
        return False, str(error)
    return good, "a gradient was derived and computed" if good else f"the kernel gave {value!r}, not [4, 8]"
