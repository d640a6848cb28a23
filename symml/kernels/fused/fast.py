"""``Kernel.fast``: a fused numba kernel that NumPy stands in for while numba compiles."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import SymmlError
from symml.kernels.binding import check_out
from symml.kernels.fused.loop import loop_of
from symml.kernels.fused.numba_code import SPELLING, numba_source

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel


class Fast:
    """One fused loop over the entries, compiled by numba in the background and kept on disk.

    Until it is compiled the NumPy kernel answers; afterwards results differ by a few units in the last place.

    Attributes:
        source: The module; it imports NumPy and numba.
    """

    def __init__(self, kernel: Kernel, *, cache: bool = True, wait: bool = False) -> None:
        if not find_spec("numba"):
            raise SymmlError("the numba backend needs numba", cure="run: pip install 'symml[fast]'")
        loop = loop_of(kernel, SPELLING)
        self._kernel, self._loop = kernel, loop
        text = numba_source(kernel)
        self.source = text if cache else text.replace("cache=True", "cache=False")
        self._order = [kernel.arguments.index(name) for name in (*loop.arrays, *loop.scalars)]
        self._compiled: Callable[..., Any] | None = None
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._compile, args=(cache,), daemon=True)
        self._thread.start()
        if wait:
            self.wait()

    @property
    def is_compiled(self) -> bool:
        """Whether numba answers already."""
        return self._compiled is not None

    def wait(self) -> Fast:
        """Returns once numba answers."""
        self._thread.join()
        if self._failure is not None:
            raise SymmlError(f"numba cannot compile {self._kernel.name}: {self._failure}") from self._failure
        return self

    def _compile(self, cache: bool) -> None:
        try:
            function = _loaded(self.source, self._kernel.name, cache)
            vectors = [np.zeros(1) for _ in self._loop.arrays]
            outs = [np.zeros(1) for is_array in self._loop.is_array if is_array]
            with np.errstate(all="ignore"):
                function(*vectors, *(1.0 for _ in self._loop.scalars), *outs)
            self._compiled = function
        except BaseException as error:  # a failed compilation must not end a thread silently
            self._failure = error

    def __call__(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value at these arguments; see ``Kernel``."""
        if self._compiled is None:
            return self._kernel(*args, out=out, **kwargs)
        values = list(self._kernel.binding.values(args, kwargs).values())
        given = [np.ascontiguousarray(v) if np.ndim(v) else float(v) for v in (values[k] for k in self._order)]
        shape = np.shape(given[0])
        shapes = [shape if is_array else () for is_array in self._loop.is_array]
        arrays = None if out is None else check_out(out, shapes)
        fresh = [self._place(k, shape, arrays, given) for k, s in enumerate(shapes) if s]
        numbers = iter(self._compiled(*given, *fresh) or ())
        filled = iter(fresh)
        results = tuple(next(filled) if s else next(numbers) for s in shapes)
        if arrays is None:
            return results if len(results) > 1 else results[0]
        for array, result in zip(arrays, results, strict=True):
            if array is not result:
                array[...] = result
        return out

    def _place(self, k: int, shape: tuple[int, ...], arrays: Any, given: list[Any]) -> Any:
        array = None if arrays is None else arrays[k]
        usable = array is not None and array.dtype == float and array.flags.c_contiguous
        if usable and not any(isinstance(v, np.ndarray) and np.may_share_memory(array, v) for v in given):
            return array
        return np.empty(shape)

    def __repr__(self) -> str:
        return self.source


def _loaded(text: str, name: str, cache: bool) -> Callable[..., Any]:
    """The function of the module, from a file in the cache folder so that numba finds its own files beside it."""
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    if not cache:
        from symml.kernels.compile import compiled

        return compiled(text, name)
    folder = Path(os.environ.get("SYMML_CACHE", Path.home() / ".cache" / "symml"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_{key}.py"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    spec = spec_from_file_location(f"symml_cache_{key}", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    function: Callable[..., Any] = getattr(module, name)
    return function
