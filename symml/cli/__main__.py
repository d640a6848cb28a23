"""``python -m symml.cli`` is ``symml``."""

from symml.cli.start import main

main()
