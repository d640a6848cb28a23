"""Memory of steps: which buffer each result is written into, shared by results that are never alive together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from symml.kernels.plan.shapes import Form
from symml.kernels.plan.steps import Step, is_number

_WRITES = frozenset({"ufunc", "where", "matmul", "reduce", "copy", "vecdot", "distances", "scratch", "bell"})

Kind = tuple[tuple[int, ...], bool]
Spare = dict[Kind, list[str]]


@dataclass
class Memory:
    """Buffers and who uses them.

    Attributes:
        shapes: The shape of each buffer, and whether it holds truth values.
        places: The buffer of each step that writes into one.
    """

    shapes: dict[str, Kind] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def new(self, form: Form) -> str:
        """A buffer of its own."""
        name = f"b{len(self.shapes)}"
        self.shapes[name] = form.shape, form.boolean
        return name


def writes(step: Step, form: Form) -> bool:
    """Whether a step can write into memory that is given to it."""
    return step.kind in _WRITES and bool(form.shape)


def share(
    memory: Memory,
    steps: Sequence[Step],
    known: Mapping[str, Form],
    fixed: Collection[str],
    spare: Mapping[Kind, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Gives every step of a section a buffer; ``fixed`` steps have theirs, or must keep it to the end.

    The ``spare`` buffers of earlier sections are used again.
    """
    owner: dict[str, str] = {}
    for step in steps:
        base = next((owner.get(arg, arg) for arg in step.args if not is_number(arg)), "")
        owner[step.target] = base if step.kind == "view" else step.target
    last = {owner.get(arg, arg): k for k, step in enumerate(steps) for arg in step.args if not is_number(arg)}
    free = {kind: list(places) for kind, places in spare.items()}
    for k, step in enumerate(steps):
        form = known[step.target]
        dying = [arg for arg in dict.fromkeys(owner.get(a, a) for a in step.args) if last.get(arg) == k]
        dying = [arg for arg in dying if arg in memory.places and arg not in fixed]
        if writes(step, form) and step.target not in memory.places:
            memory.places[step.target] = _place(memory, step, form, dying, free)
        for arg in dying:
            place = memory.places[arg]
            if place != memory.places.get(step.target):
                free.setdefault(memory.shapes[place], []).append(place)
        if step.target not in last and step.target not in fixed and step.target in memory.places:
            free.setdefault(memory.shapes[memory.places[step.target]], []).append(memory.places[step.target])


def _place(
    memory: Memory,
    step: Step,
    form: Form,
    dying: Sequence[str],
    free: Spare,
) -> str:
    """The place of an argument that is not needed any more, a free buffer, or a new one."""
    kind = form.shape, form.boolean
    for arg in dying:
        able = step.kind == "ufunc" or (step.kind == "where" and arg == step.args[2])
        in_place = able and arg in step.args and memory.shapes[memory.places[arg]] == kind
        if in_place and not any(a != arg and memory.places.get(a) == memory.places[arg] for a in step.args):
            return memory.places[arg]
    if free.get(kind):
        return free[kind].pop()
    return memory.new(form)
