"""The commands on the pages print what the pages show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The report of a verdict may say its evidence in other words; what is decided, and about what, may not change.
EVIDENCE = ("because", "shown", "note", "likely", "instead", "witness", "where", "fix")
PAGES = sorted(
    page for page in (ROOT / "docs").glob("*.md") if "```console\n$ symml" in page.read_text(encoding="utf-8")
)


def without_evidence(page: str) -> list[str]:
    return [line for line in page.splitlines() if not line.strip().startswith(EVIDENCE)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    copy = tmp_path / page.name
    copy.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, str(ROOT / "docs" / "refresh.py"), str(copy)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    found, expected = (without_evidence(path.read_text(encoding="utf-8")) for path in (copy, page))
    assert found == expected, "run: python docs/refresh.py"


COMMANDS = "demo derive check show find kernel crosscheck doctor"
OPTIONS = "--json --steps --latex --code --hessian --check --shapes --wrt"
NAMES = "derive grad jacobian hessian verify check_gradient kernel read_numpy trace simplify entry find"


def test_the_quick_start_shows_every_command_and_every_way_in() -> None:
    page = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    wanted = [f"symml {command}" for command in COMMANDS.split()] + OPTIONS.split() + [f"`{n}`" for n in NAMES.split()]
    assert [words for words in wanted if words not in page] == []
