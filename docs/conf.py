"""Sphinx settings: MyST pages and notebooks, built and read without a network."""

project = "symml"
author = "symml contributors"
copyright = "2026, symml contributors"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.katex"]
exclude_patterns = ["_build", "jupyter_execute"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"

autodoc_member_order = "bysource"
autodoc_typehints = "description"

# KaTeX is copied into the pages and writes MathML, which needs neither fonts nor a style sheet from elsewhere.
html_math_renderer = "katex"
katex_css_path = "katex-math.css"
katex_options = 'output: "mathml", throwOnError: false'

html_theme = "furo"
html_title = "symml"
