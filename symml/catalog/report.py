"""Many entries cross-checked in parallel processes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from symml.catalog.book import entry
from symml.catalog.check import FALSE, GOOD, link_verdicts
from symml.catalog.crosscheck import Row, crosscheck

_FEW = 8
_CHUNK = 4


def crosscheck_many(
    ids: Sequence[str], *, jobs: int = 0, done: Callable[[Row], None] = lambda row: None
) -> tuple[Row, ...]:
    """Cross-checks entries, in order of ``ids``.

    Args:
        ids: The entries.
        jobs: How many processes; by default one for each processor, and none for a few entries.
        done: Called with each row when it is there.
    """
    return _mapped(checked, ids, jobs, done)


def links_of_many(
    ids: Sequence[str], *, jobs: int = 0, done: Callable[[object], None] = lambda row: None
) -> dict[str, tuple[str, ...]]:
    """The verdicts on the links of each entry."""
    return dict(zip(ids, _mapped(_link_names, ids, jobs, done), strict=True))


@dataclass(frozen=True)
class Decided:
    """What was decided about an entry, in words.

    Attributes:
        verdict: The verdict.
        witness: For a false statement, the point at which it fails, or why it cannot hold.
        assumption: The extra assumption under which a false statement holds.
    """

    verdict: str
    witness: str = ""
    assumption: str = ""


def decided_of_many(
    ids: Sequence[str], *, jobs: int = 0, done: Callable[[object], None] = lambda row: None
) -> dict[str, Decided]:
    """What is decided about each entry."""
    return dict(zip(ids, _mapped(_decided, ids, jobs, done), strict=True))


def _decided(id: str) -> Decided:
    found = entry(id).verify()
    witness = str(found.counterexample or found.reason) if found.verdict in FALSE else ""
    return Decided(found.verdict, witness, str(found.assumption or ""))


def _link_names(id: str) -> tuple[str, ...]:
    return tuple(verdict.verdict for verdict in link_verdicts(entry(id)))


def _mapped(
    function: Callable[[str], Any], ids: Sequence[str], jobs: int, done: Callable[[Any], None]
) -> tuple[Any, ...]:
    workers = jobs or min(os.cpu_count() or 1, len(ids))
    if workers <= 1 or len(ids) <= _FEW:
        return tuple(_told(function(id), done) for id in ids)
    with ProcessPoolExecutor(workers) as pool:
        return tuple(_told(row, done) for row in pool.map(function, ids, chunksize=_CHUNK))


def _told(row: Any, done: Callable[[Any], None]) -> Any:
    done(row)
    return row


def checked(id: str) -> Row:
    """The row of one entry; an entry that cannot be checked is a row that says where it is written and why."""
    found = entry(id)
    try:
        return crosscheck(found)
    except Exception as error:  # One broken entry must not hide the rest.
        where = f"{found.file}:{found.line}"
        return Row(id, "broken", None, None, "-", False, f"{where}: {type(error).__name__}: {error}")


def counts(verdicts: Iterable[str]) -> dict[str, int]:
    """How many there are of each verdict, the most frequent first."""
    return dict(Counter(verdicts).most_common())


def unproved(links: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The entries with a link that holds but is not proved."""
    return {id: row for id, row in links.items() if any(v in GOOD[2:] for v in row)}
