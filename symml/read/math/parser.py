"""A Pratt parser over the tokens: chains of operators by level, operands by a table, the declarations at hand."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.errors import ReadError
from symml.read.math.names import Table, group_end
from symml.read.math.tokens import Token
from symml.read.math.tree import Node, set_of
from symml.read.math.vocabulary import HADAMARD, INFIX, LEVELS, PRODUCT, RELATIONS, SET, SUM

_CLOSERS = {
    "(": ")",
    "[": "]",
    r"\{": r"\}",
    "{": "}",
    r"\langle": r"\rangle",
    r"\lfloor": r"\rfloor",
    r"\lceil": r"\rceil",
}
_STOPS = (
    set_of(r".. , ; : & \\ \mid ^ _ ' ! . \forall \dots \stackrel \overset \underset")
    | set(_CLOSERS.values())
    | set(RELATIONS)
)
PROSE = set_of(
    """if for where and or otherwise else when with is all s.t. st subject such given then iff while whenever provided
    assuming"""
)
END = Token("", "stop", 0, 0)


class Parser:
    """Reads one text.

    Attributes:
        source: The text, for carets.
        found: The tokens.
        place: The next token.
        table: What is declared.
        one_line: Whether this is plain text.
        bars: The bars that are open.
        retries: How often two bars side by side were read a second time.
        held: How many derivatives wait for a bar after the product that they take.
        bound: The letters that run, inside big operators.
        given: The letters of names that a clause after the statement gives values to: ``where p = ...``.
    """

    def __init__(
        self,
        source: str,
        found: list[Token],
        table: Table,
        operand: Callable[[Parser], Node],
        evaluated: Callable[[Parser, Node], Node],
        *,
        one_line: bool,
    ) -> None:
        self.source, self.found, self.table, self.one_line = source, found, table, one_line
        self._operand, self._evaluated = operand, evaluated
        self.place, self.stop = 0, len(found)
        self.bars: list[str] = []
        self.retries = self.held = 0
        self.bound: frozenset[str] = frozenset()
        self.given: frozenset[str] = frozenset()

    # ---- the tokens --------------------------------------------------------------------------------------------------
    def peek(self, ahead: int = 0) -> Token:
        """The token at hand, or one further on."""
        place = self.place + ahead
        return self.found[place] if place < self.stop else END

    def next(self) -> Token:
        """Takes the token at hand."""
        token = self.peek()
        if token.kind == "stop":
            raise self.error(None, "the formula ends here too early", "write what is missing")
        self.place += 1
        return token

    def take(self, *texts: str) -> Token | None:
        """Takes the token at hand when it is one of these."""
        if self.peek().text in texts and self.peek().kind != "stop" and self.peek().kind != "word":
            return self.next()
        return None

    def expect(self, text: str) -> Token:
        """Takes this token."""
        token = self.take(text)
        if token is None:
            at = self.peek()
            seen = f"not understood here: {self.written(at)}" if at.kind != "stop" else "the formula ends too early"
            raise self.error(None if at.kind == "stop" else at, seen, f"{text.removeprefix(chr(92))} is expected")
        return token

    def written(self, token: Token) -> str:
        """A token as the text has it."""
        return self.source[token.start : token.end] or token.text

    def error(self, at: Token | Node | None, what: str, cure: str = "") -> ReadError:
        """An error with a caret at a token, or at the end."""
        last = self.found[-1].end if self.found else 0
        column = min(last if at is None else at.start, max(len(self.source) - 1, 0))
        return ReadError(f"{what} (column {column + 1})", source=self.source, column=column, cure=cure)

    def not_understood(self, at: Token, cure: str = "") -> ReadError:
        """The error for a token that makes no sense where it stands."""
        return self.error(at, f"not understood: {self.written(at)}", cure)

    # ---- groups ------------------------------------------------------------------------------------------------------
    def group(self) -> tuple[int, int]:
        """The places of the tokens of one TeX argument: a braced group, or a single token; takes it."""
        token = self.peek()
        if token.kind == "stop":
            raise self.error(None, "an argument is missing", "write it in braces")
        if token.kind == "number" and len(token.text) > 1 and token.text[0].isdigit() and not self.one_line:
            self._cut_number(token)
        signed = self.one_line and token.text == "-" and token.kind == "sign"
        if signed and self.place + 1 >= self.stop:
            raise self.error(None, "an argument is missing", "write what stands after the sign")
        stop = group_end(self.found, self.place + signed)
        start, self.place = self.place, stop
        return (start + 1, stop - 1) if token.text == "{" and token.kind == "sign" else (start, stop)

    def _cut_number(self, token: Token) -> None:
        r"""TeX takes one digit: ``\frac12`` and ``x^10``."""
        first = Token(token.text[0], "number", token.start, token.start + 1, token.side, token.gap)
        rest = Token(token.text[1:], "number", token.start + 1, token.end)
        self.found[self.place : self.place + 1] = [first, rest]
        self.stop += 1

    def within(self, span: tuple[int, int], read: Callable[[Parser], Node]) -> Node:
        """What ``read`` finds in a span of tokens, all of which must be used."""
        place, stop, bars = self.place, self.stop, self.bars
        before = len(self.found)
        (self.place, self.stop), self.bars = span, []
        if self.place >= self.stop:
            at = self.found[min(span[0], len(self.found) - 1)]
            raise self.error(at, "an empty group", "write something between the braces")
        node = read(self)
        if self.place < self.stop:
            raise self.not_understood(self.peek())
        grown = len(self.found) - before
        self.place, self.stop, self.bars = place, stop, bars
        if place > span[0]:
            self.place += grown
        self.stop += grown
        return node

    def argument(self) -> Node:
        """One TeX argument as an expression."""
        return self.within(self.group(), Parser.expression)

    # ---- operators ---------------------------------------------------------------------------------------------------
    def expression(self) -> Node:
        """An expression, without relations."""
        return self.chain(SET)

    def sum(self) -> Node:
        """A sum."""
        return self.chain(SUM)

    def term(self) -> Node:
        """One term of a sum."""
        if self.peek().text in ("-", "+") and self.peek().kind == "sign":
            sign = self.next()
            inner = self.chain(HADAMARD)
            return inner if sign.text == "+" else Node("negative", (inner,), None, sign.start, inner.end)
        return self.chain(HADAMARD)

    def chain(self, level: int) -> Node:
        """Operands of one level with the operators between them."""
        if level > PRODUCT:
            return self.operand()
        kind, ops = LEVELS[level]
        parts: list[Node] = []
        signs: list[str] = [""]
        if level == SUM and self.peek().text in ("-", "+", r"\pm", r"\mp") and self.peek().kind == "sign":
            signs = [self.next().text]
        if level == SUM and self.peek().text == r"\dots":
            parts.append(self._dots())
        else:
            parts.append(self.chain(level + 1))
        while (op := self._operator(ops)) is not None:
            if op:
                self.next()
            signs.append(op)
            parts.append(self._dots() if self.peek().text == r"\dots" else self.chain(level + 1))
        whole = parts[0]
        if len(parts) > 1 or signs[0] not in ("", "+"):
            whole = Node(kind, tuple(parts), tuple(signs), parts[0].start, parts[-1].end)
        return self._at_bar(whole) if level == PRODUCT and not self.held else whole

    def _at_bar(self, node: Node) -> Node:
        """A product, or its value where the bar after it says: ``f(x)|_{x = a}``."""
        token = self.peek()
        if token.text != "|" or self.peek(1).text != "_" or token.side == "left" or "|" in self.bars:
            return node
        return self._evaluated(self, node)

    def operand_of_prefix(self) -> Node:
        """The product after a derivative: a bar after it belongs to the derivative."""
        self.held += 1
        node = self.chain(PRODUCT)
        self.held -= 1
        return node

    def operand(self) -> Node:
        """An operand with its sign, scripts and arguments."""
        return self._operand(self)

    def _dots(self) -> Node:
        token = self.next()
        return Node("dots", (), None, token.start, token.end)

    def _operator(self, ops: frozenset[str]) -> str | None:
        """The operator at hand if it is one of these; the empty one where an operand follows at once."""
        token = self.peek()
        if token.text in ops and token.kind in ("sign", "command"):
            return token.text
        if token.text == r"\dots" and "" in ops and self.peek(1).text not in ("", "+", "-", ",", *_CLOSERS.values()):
            return ""
        return "" if "" in ops and self.starts_operand() else None

    def starts_operand(self) -> bool:
        """Whether an operand follows without an operator: a product."""
        token = self.peek()
        if token.kind == "stop" or token.kind == "end" or (token.kind == "word" and token.text.split()[0] in PROSE):
            return False
        if token.kind in ("number", "letter", "word", "begin"):
            return True
        if token.text in ("|", r"\|"):
            return self.peek(1).text != "_" and self.opens_bar(token)
        return token.text not in _STOPS and token.text not in INFIX

    def opens_bar(self, token: Token) -> bool:
        """Whether a bar after an operand opens a new pair: not when one of its kind is open, nor as a separator."""
        if token.side:
            return token.side == "left"
        if self.bars and self.bars[-1] == "separator":
            return self._is_paired(token.text)
        if self.bars and self.bars[-1] == token.text:
            return False
        return not (token.text == r"\|" and self.bars and self.bars[-1] == "|")

    def _is_paired(self, bar: str) -> bool:
        """Whether an even number of bars stands up to the end of the bracket: then none of them separates."""
        depth = count = 0
        for token in self.found[self.place : self.stop]:
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
            if depth < 0:
                break
            count += depth == 0 and token.text == bar
        return count % 2 == 0

    # ---- brackets ----------------------------------------------------------------------------------------------------
    def bracketed(self, read: Callable[[Parser], Node], *, separator: bool = False) -> Node:
        """What stands in the brackets at hand; bars outside do not close inside."""
        opening = self.next()
        outer, held = self.bars, self.held
        self.bars, self.held = ["separator"] if separator else [], 0
        node = read(self)
        self.bars, self.held = outer, held
        closing = _CLOSERS[opening.text]
        if self.peek().text != closing or self.peek().kind == "stop":
            at = self.peek()
            if at.kind == "stop":
                raise self.error(opening, f"this {self.written(opening)} is not closed", f"write {closing} after it")
            raise self.not_understood(at, f"the bracket at column {opening.start + 1} is still open")
        last = self.next()
        return Node(node.kind, node.args, node.value, opening.start, last.end)

    def list_of(self, read: Callable[[Parser], Node], separators: tuple[str, ...]) -> Node:
        """A list; the value holds the separators."""
        start = self.peek().start
        parts, signs = [read(self)], []
        while (sign := self.take(*separators)) is not None:
            signs.append(sign.text)
            parts.append(read(self))
        return Node("list", tuple(parts), tuple(signs), start, parts[-1].end)

    def number(self, token: Token) -> Node:
        """A decimal number, exactly."""
        return Node("number", (), Fraction(token.text), token.start, token.end)
