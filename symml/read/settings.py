"""The notation of a folder: ``symml.toml`` in it or above, and the profile that a user names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from symml.errors import SymmlError
from symml.expr.functions import FUNCTIONS
from symml.read.declarations import Declarations, read_declarations
from symml.read.math.names import keys_of
from symml.read.profiles import BASES, LAYOUTS, PROFILES, Notation

FILE = "symml.toml"
_EXAMPLE = 'lines are such as profile = "bishop", and below [declarations] such as X = "n d"'
_KEYS = ("profile", "log", "layout", "declarations", "functions", "macros")


def profile(name: str) -> Notation:
    """The profile of this name.

    Raises:
        SymmlError: There is none.
    """
    if name not in PROFILES:
        close = get_close_matches(name, PROFILES, n=1)
        cure = f"did you mean {close[0]}?" if close else f"profiles are {', '.join(PROFILES)}"
        raise SymmlError(f"there is no profile {name!r}", cure=cure)
    return PROFILES[name]


def find_settings(start: Path) -> Path | None:
    """The nearest settings file, from a folder upward."""
    return next((folder / FILE for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def read_settings(path: Path) -> Notation:
    """The notation that a settings file says.

    Raises:
        SymmlError: The file is not TOML, or holds what symml does not know.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SymmlError(
            f"{path.name} cannot be read: {error}", cure="see 'Notation profiles' in docs/reading.md"
        ) from None
    for key in data:
        if key not in _KEYS:
            raise SymmlError(f"{path.name}: {key!r} is not known", cure=f"keys are {', '.join(_KEYS)}")
    base = profile(_word(path, data, "profile", "default", PROFILES))
    tables = {key: _table(path, data, key) for key in ("declarations", "functions", "macros")}
    for letter, name in tables["functions"].items():
        if name not in FUNCTIONS:
            raise SymmlError(
                f"{path.name}: {letter} is said to be {name!r}, which is no function", cure="write 'softplus'"
            )
    read_declarations(tables["declarations"])
    return replace(
        base,
        name=path.name if base.name == "default" else f"{path.name}, {base.name}",
        declares={**base.declares} | tables["declarations"],
        functions={**base.functions} | tables["functions"],
        macros={**base.macros} | {name.lstrip("\\"): body for name, body in tables["macros"].items()},
        log=_word(path, data, "log", base.log, BASES),
        layout=_word(path, data, "layout", base.layout, LAYOUTS),
    )


def _word(path: Path, data: Mapping[str, Any], key: str, default: str, known: Any) -> str:
    found = str(data.get(key, default))
    if found not in known:
        raise SymmlError(f"{path.name}: {key} is {found!r}", cure=f"write one of: {', '.join(known)}")
    return found


def _table(path: Path, data: Mapping[str, Any], key: str) -> dict[str, str]:
    found = data.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise SymmlError(
            f"{path.name}: [{key}] holds names and texts", cure=f"write [{key}] and lines such as X = 'n d'"
        )
    return found


def noted(shapes: str, name: str, start: Path) -> Declarations:
    """Declarations with the profile of this name, or with the notation of a folder where none is named.

    Raises:
        SymmlError: There is no such profile, or the settings cannot be read.
    """
    declared = read_declarations(shapes)
    if name:
        return with_notation(declared, profile(name))
    settings = find_settings(start)
    return declared if settings is None else with_notation(declared, read_settings(settings))


def with_notation(declared: Declarations, notation: Notation) -> Declarations:
    """The declarations with what the notation takes for granted; what is declared wins."""
    if notation == PROFILES["default"]:
        return declared
    named = {key for name in _names(declared) for key in keys_of(name)}
    rest = {name: what for name, what in notation.declares.items() if not named & set(keys_of(name))}
    own = read_declarations(rest)
    symbols = {
        name: symbol
        for name, symbol in own.symbols.items()
        if not any(str(dim) in declared.symbols or str(dim) in declared.functions for dim in symbol.shape)
    }
    sizes = {str(dim) for symbol in symbols.values() for dim in symbol.shape}
    return replace(
        declared,
        symbols=declared.symbols | symbols,
        sizes=declared.sizes | {name: dim for name, dim in own.sizes.items() if name in sizes},
        notation=notation,
        granted=frozenset(symbols),
    )


def _names(declared: Declarations) -> list[str]:
    return [*declared.symbols, *declared.functions, *declared.kinds, *declared.numbers]
