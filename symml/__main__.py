"""``python -m symml`` is the command line."""

from symml.cli import main

if __name__ == "__main__":
    main()
