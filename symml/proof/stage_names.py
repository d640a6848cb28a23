"""Names for stages that say what they are: z goes into a function, r is squared, p is a softmax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symml.expr.nodes import Add, Along, Apply, Expr, Linalg, Power, Symbol, symbol_node
from symml.expr.walk import topological

_OUTPUTS = {"softmax": "p", "inv": "m"}


def name_stages(root: Expr, chosen: Sequence[Expr], taken: set[str]) -> dict[Expr, Symbol]:
    """A symbol for each chosen node: upper case for a matrix, numbered where a letter serves more than once.

    Args:
        root: The whole computation.
        chosen: The nodes that get a name, in the order of computation.
        taken: Names that are in use.
    """
    users = _users(root, set(chosen))
    letters = {node: _letter(node, users[node]) for node in chosen}
    own = {name.rstrip("0123456789_") for name in taken}
    letters = {node: letter if letter not in own else _cased("u", node) for node, letter in letters.items()}
    counts = Counter(letters.values())
    names: dict[Expr, Symbol] = {}
    numbers: Counter[str] = Counter()
    for node in chosen:
        letter = letters[node]
        name = letter if counts[letter] == 1 and letter.lower() != "u" else ""
        while not name or name in taken:
            numbers[letter] += 1
            name = f"{letter}{numbers[letter]}"
        taken.add(name)
        names[node] = symbol_node(name, node.shape)
    return names


def _users(root: Expr, chosen: set[Expr]) -> dict[Expr, list[Expr]]:
    users: dict[Expr, list[Expr]] = {node: [] for node in chosen}
    for user in topological(root):
        for arg in user.args:
            if arg in chosen:
                users[arg].append(user)
    return users


def _letter(node: Expr, users: Sequence[Expr]) -> str:
    """z for what a function is applied to, r for what is squared, a for what a function gives, p for a softmax."""
    if isinstance(node, Apply | Along | Linalg):
        return _cased(_OUTPUTS.get(node.function.name, "a"), node)
    if any(isinstance(user, Power) for user in users) and isinstance(node, Add) and node.shape:
        return _cased("r", node)
    if any(isinstance(user, Apply | Along) for user in users) and node.shape:
        return _cased("z", node)
    return _cased("u", node)


def _cased(letter: str, node: Expr) -> str:
    return letter.upper() if len(node.shape) > 1 else letter
