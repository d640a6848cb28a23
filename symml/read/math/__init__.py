"""Mathematics as people write it, LaTeX and Unicode text: tokens, a typed tree with places, expressions."""
