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

    def to_json(self) -> dict[str, Any]:
        """The place as plain data."""
        return {"file": self.file, "line": self.line, "column": self.column, "text": self.text.strip()}
