"""The process in which formulas are judged; it is killed when one takes too long."""

from __future__ import annotations

from symml.calculus import worker
from symml.documents.judge import Judgment, Piece, judge
from symml.errors import SymmlError


def serve() -> None:
    """Answers requests from standard input until it ends."""
    worker.serve({"ready": lambda: True, "judge": _judge})


def _judge(piece: Piece) -> list[Judgment]:
    try:
        return judge(piece)
    except RecursionError:
        return [Judgment("not_understood", why="the formula is nested too deeply")]
    except SymmlError as error:
        return [Judgment("not_understood", why=error.what)]
    except Exception as error:  # a fault of symml in one formula must not hide the others
        return [Judgment("failed", why=f"{type(error).__name__}: {error}")]
