"""The notebooks run from top to bottom, and their outputs are kept with them."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EVIDENCE = ("because", "shown", "note", "likely", "instead", "witness", "where", "fix")


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    """The text of every output, without the wording of evidence."""
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    return [line for text in texts for line in text.splitlines() if not line.strip().startswith(EVIDENCE)]


def test_there_is_a_notebook() -> None:
    assert ROOT / "notebooks" / "quickstart.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_shows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    kept, notebook = (nbformat.read(path, as_version=4) for _ in range(2))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}})
    client.execute()
    assert shown(notebook) == shown(kept)
    assert any("data" in output for cell in kept.cells for output in cell.get("outputs", []))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_nothing_of_the_machine_that_ran_it(path: Path) -> None:
    kept = nbformat.read(path, as_version=4)
    assert all(output.get("name") != "stderr" for cell in kept.cells for output in cell.get("outputs", []))
    assert kept.metadata.keys() == {"kernelspec", "language_info"}
    assert all("execution" not in cell.metadata for cell in kept.cells)
