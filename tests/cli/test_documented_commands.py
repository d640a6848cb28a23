"""The commands shown in the documentation print what is shown there, and its Python runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symml.cli.app import app

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("optimize", "expectation")
CONSOLE = re.compile(r"```console\n\$ symml (.*?)\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


SHOWN = {f"{page} {k}": found for page in PAGES for k, found in enumerate(CONSOLE.findall(text(page)))}


@pytest.mark.parametrize("name", SHOWN)
def test_a_documented_command_prints_what_is_shown(name: str) -> None:
    command, shown = SHOWN[name]
    done = CliRunner().invoke(app, shlex.split(command))
    assert "".join(done.output.split()) == "".join(shown.split())


@pytest.mark.parametrize("page", PAGES)
def test_documented_python_runs(page: str) -> None:
    code = "\n".join(PYTHON.findall(text(page)))
    exec(compile(code, page, "exec"), {})
