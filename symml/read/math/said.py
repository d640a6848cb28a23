r"""What is said beside a formula, in one spelling: ``x > 0``, ``p \in (0, 1)``, ``A = A^\top``, "A is symmetric".

A condition gives names a domain, or says over what an index runs; what is neither is not known.
"""

from __future__ import annotations

import re

_SPELLING = (
    (r"\\(?:text|mathrm|textrm|textit|mbox|operatorname)\{([^{}]*)\}", r" \1 "),
    (r"\$|\\left|\\right|\\[,;:!]|\\q?quad|~|\\ ", " "),
    (r"\\mathbb\{?\s*([RNZ])\s*\}?", r"\1"),
    (r"ℝ", "R"), (r"ℕ", "N"),
    (r"\\mathbf\{([01])\}|\\mathbb\{([01])\}|\\bm\{([01])\}", r"\1\2\3"),
    (r"\\geqslant|\\geq|≥|>=", r"\\ge "), (r"\\leqslant|\\leq|≤|<=", r"\\le "), (r"\\neq|≠|!=", r"\\ne "),
    (r"∈", r"\\in "), (r"∀", r"\\forall "), (r"≻", r"\\succ "), (r"⪰", r"\\succeq "),
    (r"\\gt\b", ">"), (r"\\lt\b", "<"),
    (r"\\infty|∞", "oo"), (r"\\[lc]?dots[bcm]?|…|\.\.\.|\.\.", "..."),
    (r"\^\{?\s*(?:\\top|\\intercal|T|\\mathsf\{T\}|\\mathrm\{T\})\s*\}?|ᵀ", "^T"),
    (r"\\\{", "{"), (r"\\\}", "}"), (r"\s+", " "),
)  # fmt: skip
NAME = r"(?:\\[A-Za-z]+(?:\{\\?[A-Za-z]+\})?|[^\W\d_]\w*?)(?:_(?:\{[^{}]*\}|\w))?(?:\^\{?\([^)]*\)\}?)?"
_NAMES = rf"(?P<names>{NAME}(?:\s*(?:,|and)\s*{NAME})*)"
_SHAPE = r"(?:\^\{[^{}]*\}|\^\w)?"
_FORMS: tuple[tuple[str, str], ...] = tuple(
    (form.replace("NAMES", _NAMES).replace("NAME", NAME).replace("SHAPE", _SHAPE).replace(" ", r"\s*"), domain)
    for form, domain in (
        (r"NAMES > 0", "positive"),
        (r"NAMES \\ge 0", "nonnegative"),
        (r"NAMES \\ne 0", "nonzero"),
        (r"0 < NAMES", "positive"),
        (r"0 \\le NAMES", "nonnegative"),
        (r"0 < NAMES < 1", "unit"),
        (r"0 \\le NAMES \\le 1", "probability"),
        (r"NAMES \\in \( 0 , 1 \)SHAPE", "unit"),
        (r"NAMES \\in \[ 0 , 1 \]SHAPE", "probability"),
        (r"NAMES \\in \( 0 , oo \)SHAPE", "positive"),
        (r"NAMES \\in \[ 0 , oo \)SHAPE", "nonnegative"),
        (r"NAMES \\in RSHAPE_\{?(?:\+\+|> 0)\}?SHAPE", "positive"),
        (r"NAMES \\in RSHAPE_\{?(?:\+|\\ge 0)\}?SHAPE", "nonnegative"),
        (r"NAMES \\in R \\setminus \{ 0 \}", "nonzero"),
        (r"NAMES \\in \{ (?:-1 , \+?1|\+?1 , -1|\\pm 1) \}SHAPE", "sign"),
        (r"NAMES \\in \{ 0 , 1 \}SHAPE", "binary"),
        (r"NAMES \\in RSHAPE", "real"),
        (r"NAMES \\succ 0", "spd"),
        (r"NAMES \\succeq 0", "psd"),
        (r"(?P<names>NAME) = (?P=names)\^T", "symmetric"),
        (r"(?P<names>NAME)\^T = (?P=names)", "symmetric"),
        (r"(?P<names>NAME)\^T (?P=names) = I(?:_\w)?", "orthogonal"),
        (r"NAMES (?:is |are |be )?symmetric", "symmetric"),
        (r"NAMES (?:is |are |be )?(?:symmetric )?positive definite", "spd"),
        (r"NAMES (?:is |are |be )?(?:symmetric )?positive semi-?definite", "psd"),
        (r"NAMES (?:is |are |be )?(?:invertible|non-?singular)", "invertible"),
        (r"NAMES (?:is |are |be )?orthogonal", "orthogonal"),
        (r"NAMES (?:is |are |be )?diagonal", "diagonal"),
        (r"NAMES (?:is |are |be )?(?:strictly )?positive", "positive"),
        (r"NAMES (?:is |are |be )?non-?negative", "nonnegative"),
        (r"NAMES (?:is |are |be )?(?:nonzero|non-zero)", "nonzero"),
        (r"NAMES (?:is |are |be )?real", "real"),
        (r"symmetric NAMES", "symmetric"),
        (r"invertible NAMES", "invertible"),
        (r"orthogonal NAMES", "orthogonal"),
        (r"positive NAMES", "positive"),
    )
)
# Over what an index runs.
_INDEX = re.compile(
    rf"(?:{NAME}(?: *, *{NAME})*) *(?:=|\\in *[{{\[(]?) *[01] *(?:, *[12])? *,? *\.\.\. *,? *\w+ *[}}\])]?|{NAME}"
)
_LEAD = re.compile(
    r"^(?:\\forall|for all|for any|for every|for each|for|all|any|every|each|if|when|whenever|where|with|s\.t\.?|let|"
    r"suppose|assume|assuming|given|provided|fix|that)(?![A-Za-z])\s*",
    re.IGNORECASE,
)
_IMPLIED = {
    "real": (), "nonzero": ("real",), "positive": ("real", "nonzero", "nonnegative"), "nonnegative": ("real",),
    "unit": ("real", "nonzero", "positive", "nonnegative", "probability"), "probability": ("real", "nonnegative"),
    "spd": ("real", "psd", "symmetric", "invertible"), "psd": ("real", "symmetric"), "symmetric": ("real",),
    "diagonal": ("real", "symmetric"), "orthogonal": ("real", "invertible"), "invertible": ("real",),
    "sign": ("real", "nonzero"), "binary": ("real", "nonnegative", "probability"),
}  # fmt: skip


