"""Functions from the user's files and modules: ``file.py::name``, ``module:name`` or ``module:Class(1.5).method``."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from symml.errors import ReadError

_CURE = "write FILE.py::FUNCTION, MODULE:FUNCTION or MODULE:Class(1.5).method"


def load_function(place: str) -> Callable[..., Any]:
    """The function that ``file.py::name`` or ``module:name`` names; the file or module is imported.

    A name may have dots and calls with plain values, ``module:Class(1.5, "rbf").method``: the object is made.

    Raises:
        ReadError: There is no such file, module or function, or importing it or making the object fails.
    """
    home, mark, name = place.partition("::")
    if not mark:
        home, mark, name = place.partition(":")
    if not home or not name:
        raise ReadError(f"{place!r} does not name a function", cure=_CURE)
    module = _from_file(Path(home)) if home.endswith(".py") or _is_path(home) else _from_name(home)
    found = _Finder(home, name, module).value()
    if not callable(found):
        raise ReadError(f"{name} in {home} is not a function", cure=_CURE)
    return found  # type: ignore[no-any-return] # callable, see above


def _is_path(home: str) -> bool:
    """Whether a place that does not end in .py is meant as a file."""
    return "/" in home or "\\" in home or Path(home).is_file()


class _Finder:
    """Follows ``Class(1.5).method`` through a module: names, dots and calls with plain values, nothing else."""

    def __init__(self, home: str, name: str, module: ModuleType) -> None:
        self.home, self.name, self.module = home, name, module

    def value(self) -> Any:
        """What the name stands for."""
        try:
            tree = ast.parse(self.name.strip(), mode="eval").body
        except SyntaxError:
            raise ReadError(f"{self.name!r} is not a name", cure=_CURE) from None
        return self._value(tree)

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(id=name):
                return self._part(self.module, name)
            case ast.Attribute(value=inner, attr=name):
                return self._part(self._value(inner), name)
            case ast.Call(func=inner, args=args, keywords=keywords):
                return self._made(self._value(inner), args, keywords)
        raise self._unclear(node)

    def _part(self, owner: Any, name: str) -> Any:
        if not hasattr(owner, name):
            raise _missing(self.home, self.name, owner)
        return getattr(owner, name)

    def _made(self, maker: Any, args: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        plain = [self._plain(arg) for arg in args]
        named = {keyword.arg or "": self._plain(keyword.value) for keyword in keywords}
        try:
            return maker(*plain, **named)
        except Exception as error:
            what = f"{self.name} in {self.home} cannot be made: {type(error).__name__}: {error}"
            raise ReadError(what, cure="check the values in the brackets") from None

    def _plain(self, node: ast.expr) -> Any:
        try:
            return ast.literal_eval(node)
        except ValueError:
            raise self._unclear(node) from None

    def _unclear(self, node: ast.expr) -> ReadError:
        return ReadError(
            f"{ast.unparse(node)!r} cannot stand in the name of a function",
            cure="write names, dots and calls with plain values: MODULE:Class(1.5, 'rbf').method",
        )


def _missing(home: str, name: str, owner: Any) -> ReadError:
    """The error for a part that is not there; the owner is the module, a class or an object."""
    own = [key for key, value in vars(owner).items() if callable(value) and _is_at_home(value, owner)]
    close = get_close_matches(name.rpartition(".")[2], own, n=1)
    cure = f"did you mean {close[0]}?" if close else f"its functions are: {', '.join(own) or 'none'}"
    return ReadError(f"{home} has no function {name}", cure=cure)


def _is_at_home(value: Any, owner: Any) -> bool:
    return not isinstance(owner, ModuleType) or getattr(value, "__module__", "") == owner.__name__


def _from_file(path: Path) -> ModuleType:
    if path.is_file() and path.suffix != ".py":
        raise ReadError(f"{path} is not a Python file", cure=_CURE)
    if not path.is_file():
        what = f"{path} is a folder" if path.is_dir() else f"there is no file {path}"
        files = [] if path.is_dir() else [file.name for file in path.parent.glob("*.py") if file.is_file()]
        near = get_close_matches(path.name, files, n=1, cutoff=0.8)
        raise ReadError(what, cure=f"did you mean {path.with_name(near[0])}?" if near else _CURE)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ReadError(f"{path} is not a Python file", cure=_CURE)
    module = importlib.util.module_from_spec(spec)
    with _importing(str(path), path.resolve().parent):
        # Dataclasses and pickles look their module up by name while it runs.
        known = sys.modules.get(path.stem)
        sys.modules[path.stem] = module
        try:
            spec.loader.exec_module(module)
        finally:
            if known is not None:
                sys.modules[path.stem] = known
    return module


def _from_name(name: str) -> ModuleType:
    with _importing(name, Path.cwd()):
        return importlib.import_module(name)


@contextmanager
def _importing(what: str, folder: Path) -> Iterator[None]:
    """Imports also from ``folder``; whatever the imported code raises becomes a ReadError."""
    sys.path.insert(0, str(folder))
    try:
        yield
    except (Exception, SystemExit) as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(what)]
        line = f" line {frames[-1].lineno}:" if frames else ""
        reason = f"{type(error).__name__}: {error}".strip().rstrip(":")
        raise ReadError(f"{what} cannot be imported:{line} {reason}", cure="run it with python first") from None
    finally:
        sys.path.remove(str(folder))
