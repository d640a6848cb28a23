"""``audit``: every formula of a document, read in order with what the document has said before, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from symml.calculus.worker import Worker
from symml.documents import markdown, notebooks, tex
from symml.documents.judge import Judgment, Piece
from symml.documents.report import AuditReport, Finding
from symml.documents.spans import Span
from symml.errors import ReadError
from symml.read.declarations import Declarations, read_declarations

_READERS: dict[str, Callable[[str], Iterable[Span]]] = {
    ".md": markdown.spans, ".markdown": markdown.spans, ".qmd": markdown.spans, ".rmd": markdown.spans,
    ".txt": markdown.spans, ".tex": tex.spans, ".ltx": tex.spans, ".ipynb": notebooks.spans,
}  # fmt: skip
_MAX_BYTES = 20_000_000
Document = tuple[Path, tuple[Span, ...]]


def audit(
    *documents: str | Path,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    seconds: float = 10.0,
) -> AuditReport:
    """Judges the formulas of Markdown, LaTeX and notebook files; nothing in them is executed.

    Args:
        documents: Paths; of a folder, the documents in it.
        shapes: Declarations that hold in all of them, such as ``"X: n d, y: n sign"``; other shapes are inferred.
        seconds: The time for one formula; what takes longer is reported as stopped.

    Returns:
        The report; its repr is the text of it.

    Raises:
        ReadError: A file is missing, is no text, or of a kind that symml does not read.
    """
    return judged(read(*documents), shapes, seconds, lambda: None)


def read(*documents: str | Path) -> list[Document]:
    """The formulas of documents, not yet looked at.

    Raises:
        ReadError: A file is missing, is no text, or of a kind that symml does not read.
    """
    paths = [path for document in documents for path in _files(Path(document))]
    return [(path, tuple(_READERS[path.suffix.lower()](_text(path)))) for path in paths]


def judged(
    documents: Sequence[Document],
    shapes: str | Mapping[str, object] | Declarations | None,
    seconds: float,
    advance: Callable[[], None],
) -> AuditReport:
    """The report on documents that are read; ``advance`` is called after every formula."""
    given = _given(shapes)
    worker = Worker("symml.documents.worker")
    findings: list[Finding] = []
    try:
        for path, spans in documents:
            for span, judgments in _judged(spans, given, worker, seconds):
                findings += [_finding(path, span, judgment) for judgment in judgments if judgment.status != "nothing"]
                advance()
    finally:
        worker.close()
    return AuditReport(tuple(findings))


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in _READERS and p.is_file())
        return
    if path.suffix.lower() not in _READERS:
        raise ReadError(f"{path}: symml does not read files of this kind", cure=f"give {', '.join(_READERS)}")
    yield path


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ReadError(f"{path} is too large: more than 20 MB", cure="give its parts")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}", cure="give the path of a document") from None
    except UnicodeDecodeError:
        raise ReadError(f"{path} is no UTF-8 text", cure="save it as UTF-8") from None


def _given(shapes: str | Mapping[str, object] | Declarations | None) -> dict[str, str]:
    """What is declared for all documents, as text."""
    found = read_declarations(shapes)
    return {
        name: " ".join([*(str(dim).replace(" ", "") for dim in symbol.shape), symbol.domain.name])
        for name, symbol in found.symbols.items()
    }


def _judged(
    spans: Sequence[Span], given: Mapping[str, str], worker: Worker, seconds: float
) -> Iterator[tuple[Span, list[Judgment]]]:
    """Every span with its judgments; what one declares or defines holds from there on."""
    declared, lets = dict(given), dict[str, str]()
    section = 0
    for span in spans:
        if span.section != section:
            section, lets = span.section, {}
        piece = Piece(span.kind, span.source, span.before, declared, lets, span.is_sure)
        found: Any = worker.ask("judge", piece, seconds=seconds)
        judgments = (
            found if found is not None else [Judgment("too_slow", why=f"it took more than {seconds:g} s or its memory")]
        )
        for judgment in judgments:
            if judgment.status == "declaration":
                declared = {**declared, **{name: said for name, said in judgment.names.items() if name not in given}}
            else:
                lets = {**lets, **judgment.names}
        yield span, judgments


def _finding(path: Path, span: Span, judgment: Judgment) -> Finding:
    return Finding(
        str(path), span.line + judgment.line, span.column, judgment.excerpt or span.written or span.source, judgment
    )
