"""A process of its own for what can run for ever: it is killed when its time is up, and started again when needed.

Requests and answers are objects; nothing is written as text and read back.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from threading import Lock, Thread
from typing import Any

_START_SECONDS = 30.0
_MEMORY = 4 * 2**30


class Worker:
    """One process that answers one request at a time; it is started when it is first asked.

    Args:
        module: The module whose ``serve`` answers; its tasks have one named ``ready``.
    """

    def __init__(self, module: str) -> None:
        self._command = f"from {module} import serve; serve()"
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, task: str, *args: Any, seconds: float) -> Any:
        """The answer of a task; ``None`` when it fails or takes longer."""
        with self._lock:
            try:
                if self._process is None or self._process.poll() is not None:
                    self._start()
                    self._within(_START_SECONDS, "ready", ())
                return self._within(seconds, task, args)
            except OSError:  # a platform without processes has no answer
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
            [sys.executable, "-c", self._command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=known
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


def serve(tasks: Mapping[str, Callable[..., Any]]) -> None:
    """Answers requests from standard input until it ends."""
    _limit_memory()
    warnings.simplefilter("ignore")
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            task, args = pickle.load(source)
        except EOFError:
            return
        with redirect_stdout(sys.stderr):
            answer = _answer(tasks[task], args)
        pickle.dump(answer, sink)
        sink.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where only the clock limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _answer(task: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What is asked of a worker fails in many ways; every one of them means that it has no answer."""
    try:
        answer = task(*args)
        pickle.dumps(answer)
    except Exception:
        return None
    return answer
