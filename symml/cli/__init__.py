"""The command line: every command is one module, loaded when it is called."""

from symml.cli.start import main

__all__ = ["main"]
