"""SymPy in a process of its own, which is killed when its time is up: sums, integrals and equations can run for ever.

Requests and answers are SymPy objects; nothing is written as text and read back.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from functools import lru_cache
from threading import Lock, Thread
from typing import Any

_SERVE = "from symml.calculus.sympy_tasks import serve; serve()"
_START_SECONDS = 30.0


class SympyProcess:
    """One process that answers one request at a time; it is started when it is first asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, task: str, *args: Any, seconds: float) -> Any:
        """The answer of a task of ``sympy_tasks``; ``None`` when it fails or takes longer."""
        with self._lock:
            try:
                if self._process is None or self._process.poll() is not None:
                    self._start()
                    self._within(_START_SECONDS, "ready", ())
                return self._within(seconds, task, args)
            except OSError:  # a platform without processes has no SymPy of its own
                return None
            except BaseException:
                # An answer that nobody waits for must not be taken for the next one.
                self.close()
                raise

    def _within(self, seconds: float, task: str, args: tuple[Any, ...]) -> Any:
        """The answer within the time; the process is killed when it takes longer."""
        if self._process is None:
            return None
        answers: list[Any] = []
        thread = Thread(target=self._exchange, args=((task, args), answers), daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive() or not answers:
            self.close()
            thread.join()
            return None
        return answers[0]

    def _start(self) -> None:
        self.close()
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=known
        )

    def _exchange(self, request: Any, answers: list[Any]) -> None:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            answers.append(pickle.load(process.stdout))
        except (OSError, EOFError, ValueError, pickle.PickleError):
            answers.clear()

    def close(self) -> None:
        """Kills the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:
                        continue


@lru_cache(maxsize=1)
def _shared() -> SympyProcess:
    process = SympyProcess()
    atexit.register(process.close)
    return process


def ask_sympy(task: str, *args: Any, seconds: float = 5.0) -> Any:
    """What SymPy answers within a time limit.

    Args:
        task: A task of ``sympy_tasks``.
        args: SymPy objects and plain data.
        seconds: The time after which SymPy is stopped.

    Returns:
        The answer; ``None`` when SymPy has none or is too slow.
    """
    return _shared().ask(task, *args, seconds=seconds)
