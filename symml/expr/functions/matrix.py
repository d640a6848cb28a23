"""Functions of a square matrix."""

from symml.expr.function import MatrixFunction

inv = MatrixFunction("inv", "^{-1}", keeps_shape=True, numpy="linalg.inv")
det = MatrixFunction("det", r"\det", keeps_shape=False, numpy="linalg.det")
# The logarithm of the determinant's absolute value: what np.linalg.slogdet returns second.
logdet = MatrixFunction("logdet", r"\log\det", keeps_shape=False, numpy="linalg.slogdet")
