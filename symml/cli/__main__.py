"""``python -m symml.cli`` is ``symml``."""

from symml.cli.start import main

if __name__ == "__main__":
    main()
