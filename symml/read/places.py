"""Places in the user's source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SourcePlace:
    """A piece of the user's source.

    Attributes:
        file: The file.
        line: The line, from 1.
        text: The text of the line.
        column: Where the piece begins, from 0.
        end: Where it ends.
    """

    file: str
    line: int
    text: str = ""
    column: int = 0
    end: int = 0

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}: {self.text.strip()}"

    def lines(self) -> list[str]:
        """The line as it stands, with carets under the piece, after a line that says where."""
        if not self.text.strip():
            return [f"{Path(self.file).name}:{self.line}"]
        text, indent = self.text.rstrip(), len(self.text) - len(self.text.lstrip())
        end = self.end if self.column < self.end <= len(text) else len(text)
        carets = " " * (self.column - indent) + "^" * max(1, end - self.column)
        return [f"{Path(self.file).name}:{self.line}", f"  {text.strip()}", f"  {carets}"]

    def to_json(self) -> dict[str, Any]:
        """The place as plain data."""
        return {"file": self.file, "line": self.line, "column": self.column, "text": self.text.strip()}
