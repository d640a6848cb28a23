r"""Unicode mathematics in the words of LaTeX: ``xᵀŷ²`` says ``x^{\top}\hat{y}^{2}``."""

from __future__ import annotations

import unicodedata
from functools import cache

SIGNS = {
    "≤": r"\le", "≥": r"\ge", "⩽": r"\le", "⩾": r"\ge", "≠": r"\ne", "≈": r"\approx", "≃": r"\approx", "≡": r"\equiv",
    "∝": r"\propto", "∼": r"\sim", "→": r"\to", "↦": r"\mapsto", "←": r"\leftarrow", "⟵": r"\leftarrow",
    "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "≔": ":=", "≜": ":=", "∈": r"\in", "∉": r"\notin", "⊂": r"\subset",
    "⊆": r"\subseteq", "∀": r"\forall", "∃": r"\exists", "∞": r"\infty", "∂": r"\partial", "∇": r"\nabla",
    "∑": r"\sum", "Σ": r"\sum", "∏": r"\prod", "Π": r"\prod", "∫": r"\int", "√": r"\sqrt", "·": r"\cdot",
    "⋅": r"\cdot", "•": r"\cdot", "∙": r"\cdot", "×": r"\times", "÷": "/", "∕": "/", "⁄": "/", "⊙": r"\odot",
    "∘": r"\circ", "⊗": r"\otimes", "⊕": r"\oplus", "⊘": r"\oslash", "±": r"\pm", "∓": r"\mp", "∪": r"\cup",
    "∩": r"\cap", "∖": r"\setminus", "∅": r"\emptyset", "¬": r"\neg", "∧": r"\wedge", "∨": r"\vee", "⟂": r"\perp",
    "⊥": r"\perp", "‖": r"\|", "∥": r"\|", "∣": "|", "⟨": r"\langle", "⟩": r"\rangle", "〈": r"\langle",
    "〉": r"\rangle", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "…": r"\dots", "⋯": r"\dots",
    "−": "-", "–": "-", "—": "-", "∗": "*", "′": "'", "’": "'", "ʹ": "'", "ℓ": r"\ell", "†": r"\dagger",
    "⋆": r"\star", "½": r"\frac{1}{2}", "⅓": r"\frac{1}{3}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}",
    "⅔": r"\frac{2}{3}",
    "∛": r"\cbrt", "⟹": r"\Rightarrow", "⟺": r"\Leftrightarrow",
    "≪": r"\ll", "≫": r"\gg", "≻": r"\succ", "⪰": r"\succeq", "⪯": r"\preceq", "≺": r"\prec", "∎": "",
}  # fmt: skip

_GREEK_NAMES = r"""\alpha \beta \gamma \delta \varepsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi o \pi \rho
    \varsigma \sigma \tau \upsilon \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Upsilon \Phi \Psi \Omega
    \epsilon \vartheta \phi \varrho \pi"""
_GREEK = dict(zip("αβγδεζηθικλμνξοπρςστυφχψωΓΔΘΛΞΥΦΨΩϵϑϕϱϖ", _GREEK_NAMES.split(), strict=True))

RAISED = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᐟ⁄ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "0123456789+-=()//niabcdefghjklmoprstuvwxyz", strict=True)
) | {"ᵀ": r"\top", "*": "*"}
RAISED.pop("*")
RAISED.pop("⁄")
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True)) | {
    "ᵦ": r"\beta",
    "ᵧ": r"\gamma",
    "ᵨ": r"\rho",
    "ᵩ": r"\phi",
    "ᵪ": r"\chi",
}

ACCENTS = {
    "\u0302": r"\hat", "\u0304": r"\bar", "\u0305": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot", "\u0308": r"\ddot",
    "\u20d7": r"\vec", "\u030c": r"\check",
}  # fmt: skip

_STYLES = (("DOUBLE-STRUCK", r"\mathbb"), ("BOLD SCRIPT", r"\mathcal"), ("SCRIPT", r"\mathcal"), ("BOLD", r"\mathbf"))


@cache
def canonical(char: str) -> str:
    """A character as LaTeX; the character itself when it is ASCII or unknown."""
    if char.isascii():
        return char
    if char in SIGNS:
        return SIGNS[char]
    if char in _GREEK:
        return _GREEK[char]
    return _styled(char) or char


def _styled(char: str) -> str:
    r"""``\mathbf{x}`` of a bold letter, ``\hat{y}`` of a letter with an accent, a plain letter of an italic one."""
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[1] in ACCENTS and parts[0].isalpha():
        return f"{ACCENTS[parts[1]]}{{{canonical(parts[0])}}}"
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) != 1 or plain == char:
        return ""
    base = {"Σ": r"\Sigma", "Π": r"\Pi", "∇": r"\nabla", "∂": r"\partial"}.get(plain) or canonical(plain)
    name = unicodedata.name(char, "")
    for word, command in _STYLES:
        if word in name and (char.isalnum() or char == "𝟏"):
            return f"{command}{{{base}}}"
    return base if char.isalnum() else ""


def is_text_mathematics(char: str) -> bool:
    """Whether a character shows that a text is Unicode mathematics and not NumPy code."""
    return char in SIGNS or char in RAISED or char in LOWERED or char in ACCENTS or bool(_styled(char))
