"""A worker that never answers for one formula."""

from __future__ import annotations

from time import sleep

from symml.calculus import worker
from symml.documents.judge import Judgment, Piece, judge


def serve() -> None:
    worker.serve({"ready": lambda: True, "judge": _judge})


def _judge(piece: Piece) -> list[Judgment]:
    while piece.source.startswith("2 + 2"):
        sleep(1)
    return judge(piece)
