"""The user's functions with one piece of their source exchanged: what a diagnosis tries out.

The pieces are moved about as syntax trees. What is compiled is the user's own function, which the user gave to be run.
"""

from __future__ import annotations

import ast
import dataclasses
import linecache
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from symml.read.places import SourcePlace
from symml.read.tracing.rebind import Rebinder

_SKIPPED = frozenset(
    {"annotation", "returns", "decorator_list", "type_comment", "defaults", "kw_defaults", "ctx", "args"}
)
_MAX_LINES = 4000


@dataclass(frozen=True, eq=False)
class Scope:
    """One function of the user's: its definition, and the names that have values in it.

    Attributes:
        tree: The definition.
        file: The file in which it stands.
        names: Parameters and assigned names in the order of their first appearance.
        parameters: The parameters alone.
        counters: Names that the condition of a ``while`` looks at.
    """

    tree: ast.FunctionDef
    file: str
    names: tuple[str, ...]
    parameters: tuple[str, ...]
    counters: frozenset[str]


@dataclass(frozen=True, eq=False)
class Site:
    """A node of a function's syntax tree, and where it hangs.

    Attributes:
        node: The node.
        parent: The node above it.
        field: The parent's field.
        index: The place in the field, where that is a list.
        statement: The statement around it.
        scope: The function around it.
    """

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt
    scope: Scope = dataclasses.field(repr=False)

    def put(self, node: ast.AST) -> None:
        """Hangs a node in the place of this one."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    @property
    def place(self) -> SourcePlace:
        """Where the node stands in the source."""
        node: Any = self.node
        text = linecache.getline(self.scope.file, node.lineno).rstrip("\n")
        end = node.end_col_offset if node.end_lineno == node.lineno else len(text)
        return SourcePlace(self.scope.file, node.lineno, text, node.col_offset, end)

    def text_with(self, node: ast.AST) -> str:
        """The statement with another node in the place of this one; of a compound statement the first line."""
        self.put(_located(node, self.node))
        try:
            return ast.unparse(self.statement).partition("\n")[0]
        finally:
            self.put(self.node)


class Editable:
    """A function that can be run with a piece of its source exchanged.

    Args:
        function: The function, or a method.
        run: Runs it once on numbers, so that all helpers are known.
        fixed: Functions that must stay as they are.

    Attributes:
        sites: The nodes that can be exchanged, in the order of the source.
        files: The files in which these stand.
    """

    def __init__(self, function: Callable[..., Any], run: Callable[[Callable[..., Any]], Any], fixed: Any = ()) -> None:
        self._function = function
        self._package = (getattr(function, "__module__", None) or "").partition(".")[0]
        shared = {helper.__code__ for helper in fixed}
        own = [helper for helper in functions_of(function, run) if helper.__code__ not in shared]
        units = [unit for helper in own if (unit := _unit(helper)) is not None]
        self._units = {scope: unit for unit in units if (scope := unit.scope()) is not None}
        self.sites = [site for scope in self._units for site in _sites(scope)]
        self.files = frozenset(scope.file for scope in self._units)

    def edited(self, edits: Sequence[tuple[Site, ast.AST]]) -> Callable[..., Any] | None:
        """The function with nodes exchanged; ``None`` where that is no program."""
        for site, node in edits:
            site.put(_located(node, site.node))
        try:
            codes: dict[CodeType, CodeType] = {}
            for scope in {site.scope for site, _ in edits}:
                codes.update(self._units[scope].codes())
            return Rebinder(self._package, codes).value(self._function)  # type: ignore[no-any-return] # as it was given
        except (SyntaxError, ValueError, TypeError, RecursionError):
            return None
        finally:
            for site, _ in reversed(edits):
                site.put(site.node)


@dataclass(frozen=True, eq=False)
class _Unit:
    """The statement of a module in which a function is defined."""

    function: FunctionType
    tree: ast.stmt
    file: str

    def scope(self) -> Scope | None:
        """The function's own definition."""
        code = self.function.__code__
        for node in ast.walk(self.tree):
            if (
                isinstance(node, ast.FunctionDef)
                and node.name == code.co_name
                and _first_line(node) == code.co_firstlineno
            ):
                return _scope(node, self.file)
        return None

    def codes(self) -> dict[CodeType, CodeType]:
        """The function's code, compiled anew from the tree as it is now."""
        module = ast.Module([self.tree], [])
        made = compile(module, self.file, "exec", dont_inherit=True)
        own = self.function.__code__
        found = [code for code in _inner(made) if _key(code) == _key(own)]
        return {own: found[0]} if found else {}


def _located(node: ast.AST, old: ast.AST) -> ast.AST:
    """A new node at the place of an old one, with all that is new below it."""
    if not hasattr(node, "lineno"):
        ast.copy_location(node, old)
        return ast.fix_missing_locations(node)
    return node


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_name, code.co_firstlineno


def _inner(code: CodeType) -> Iterator[CodeType]:
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from _inner(part)


def _unit(function: FunctionType) -> _Unit | None:
    """The statement around a function's definition; ``None`` without a source."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines or len(lines) > _MAX_LINES:
        return None
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return None
    for statement in tree.body:
        if _first_line(statement) <= code.co_firstlineno <= (statement.end_lineno or 0):
            return _Unit(function, statement, code.co_filename)
    return None


def _first_line(node: Any) -> int:
    lines: list[int] = [node.lineno, *(part.lineno for part in getattr(node, "decorator_list", ()))]
    return min(lines)


def _scope(tree: ast.FunctionDef, file: str) -> Scope:
    args = [arg.arg for arg in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs) if arg.arg != "self"]
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    whiles = [node.test for node in ast.walk(tree) if isinstance(node, ast.While)]
    counters = frozenset(node.id for test in whiles for node in ast.walk(test) if isinstance(node, ast.Name))
    return Scope(tree, file, tuple(dict.fromkeys([*args, *stored])), tuple(args), counters)


def _sites(scope: Scope) -> Iterator[Site]:
    for index, statement in enumerate(scope.tree.body):
        yield from _within(Site(statement, scope.tree, "body", index, statement, scope))


def _within(site: Site) -> Iterator[Site]:
    """The site and what hangs below it, in the order of the source; counters of ``while`` stay as they are."""
    node = site.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.stmt) and _moves_a_counter(node, site.scope):
        return
    yield site
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED and not (name == "args" and isinstance(node, ast.Call)):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                statement = child if isinstance(child, ast.stmt) else site.statement
                yield from _within(Site(child, node, name, index, statement, site.scope))


def _moves_a_counter(node: ast.stmt, scope: Scope) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return bool(names & scope.counters)


def functions_of(function: Callable[..., Any], run: Callable[[Callable[..., Any]], Any]) -> list[FunctionType]:
    """The functions that are called, the given one among them, when it is run once, even where it fails then."""
    rebinder = Rebinder((getattr(function, "__module__", None) or "").partition(".")[0], {})
    copy = rebinder.value(function)
    with _called() as codes, suppress(Exception):  # a function that fails has called some
        run(copy)
    return [own for own in dict.fromkeys(rebinder.functions) if own.__code__ in codes]


@contextmanager
def _called() -> Iterator[set[CodeType]]:
    """The code that is called in a block."""
    codes: set[CodeType] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, argument: codes.add(frame.f_code))
    try:
        yield codes
    finally:
        sys.setprofile(before)
