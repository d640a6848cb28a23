"""Losses with right gradients, written as people write them."""
