"""Text as Python's syntax tree, with limits, and the columns that error messages point at."""

from __future__ import annotations

import ast
import warnings
from typing import NoReturn

from symml.errors import MisfitError, ReadError, ShapeError, SymmlError

_MAX_TEXT = 100_000
_MAX_DEPTH = 100
_CURE = "use NumPy syntax: * for a product, @ for a matrix product, ** for a power"


class Source:
    """A text, or the part of it from ``start`` to ``stop``, that is to be read."""

    def __init__(self, text: str, start: int = 0, stop: int | None = None) -> None:
        if len(text) > _MAX_TEXT:
            raise ReadError(f"the text has {len(text)} characters; at most {_MAX_TEXT} are read")
        self.text = text
        part = text[start:stop]
        self.shift = start + len(part) - len(part.lstrip())
        self.part = part.strip()

    def expression(self) -> ast.expr:
        """The syntax tree of an expression; lines are joined where there is no comment."""
        if not self.part:
            raise ReadError(
                "the expression is empty", source=self.text, column=self.shift, cure="write one: sum((X@w - y)**2)"
            )
        code = self.part if "#" in self.part else self.part.replace("\r", " ").replace("\n", " ")
        tree = self._parsed(code, "eval")
        assert isinstance(tree, ast.Expression)
        return tree.body

    def statements(self) -> list[ast.stmt]:
        """The syntax trees of several lines."""
        tree = self._parsed(self.part, "exec")
        assert isinstance(tree, ast.Module)
        if not tree.body:
            raise ReadError("there is nothing to read", cure="end with an expression: sum((X@w - y)**2)")
        return tree.body

    def _parsed(self, code: str, mode: str) -> ast.AST:
        self.code = code
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(code, mode=mode)
        except SyntaxError as error:
            self._refuse(error)
        except (RecursionError, MemoryError):
            raise ReadError("the expression is nested too deeply", cure="write it in several lines") from None
        except ValueError:
            raise ReadError("the text has characters that cannot be read", cure=_CURE) from None
        if _depth(tree) > _MAX_DEPTH:
            raise ReadError(f"the expression is nested more than {_MAX_DEPTH} deep", cure="write it in several lines")
        return tree

    def _refuse(self, error: SyntaxError) -> NoReturn:
        cure = _CURE
        if "\\" in self.text:
            cure = "this looks like LaTeX; use NumPy syntax, such as sum((X@w - y)**2)"
        elif "=" in self.code:
            cure = "write = or == once, between two expressions"
        line = min(max(error.lineno or 1, 1), self.code.count("\n") + 1)
        raise ReadError(
            f"this is not an expression: {error.msg}",
            source=self.text,
            column=min(self._offset(line) + max((error.offset or 1) - 1, 0), max(len(self.text) - 1, 0)),
            cure=cure,
        ) from None

    def _offset(self, line: int) -> int:
        """Where a line of the code starts in the text."""
        lines = self.code.split("\n")
        return self.shift + sum(len(before) + 1 for before in lines[: line - 1])

    def column(self, node: ast.AST) -> int:
        """Where a node starts in the text."""
        line = getattr(node, "lineno", 1)
        return self._offset(line) + self._characters(line, getattr(node, "col_offset", 0))

    def end(self, node: ast.AST) -> int:
        """Where a node ends in the text."""
        line = getattr(node, "end_lineno", None) or 1
        return self._offset(line) + self._characters(line, getattr(node, "end_col_offset", None) or 0)

    def _characters(self, line: int, column: int) -> int:
        """Python counts bytes; a caret counts characters."""
        return len(self.code.split("\n")[line - 1].encode()[:column].decode(errors="ignore"))

    def operator(self, node: ast.BinOp) -> int:
        """Where the operator between two operands stands."""
        place = self.end(node.left)
        while place < len(self.text) - 1 and self.text[place] in " )\t\n":
            place += 1
        return place

    def written(self, node: ast.AST) -> str:
        """A node as it is written."""
        return self.text[self.column(node) : self.end(node)]

    def error(self, node: ast.AST, what: str, cure: str = "") -> ReadError:
        """An error with a caret at a node."""
        return ReadError(what, source=self.text, column=self.column(node), cure=cure)

    def refused(self, error: SymmlError, column: int) -> ReadError:
        """The error of an operation, with a caret."""
        kind = MisfitError if isinstance(error, ShapeError) else ReadError
        return kind(error.what, source=self.text, column=column, cure=error.cure)


def _depth(tree: ast.AST) -> int:
    """How deep a tree is; a chain ``a + b + c`` counts once."""
    deepest, todo = 0, [(tree, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        chained = node.left if isinstance(node, ast.BinOp) and isinstance(node.left, ast.BinOp) else None
        todo += [(child, depth + (child is not chained)) for child in ast.iter_child_nodes(node)]
    return deepest
