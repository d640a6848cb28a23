"""The book: chapters of identities written in the language; nothing runs until an entry is asked for."""
