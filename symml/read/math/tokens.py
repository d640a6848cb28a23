"""The lexer: LaTeX, or Unicode text in the same words, as tokens that know their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symml.errors import ReadError
from symml.read.math.tree import set_of
from symml.read.math.unicode import ACCENTS, LOWERED, RAISED, canonical

MAX_TEXT = 200_000
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Token:
    r"""A piece of the text.

    Attributes:
        text: What it says, in canonical LaTeX.
        kind: ``number``, ``letter``, ``word``, ``command``, ``sign``, ``begin``, ``end`` or ``stop``.
        start: Where it starts in the source.
        end: Where it ends in the source.
        side: ``left`` or ``right`` when ``\left`` or ``\right`` stood before it.
        gap: Whether white space stood before it.
    """

    text: str
    kind: str
    start: int
    end: int
    side: str = ""
    gap: bool = False


_PATTERN = re.compile(
    r"\\(?:begin|end)\s*\{[A-Za-z]+\*?\}|\\\\(?:\[[^\]\n]{0,20}\])?|\\[A-Za-z]+\*?|\\.|[0-9]{1,3}(?:\{,\}[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
    r"|\.\.|<=|>=|!=|==|:=|->|<-|\*\*|\|\||.",
    re.DOTALL,
)
_DROPPED = (
    set_of(r"""\, \; \: \! \  \> \quad \qquad \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber \notag
    \hfill \allowbreak \bigskip \medskip \smallskip \noindent \thinspace \enspace \rm \bf \it \mathstrut \hskip ~""")
    | {"\\ ", "\\\n"}
)
_SIDES = {r"\left": "left", r"\right": "right", r"\middle": "middle"}
_SIDES |= {
    rf"\{size}{side[:1]}": side for size in ("big", "Big", "bigg", "Bigg") for side in ("left", "right", "middle")
}
_SIDES |= {rf"\{size}": "" for size in ("big", "Big", "bigg", "Bigg")}
_WITH_GROUP = frozenset(
    [r"\label", r"\tag", r"\tag*", r"\hspace", r"\vspace", r"\phantom", r"\vphantom", r"\hphantom", r"\color"]
)
WORDS = set_of(r"""\mathrm \operatorname \operatorname* \text \textrm \textsf \textit \textbf \mathsf \mathit \mathtt
    \mbox \textnormal \rm \texttt""")
_SAME = {
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\nicefrac": r"\frac", r"\leq": r"\le",
    r"\geq": r"\ge", r"\leqslant": r"\le", r"\geqslant": r"\ge", r"\neq": r"\ne", r"\lVert": r"\|", r"\rVert": r"\|",
    r"\Vert": r"\|", r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\intercal": r"\top", r"\lbrace": r"\{",
    r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]", r"\parallel": r"\|",
    r"\boldsymbol": r"\mathbf", r"\bm": r"\mathbf", r"\pmb": r"\mathbf", r"\symbf": r"\mathbf",
    r"\mathbbm": r"\mathbb", r"\mathds": r"\mathbb", r"\Bbb": r"\mathbb", r"\mathscr": r"\mathcal",
    r"\cal": r"\mathcal", r"\widehat": r"\hat", r"\overline": r"\bar", r"\widetilde": r"\tilde", r"\ldots": r"\dots",
    r"\cdots": r"\dots", r"\dotsc": r"\dots", r"\dotsb": r"\dots", r"\dotsm": r"\dots", r"\vdots": r"\dots",
    r"\ddots": r"\dots", r"\ast": "*", r"\star": "*", r"\rightarrow": r"\to", r"\longrightarrow": r"\to",
    r"\gets": r"\leftarrow", r"\longleftarrow": r"\leftarrow", r"\coloneqq": ":=", r"\triangleq": ":=",
    r"\doteq": ":=", r"\div": "/", r"\colon": ":",
    r"\prime": "'", r"\iff": r"\Leftrightarrow", r"\implies": r"\Rightarrow",
    r"\simeq": r"\approx", r"\cong": r"\approx", r"\land": r"\wedge", r"\lor": r"\vee", r"\lnot": r"\neg",
    r"\bigcap": r"\bigcap", r"\argmin*": r"\argmin", r"\argmax*": r"\argmax", r"\ne": r"\ne", "==": "=", "<=": r"\le",
    ">=": r"\ge", "!=": r"\ne", "->": r"\to", "<-": r"\leftarrow", "**": "^", "||": r"\|",
    r"\smallsetminus": r"\setminus",
    r"\Pr": r"\Pr", r"\lt": "<", r"\gt": ">", r"\And": r"\wedge", r"\hbox": r"\mbox", r"\odot": r"\odot",
    r"\bigodot": r"\odot", r"\defeq": ":=", r"\eqdef": ":=", r"\tr": r"\tr", r"\dag": r"\dagger",
}  # fmt: skip
_WORD_COMMANDS = frozenset([r"\Var", r"\Cov", r"\KL", r"\E"])
_CLOSERS = {"{": "}", "(": ")", "[": "]"}


def tokens(text: str, *, one_line: bool = False) -> list[Token]:
    """The tokens of a text.

    Args:
        text: LaTeX, or Unicode text.
        one_line: Whether it is Unicode text, where ``**`` is a power and words are written without commands.

    Raises:
        ReadError: The text is too long or nested too deeply, a brace is not matched, or a character has no meaning.
    """
    if len(text) > MAX_TEXT:
        raise ReadError(f"the text has {len(text)} characters; at most {MAX_TEXT} are read", cure="read it in pieces")
    found = list(_merged(_rearranged(_without_empty_sides(_Lexer(text, one_line).run()))))
    _check_braces(text, found)
    return found


class _Lexer:
    """One pass over the text."""

    def __init__(self, text: str, one_line: bool) -> None:
        self.text, self.one_line = text, one_line
        self.out: list[Token] = []
        self.place = 0
        self.gap = False
        self.side = ""

    def run(self) -> list[Token]:
        while self.place < len(self.text):
            char = self.text[self.place]
            if char in RAISED or (char == "⊙" and self.text[self.place + 1 : self.place + 2] in RAISED):
                self._script("^", RAISED | {"⊙": r"\odot"})
            elif char in LOWERED:
                self._script("_", LOWERED)
            elif char in ACCENTS:
                self._accent(ACCENTS[char])
            elif char == "%" and not self.one_line:
                stop = self.text.find("\n", self.place)
                self.place = len(self.text) if stop < 0 else stop
            else:
                self._one()
        return self.out

    def _emit(self, text: str, kind: str, start: int, end: int) -> None:
        self.out.append(Token(text, kind, start, end, self.side, self.gap))
        self.gap, self.side = False, ""

    def _script(self, mark: str, table: dict[str, str]) -> None:
        """A run of raised or lowered characters is one group."""
        start = self.place
        while self.place < len(self.text) and self.text[self.place] in table:
            self.place += 1
        self._emit(mark, "sign", start, start)
        self._emit("{", "sign", start, start)
        inner = " ".join(table[char] for char in self.text[start : self.place])
        inner = re.sub(r"(?<=\d) (?=\d)", "", inner)
        for token in _Lexer(inner, self.one_line).run():
            self.out.append(Token(token.text, token.kind, start, self.place))
        self._emit("}", "sign", self.place, self.place)

    def _accent(self, command: str) -> None:
        """A combining accent wraps the token before it."""
        if not self.out or self.out[-1].kind not in ("letter", "command", "word"):
            raise self._error(self.place, "an accent without a letter", "write the letter first")
        last = self.out.pop()
        end = self.place + 1
        for text, kind in ((command, "command"), ("{", "sign"), (last.text, last.kind), ("}", "sign")):
            self.out.append(Token(text, kind, last.start, end, "", last.gap and text == command))
        self.place = end

    def _one(self) -> None:
        found = _PATTERN.match(self.text, self.place)
        assert found is not None
        written, start = found.group(), self.place
        if written == "**" and not self.one_line:
            written = "*"
        self.place = start + len(written)
        if written.isspace():
            self.gap = True
        elif written.startswith("\\"):
            self._command(written, start)
        elif written == "..":
            self._emit(written, "sign", start, self.place)
        elif written[0] in "0123456789.":
            self._emit(written.replace("{,}", ""), "sign" if written == "." else "number", start, self.place)
        elif written.isascii():
            self._ascii(written, start)
        else:
            self._foreign(written, start)

    def _ascii(self, written: str, start: int) -> None:
        if written in "$~" or (written < " "):
            if written < " ":
                raise self._error(start, "a control character", "write visible characters only")
            self.gap = True
            return
        if written == '"' or written == "`" or written == "#" or written == "@":
            raise self._error(start, f"not understood: {written}", "this is no sign of mathematics")
        self._emit(_SAME.get(written, written), "letter" if written.isalpha() else "sign", start, self.place)

    def _foreign(self, char: str, start: int) -> None:
        said = canonical(char)
        if said == char:
            raise self._error(start, f"not understood: {char!r}", "write it as LaTeX or with letters of the alphabet")
        gap, side = self.gap, self.side
        for token in _Lexer(said, self.one_line).run():
            self.out.append(Token(token.text, token.kind, start, self.place, side, gap))
            gap, side = False, ""
        self.gap, self.side = False, ""

    def _command(self, written: str, start: int) -> None:
        if written.endswith("*") and written not in _SAME and written not in WORDS and written not in _WITH_GROUP:
            written = written[:-1]
            self.place -= 1
        if written == r"\bf" and self.out and self.out[-1].text == "{":
            self.out.insert(-1, replace(self.out[-1], text=r"\mathbf", kind="command"))
        elif written in _DROPPED or written in (r"\(", r"\)", r"\[", r"\]"):
            self.gap = True
        elif written in _SIDES:
            self._delimiter(_SIDES[written], start)
        elif written in _WITH_GROUP:
            self._group_text(start)
        elif written.startswith(r"\\"):
            self._emit(r"\\", "sign", start, self.place)
        elif written.startswith((r"\begin", r"\end")) and "{" in written:
            name = written[written.index("{") + 1 : -1].rstrip("*")
            self._emit(name, "begin" if written.startswith(r"\begin") else "end", start, self.place)
        elif written in WORDS:
            self._word(written, start)
        elif written in _WORD_COMMANDS:
            self._emit(written[1:], "word", start, self.place)
        else:
            same = _SAME.get(written, written)
            kind = "command" if same[0] == "\\" and same[1].isalpha() else "sign"
            self._emit(same, kind, start, self.place)

    def _delimiter(self, side: str, start: int) -> None:
        r"""``\left`` and its kin say on which side the next delimiter stands; ``\left.`` stands for nothing."""
        rest = len(self.text) - len(self.text[self.place :].lstrip(" \n\t")) if self.place < len(self.text) else 0
        self.place = max(self.place, rest)
        if self.text[self.place : self.place + 1] == "." and side:
            self.place += 1
            self._emit(rf"\{side}.", "sign", start, self.place)
            return
        self.side = side

    def _group_text(self, start: int) -> str:
        """The raw text of the group that follows."""
        place = self.place
        while place < len(self.text) and self.text[place] in " \n\t":
            place += 1
        if self.text[place : place + 1] != "{":
            raise self._error(start, f"{self.text[start : self.place]} needs a group", "write {...} after it")
        depth, stop = 0, place
        for stop in range(place, len(self.text)):
            depth += {"{": 1, "}": -1}.get(self.text[stop], 0)
            if depth == 0:
                break
        if depth:
            raise self._error(place, "this { has no }", "close the brace")
        self.place = stop + 1
        return self.text[place + 1 : stop]

    def _word(self, command: str, start: int) -> None:
        """Upright words; inside them only letters, digits and spaces count."""
        place = self.place
        rest = self.text[place:].lstrip()
        if not rest.startswith("{"):
            if rest[:1].isalnum():
                self.place = len(self.text) - len(rest) + 1
                self._emit(rest[0], "word", start, self.place)
                return
            raise self._error(start, f"{command} needs a group", "write {...} after it")
        inner = self._group_text(start).replace("~", " ").strip()
        plain = re.sub(r"\\[,;:! ]|[$]", " ", inner).replace(r"\_", "_")
        plain = " ".join(plain.split())
        if "\\" in plain or "^" in plain or "{" in plain:
            self._inside(inner, start, command)
        elif plain:
            self._emit(plain, "word", start, self.place)
        else:
            self.gap = True

    def _inside(self, inner: str, start: int, command: str) -> None:
        r"""``\text{if } x`` holds words only; ``\mathrm{\Sigma}`` and ``\mathrm{x^2}`` hold mathematics."""
        offset = self.text.index("{", start) + 1
        gap = self.gap
        for token in _Lexer(inner, self.one_line).run():
            self.out.append(
                Token(token.text, token.kind, offset + token.start, offset + token.end, token.side, token.gap or gap)
            )
            gap = False

    def _error(self, place: int, what: str, cure: str) -> ReadError:
        return ReadError(f"{what} (column {place + 1})", source=self.text, column=place, cure=cure)


def _without_empty_sides(found: list[Token]) -> list[Token]:
    r"""Without ``\right.``, and without ``\left.`` unless a bar ends what it begins."""
    opened: list[int] = []
    dropped: set[int] = set()
    for k, token in enumerate(found):
        if token.side == "left" or token.text == r"\left.":
            opened.append(k)
        elif token.side == "right" or token.text == r"\right.":
            start = opened.pop() if opened else None
            if start is not None and found[start].text == r"\left." and token.text != "|":
                dropped.add(start)
            if start is not None and found[start].text == r"\{" and token.text == r"\right.":
                dropped.update(_as_cases(found, start, k))
        if token.text in (r"\right.", r"\middle."):
            dropped.add(k)
    dropped.update(k for k in opened if found[k].text == r"\left.")
    return [token for k, token in enumerate(found) if k not in dropped]


def _rearranged(found: list[Token]) -> list[Token]:
    r"""``\underset{w}{\arg\min}`` is ``\arg\min_{w}``, ``\mathop{f}`` is f."""
    if not any(token.text in (r"\underset", r"\mathop") for token in found):
        return found
    result: list[Token] = []
    k = 0
    while k < len(found):
        token = found[k]
        below = _braced(found, k + 1) if token.text in (r"\underset", r"\mathop") else None
        inner = _braced(found, below[1]) if below is not None and token.text == r"\underset" else below
        if below is None or inner is None or any(t.text in ("=", r"\to") for t in found[inner[0] : inner[1]]):
            result.append(token)
            k += 1
            continue
        result += found[inner[0] + 1 : inner[1] - 1]
        if token.text == r"\underset":
            result += [replace(token, text="_", kind="sign"), *found[below[0] : below[1]]]
        k = inner[1]
    return result


def _braced(found: list[Token], k: int) -> tuple[int, int] | None:
    """The places of a group with its braces."""
    depth = 0
    for place in range(k, len(found)):
        depth += {"{": 1, "}": -1}.get(found[place].text, 0)
        if depth == 0:
            return (k, place + 1) if place > k else None
    return None


def _as_cases(found: list[Token], start: int, stop: int) -> set[int]:
    r"""``\left\{ \begin{array}{ll} ... \end{array} \right.`` are cases; gives the places of what goes."""
    if found[start + 1].text != "array" or found[start + 1].kind != "begin" or found[stop - 1].text != "array":
        return {start}
    for k in (start + 1, stop - 1):
        found[k] = replace(found[k], text="cases")
    close = next((k for k in range(start + 2, stop) if found[k].text == "}"), start + 2)
    return {start, *range(start + 2, close + 1)}


def _merged(found: list[Token]) -> Iterator[Token]:
    r"""``\not =`` is one sign; ``: =`` too."""
    k = 0
    while k < len(found):
        token, after = found[k], found[k + 1] if k + 1 < len(found) else None
        joined = _JOINED.get((token.text, after.text)) if after is not None else None
        if joined is not None and after is not None:
            yield Token(joined, "sign", token.start, after.end, "", token.gap)
            k += 2
            continue
        yield token
        k += 1


_JOINED = {
    (r"\not", "="): r"\ne",
    (r"\not", r"\in"): r"\notin",
    (":", "="): ":=",
    (r"\arg", r"\min"): r"\argmin",
    (r"\arg", r"\max"): r"\argmax",
    ("word:arg", "word:max"): r"\argmax",
}


def _check_braces(text: str, found: list[Token]) -> None:
    """Braces match, and nothing is nested beyond what people write."""
    opened: list[Token] = []
    depth = 0
    for token in found:
        if token.text in ("{", "(", "[", r"\{") or token.kind == "begin":
            depth += 1
            if depth > MAX_DEPTH:
                what = f"brackets are nested more than {MAX_DEPTH} deep (column {token.start + 1})"
                raise ReadError(what, source=text, column=token.start, cure="name the inner parts")
        elif token.text in ("}", ")", "]", r"\}") or token.kind == "end":
            depth = max(depth - 1, 0)
        if token.text == "{" and token.kind == "sign":
            opened.append(token)
        elif token.text == "}" and token.kind == "sign":
            if not opened:
                what = f"this }} closes nothing (column {token.start + 1})"
                raise ReadError(what, source=text, column=token.start, cure="remove it, or open a { before")
            opened.pop()
    if opened:
        what = f"this {{ has no }} (column {opened[-1].start + 1})"
        raise ReadError(what, source=text, column=opened[-1].start, cure="close the brace")
