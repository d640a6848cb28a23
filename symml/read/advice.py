"""What to write for functions that have no name here: the nearest form that has a derivative."""

from __future__ import annotations

from collections.abc import Mapping

_OF_SYMMETRIC = "for a symmetric S write V@diag({}(l))@V.T with V = np.linalg.eigh(S)[1] and l = np.linalg.eigh(S)[0]"
WRITTEN_OTHERWISE: Mapping[str, str] = {
    "expm": _OF_SYMMETRIC.format("exp"),
    "matrix_exp": _OF_SYMMETRIC.format("exp"),
    "sqrtm": _OF_SYMMETRIC.format("sqrt"),
    "logm": _OF_SYMMETRIC.format("log"),
    "cond": "write norm(A, 2)*norm(inv(A), 2)",
    "eigvals": "write np.linalg.eigvalsh(S) for a symmetric S",
    "eig": "write np.linalg.eigh(S) for a symmetric S",
}