def spelled(condition: str) -> str:
    """The condition in one spelling: no spacing commands, one name for each sign."""
    for pattern, plain in _SPELLING:
        condition = re.sub(pattern, plain, condition)
    return condition.strip(" ,.;")


def parts(condition: str) -> list[str]:
    """A condition, or several with ``and`` or a comma between them."""
    bare = _LEAD.sub("", condition, count=1)
    while bare != condition:
        condition, bare = bare, _LEAD.sub("", bare, count=1)
    if domain_of(bare) is not None or runs_over(bare):
        return [bare]
    for separator in re.finditer(r" and |,|;| such that | with ", bare):
        before, after = bare[: separator.start()].strip(), bare[separator.end() :].strip()
        if before and after and (domain_of(before) is not None or runs_over(before)):
            return [before, *parts(after)]
    return [bare]


def is_known(text: str) -> bool:
    """Whether every part of a text is a condition that can be used."""
    found = parts(spelled(text))
    return all(domain_of(part) is not None or runs_over(part) for part in found)


def runs_over(part: str) -> bool:
    """Whether a part only names an index, or says that it runs from the start."""
    return _INDEX.fullmatch(part) is not None


def domain_of(part: str) -> tuple[list[str], str] | None:
    """The names of a condition and the domain it gives them."""
    for pattern, domain in _FORMS:
        match = re.fullmatch(pattern, part)
        if match:
            return re.split(r"\s*(?:,|\band\b)\s*", match["names"]), domain
    return None


def joined(known: str, said: str) -> str | None:
    """Of two domains the one that implies the other, or ``None``."""
    if said in (known, "real") or said in _IMPLIED.get(known, ()):
        return known
    return said if known == "real" or known in _IMPLIED.get(said, ()) else None
