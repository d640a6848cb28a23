"""Pipes that close, terminals without letters, interruptions, full disks: never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.harness import Result, run

ROOT = Path(__file__).parents[2]
SYMML = [sys.executable, "-m", "symml.cli"]
DERIVE = ["derive", "sum((X@w)**2)", "--wrt", "w", "--shapes", "X: n d, w: d"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and /dev/full are of POSIX systems")


def symml(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*SYMML, *arguments], cwd=ROOT, capture_output=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "arguments", [DERIVE, [*DERIVE, "--json"], ["derive", "Ω@w", "--wrt", "w"], ["find", "sigmoid"]]
)
def test_a_terminal_without_the_letters_gets_something_readable(encoding: str, arguments: list[str]) -> None:
    done = symml(*arguments, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode in (0, 2)
    assert done.stdout or done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("columns", ["10", "20", "400"])
def test_a_narrow_or_wide_terminal_gets_the_help(columns: str) -> None:
    done = symml("derive", "--help", COLUMNS=columns)
    assert (done.returncode, done.stderr) == (0, b"")


def test_there_are_no_colors_in_what_is_piped() -> None:
    for arguments in (DERIVE, ["derive", "q", "--wrt", "q"], ["--help"], ["nosuch"]):
        done = symml(*arguments, NO_COLOR="1")
        assert b"\x1b[" not in done.stdout + done.stderr


@posix
@pytest.mark.parametrize("arguments", [["find"], ["crosscheck", "activations.sigmoid_deriv", "activations.relu_deriv"]])
def test_a_reader_that_stops_reading_is_no_error(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*SYMML, *arguments], cwd=ROOT, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_an_error_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*SYMML, "find"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: the output cannot be written")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["symml.cli.start.spell_what_cannot_be_printed", "symml.catalog.search.find"])
def test_an_interruption_is_quiet(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupted)
    assert run("find", "sigmoid") == Result(130, "", "")
