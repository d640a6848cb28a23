"""The book on paper and on screen: Markdown, LaTeX and a web page; plots of entries of one variable."""
