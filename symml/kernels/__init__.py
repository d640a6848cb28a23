"""Kernels: NumPy functions emitted from expressions; their source stands alone."""

from symml.kernels.kernel import Kernel, kernel

__all__ = ["Kernel", "kernel"]
