"""Functions of a square matrix."""

from symml.expr.function import MatrixFunction

inv = MatrixFunction("inv", "^{-1}", axes=2, numpy="linalg.inv")
det = MatrixFunction("det", r"\det", axes=0, numpy="linalg.det")
# The logarithm of the determinant's absolute value: what np.linalg.slogdet returns second.
logdet = MatrixFunction("logdet", r"\log\det", axes=0, numpy="linalg.slogdet")
# Eigenvalues in increasing order, and orthonormal eigenvectors as columns, each up to its sign.
eigvals = MatrixFunction("eigvals", r"\lambda", axes=1, numpy="linalg.eigvalsh", reads_symmetric=True)
eigvecs = MatrixFunction("eigvecs", r"\operatorname{eigvecs}", axes=2, numpy="linalg.eigh", reads_symmetric=True)
cholesky = MatrixFunction("cholesky", r"\operatorname{chol}", axes=2, numpy="linalg.cholesky", reads_symmetric=True)
