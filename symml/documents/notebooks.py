"""Notebooks: the Markdown of the text cells and the code of the others; lines count within a cell, cells from 1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from symml.documents import markdown
from symml.documents.spans import Span
from symml.errors import ReadError


def spans(source: str) -> Iterator[Span]:
    """The formulas and the code of a notebook, in order.

    Raises:
        ReadError: The text is no notebook.
    """
    try:
        cells: Any = json.loads(source)["cells"]
        parts = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError):
        raise ReadError("this is no notebook", cure="give a file that Jupyter wrote") from None
    lines = section = last = 0
    for number, (kind, text) in enumerate(parts):
        if kind == "markdown":
            for span in markdown.spans(text):
                last = section + span.section
                yield replace(
                    span, line=span.line + lines, block=1000 * number + span.block, section=section + span.section
                )
        elif kind == "code":
            yield Span("code", text, lines + 1, 1, 1000 * number)
        section = last
        lines += text.count("\n") + 1
