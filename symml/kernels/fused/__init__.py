"""Fused kernels: one compiled loop over the entries, in numba or C."""
