"""The second reader is a program of its own, which pytest need not import."""

collect_ignore = ["second_reader.py"]
