"""Functions from the user's files and modules: ``file.py::name`` or ``module:name``."""

from __future__ import annotations

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

_CURE = "write FILE.py::FUNCTION, or MODULE:FUNCTION"


def load_function(place: str) -> Callable[..., Any]:
    """The function that ``file.py::name`` or ``module:name`` names; the file or module is imported.

    Raises:
        ReadError: There is no such file, module or function, or importing it fails.
    """
    home, mark, name = place.rpartition("::")
    if not mark:
        home, mark, name = place.rpartition(":")
    if not home or not name:
        raise ReadError(f"{place!r} does not name a function", cure=_CURE)
    module = _from_file(Path(home)) if home.endswith(".py") or _is_path(home) else _from_name(home)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise _missing(home, name, module)
    return found  # type: ignore[no-any-return] # callable, see above


def _is_path(home: str) -> bool:
    """Whether a place that does not end in .py is meant as a file."""
    return "/" in home or "\\" in home or Path(home).is_file()


def _missing(home: str, name: str, module: ModuleType) -> ReadError:
    if hasattr(module, name):
        return ReadError(f"{name} in {home} is not a function", cure=_CURE)
    own = [
        key
        for key, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__
    ]
    close = get_close_matches(name, own, n=1)
    cure = f"did you mean {close[0]}?" if close else f"its functions are: {', '.join(own) or 'none'}"
    return ReadError(f"{home} has no function {name}", cure=cure)


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
