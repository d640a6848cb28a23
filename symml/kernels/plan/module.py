"""The module of a plan: its function, and the door that lets arrays of the right kind pass without a detour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symml.kernels.plan.steps import Steps
from symml.kernels.plan.write import Written

Shape = tuple[int, ...]


def planned_source(source: str, name: str, found: Steps, written: Written, type_name: str) -> str:
    """The module of a plan in steps; ``source`` is the kernel's own, for the helpers that stay calls."""
    head = "import numpy as np\n\n\n"
    if found.helpers:
        head, _, _ = source.partition(f"def {name}(")
    if written.imports:
        head = head.replace("import numpy as np\n", f"import numpy as np\n{written.imports}\n", 1)
    for text in written.functions:
        head = head.rstrip("\n") + f"\n\n\n{text.strip()}\n\n\n"
    constants = constant_lines(written, type_name)
    if constants:
        head = head.rstrip("\n") + "\n\n" + "\n".join(constants) + "\n\n\n"
    lines = [f"def {name}_plan({', '.join([*found.arguments, *written.outs, *written.buffers])}):"]
    if found.silent:
        lines += ['    with np.errstate(all="ignore"):', *(f"    {line}" for line in written.lines)]
    else:
        lines += written.lines
    return head + "\n".join(lines) + "\n"


def constant_lines(written: Written, type_name: str) -> list[str]:
    """The arrays that are the same in every call."""
    return [f"{target} = {_typed(code, type_name)}" for code, target in written.constants.items()]


def _typed(code: str, type_name: str) -> str:
    """An array in the type of the plan; positions stay whole numbers."""
    if type_name == "float64" or code.startswith("np.arange"):
        return code
    return f"{code[:-1]}, dtype=np.{type_name})"


def plain_source(source: str, name: str, arguments: Sequence[str], results: Sequence[Shape]) -> str:
    """The module of a plan that cannot be written in steps: the kernel, and copies into the outputs."""
    outs = [f"out{k}" for k, shape in enumerate(results) if shape]
    call = f"{name}({', '.join(arguments)})"
    lines = [f"def {name}_plan({', '.join([*arguments, *outs])}):", f"    found = {call}"]
    if len(results) == 1:
        lines += ["    np.copyto(out0, found)", "    return out0"] if outs else ["    return found"]
    else:
        lines += [f"    np.copyto(out{k}, found[{k}])" for k, shape in enumerate(results) if shape]
        lines += [f"    return {', '.join(f'out{k}' if s else f'found[{k}]' for k, s in enumerate(results))}"]
    return source + "\n\n" + "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Door:
    """What a plan knows of its arguments and results.

    Attributes:
        arguments: For each parameter its shape, or the whole number that it must be.
        whole: The parameters that hold whole numbers.
        results: The shape of each result.
        is_strict: Whether arrays must lie row after row in memory that may be written.
    """

    arguments: dict[str, Any]
    whole: frozenset[str]
    results: tuple[Shape, ...]
    is_strict: bool


def door_source(door: Door) -> str:
    """The function that runs a plan on arguments that need no conversion; ``None`` for all others.

    Arrays that own their memory share it with nobody, so that identity decides whether an output is an argument.
    """
    arrays = {name: shape for name, shape in door.arguments.items() if isinstance(shape, tuple) and shape}
    tests = [test for name, shape in door.arguments.items() for test in _tests(name, shape, name in door.whole)]
    tests += [f"not {name}.flags.carray" for name in arrays if door.is_strict]
    outs = [f"out{k}" for k, shape in enumerate(door.results) if shape]
    lines = [f"def enter({', '.join([*door.arguments, 'out'])}):"]
    lines += [*_guard(tests, "    "), "    if out is None:"]
    lines += [f"        out{k} = empty({shape}, real)" for k, shape in enumerate(door.results) if shape]
    lines += ["        pass"] if not outs else []
    lines += ["    else:", *_unpacked(door.results)]
    given: list[str] = []
    for k, shape in enumerate(door.results):
        if shape:
            given += _tests(f"out{k}", shape, False)
            given += [f"not out{k}.flags.carray"] if door.is_strict else []
            given += [f"out{k} is {name}" for name, other in arrays.items() if other == shape]
            given += [f"out{k} is out{i}" for i in range(k) if door.results[i] == shape]
    lines += _guard(given, "        ")
    lines += ["    try:", "        memory = here.buffers", "    except AttributeError:", "        memory = workspace()"]
    lines += ["    try:", f"        return run({', '.join([*door.arguments, *outs])}, *memory)"]
    # NumPy itself refuses to write into a read-only array; the checks of the long way say which one it is.
    lines += ["    except ValueError:", "        return None"]
    return "\n".join(lines) + "\n"


def _tests(name: str, shape: Any, is_whole: bool) -> list[str]:
    """What must not be true of an argument."""
    if isinstance(shape, int):
        return [f"{name} != {shape}"]
    if not shape:
        return [f"type({name}) not in numbers"]
    kind = "whole" if is_whole else "real"
    return [
        f"type({name}) is not ndarray",
        f"{name}.shape != {shape}",
        f"{name}.dtype is not {kind}",
        f"{name}.base is not None",
    ]


def _guard(tests: Sequence[str], indent: str) -> list[str]:
    return [f"{indent}if {' or '.join(tests)}:", f"{indent}    return None"] if tests else []


def _unpacked(results: Sequence[Shape]) -> list[str]:
    """The outputs by name; a number has no output."""
    if len(results) == 1:
        return ["        out0 = out"] if results[0] else ["        return None"]
    names = ", ".join(f"out{k}" for k in range(len(results)))
    numbers = [f"out{k} is not None" for k, shape in enumerate(results) if not shape]
    return [
        *_guard(["type(out) is not tuple", f"len(out) != {len(results)}"], "        "),
        f"        {names} = out",
        *_guard(numbers, "        "),
    ]
