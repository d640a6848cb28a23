"""Writes what ``symml`` prints under the commands of the pages: ``python docs/refresh.py [PAGE ...]``.

A page's ``console`` blocks hold commands after ``$``. A ``python`` block that starts with ``# name.py`` is a file that
the commands may use, and so is a ``markdown`` block that starts with ``<!-- name.md -->``.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import tempfile
from pathlib import Path

from symml.cli import main

DOCS = Path(__file__).parent
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"^```(?:python|markdown)\n((?:# (?=\w+\.py\n)|<!-- (?=\w+\.md -->))(\w+\.\w+).*?)^```$", re.MULTILINE | re.DOTALL
)


def refreshed(page: str) -> str:
    """The page with the commands' present output."""
    with tempfile.TemporaryDirectory() as folder:
        for text, name in FILE.findall(page):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return CONSOLE.sub(lambda block: _block(block.group(1), Path(folder)), page)


def _block(text: str, folder: Path) -> str:
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    parts = [f"{command}\n{_output(command, folder)}".rstrip() for command in commands]
    return "```console\n" + "\n\n".join(parts) + "\n```"


def _output(command: str, folder: Path) -> str:
    """What a command prints, also on standard error; nothing for commands of other programs."""
    words = shlex.split(command)[1:]
    if words[0] != "symml":
        return ""
    printed = io.StringIO()
    sys.argv = words
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        contextlib.suppress(SystemExit),
    ):
        main()
    return printed.getvalue()


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(str(page) for page in DOCS.glob("*.md"))):
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")
