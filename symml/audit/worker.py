"""The process in which formulas are judged; it is killed when one takes too long."""

from __future__ import annotations

from symml.audit.judge import Judgment, Piece, judge
from symml.calculus import worker


def serve() -> None:
    """Answers requests from standard input until it ends."""
    worker.serve({"ready": lambda: True, "judge": _judge})


def _judge(piece: Piece) -> list[Judgment]:
    try:
        return judge(piece)
    except RecursionError:
        return [Judgment("not_understood", why="the formula is nested too deeply")]
