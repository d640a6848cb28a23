"""The chapters of the book; a new entry touches one file, and a new chapter is a new file."""
