"""A kernel's source read back as steps: helpers without loops are written in the place of their calls.

What has no rule here stays a call that makes its own array.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from symml.kernels.plan.steps import NoSteps, Step, Steps, is_number

_BINARY = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"}
_COMPARE = {
    ast.Gt: "greater",
    ast.Lt: "less",
    ast.GtE: "greater_equal",
    ast.LtE: "less_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
_REDUCTIONS = {"sum": "add", "max": "maximum", "min": "minimum", "prod": "multiply"}
_FOLDED = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_MOST_MULTIPLIED = 4


def steps_of(source: str, name: str, names: Mapping[str, str], special: Collection[str] = ()) -> Steps:
    """The steps of the function ``name`` of an emitted module.

    Args:
        source: The module.
        name: The function.
        names: What each of its arguments is called in the steps.
        special: The helpers that stay one step of the kind ``special``.

    Raises:
        NoSteps: A statement has no steps.
    """
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    lowering = _Lowering(functions, special)
    main = functions[name]
    found = lowering.found
    found.arguments = tuple(names[arg.arg] for arg in main.args.args)
    result = lowering.body(main.body, dict(names))
    if result is None:
        raise NoSteps("the function returns nothing")
    found.results = result
    return found


def inlined(step: Step, functions: Mapping[str, ast.FunctionDef]) -> list[Step]:
    """The steps of a special function in the place of its call; the last has the target of the call."""
    lowering = _Lowering(functions, prefix=f"{step.target}_")
    function = functions[step.what]
    names = dict(zip([arg.arg for arg in function.args.args], step.args, strict=True))
    result = lowering.body(function.body, names)
    assert result is not None
    return [replace(s, target=step.target) if s.target == result[0] else s for s in lowering.found.steps]


class _Lowering:
    """Writes steps; names of the source are mapped to names of steps."""

    def __init__(
        self, functions: Mapping[str, ast.FunctionDef], special: Collection[str] = (), prefix: str = "v"
    ) -> None:
        self.functions, self.special, self.prefix = functions, special, prefix
        self.found = Steps((), functions=functions)
        self.tables: dict[str, list[str]] = {}
        self._count = 0
        self._known: dict[tuple[str, ...], str] = {}

    # ---- statements --------------------------------------------------------------------------------------------------
    def body(self, statements: list[ast.stmt], names: dict[str, str]) -> tuple[str, ...] | None:
        """The returned values of a list of statements, after their steps."""
        for statement in statements:
            match statement:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Assign(targets=[ast.Name(id=target)], value=ast.Tuple(elts=parts)):
                    self.tables[target] = [self.value(part, names) for part in parts]
                case ast.Assign(targets=[ast.Name(id=target)], value=value):
                    names[target] = self.value(value, names)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                    self._unpack(targets, value, names)
                case ast.For(target=ast.Name(id=target), iter=items, body=inner):
                    for item in self._items(items, names):
                        names[target] = item
                        if self.body(inner, names) is not None:
                            raise NoSteps("a return inside a loop")
                case ast.With(body=inner):
                    self.found.silent = True
                    result = self.body(inner, names)
                    if result is not None:
                        return result
                case ast.Return(value=ast.Tuple(elts=parts)):
                    return tuple(self.value(part, names) for part in parts)
                case ast.Return(value=ast.expr() as value):
                    return (self.value(value, names),)
                case _:
                    raise NoSteps(ast.unparse(statement))
        return None

    def _unpack(self, targets: list[ast.expr], value: ast.expr, names: dict[str, str]) -> None:
        """``n, d = X.shape``, or several values at once."""
        for k, target in enumerate(targets):
            if not isinstance(target, ast.Name):
                raise NoSteps(ast.unparse(target))
            if isinstance(value, ast.Tuple):
                names[target.id] = self.value(value.elts[k], names)
            else:
                inner = self.value(value, names)
                names[target.id] = self._step("number", f"{{}}[{k}]", (inner,))

    def _items(self, node: ast.expr, names: dict[str, str]) -> Sequence[str]:
        """The numbers that a loop goes through."""
        match node:
            case ast.Call(func=ast.Name(id="range"), args=args):
                ends = [self.value(arg, names) for arg in args]
                if all(end.lstrip("-").isdecimal() for end in ends):
                    return [str(k) for k in range(*map(int, ends))]
            case ast.Subscript(
                value=ast.Name(id=name), slice=ast.Slice(lower=ast.Constant(value=int(first)), upper=None)
            ):
                if name in self.tables:
                    return self.tables[name][first:]
            case ast.Tuple(elts=parts):
                return [self.value(part, names) for part in parts]
        raise NoSteps(ast.unparse(node))

    # ---- expressions -------------------------------------------------------------------------------------------------
    def value(self, node: ast.expr, names: dict[str, str]) -> str:
        """The name or the number that holds a value."""
        match node:
            case ast.Name(id=name):
                if name not in names:
                    raise NoSteps(name)
                return names[name]
            case ast.Constant(value=value):
                return repr(value)
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if not isinstance(left, ast.Constant | ast.UnaryOp):
                return self._power(left, right, names)
            case ast.BinOp(left=left, op=op, right=right):
                args = (self.value(left, names), self.value(right, names))
                if isinstance(op, ast.BitAnd | ast.BitOr):
                    return self._step("ufunc", "logical_and" if isinstance(op, ast.BitAnd) else "logical_or", args)
                if all(map(_is_literal, args)) and type(op) in _FOLDED:
                    return repr(_FOLDED[type(op)](*map(ast.literal_eval, args)))
                if isinstance(op, ast.FloorDiv):
                    return self._step("number", "({} // {})", args)
                return self._step(
                    *(("matmul", "") if isinstance(op, ast.MatMult) else ("ufunc", _BINARY[type(op)])), args
                )
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                value = self.value(inner, names)
                return f"-{value}" if is_number(value) else self._step("ufunc", "negative", (value,))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._step("ufunc", _COMPARE[type(op)], (self.value(left, names), self.value(right, names)))
            case ast.Attribute(value=ast.Name(id="np"), attr=attr):
                return f"np.{attr}"
            case ast.Attribute(value=ast.Name(id="math"), attr=attr):
                return repr(getattr(math, attr))
            case ast.Attribute(value=inner, attr="T"):
                return self._step("view", "{}.T", (self.value(inner, names),))
            case ast.Attribute(value=inner, attr="shape"):
                return self._step("number", "{}.shape", (self.value(inner, names),))
            case ast.Subscript(value=inner, slice=key):
                return self._subscript(inner, key, names)
            case ast.Call():
                return self._call(node, names)
        raise NoSteps(ast.unparse(node))

    def _power(self, base: ast.expr, exponent: ast.expr, names: dict[str, str]) -> str:
        """Small whole powers by multiplication."""
        x, p = self.value(base, names), self.value(exponent, names)
        if p == "2":
            return self._step("ufunc", "multiply", (x, x))
        if p.isdecimal() and 2 < int(p) <= _MOST_MULTIPLIED:
            square = self._step("ufunc", "multiply", (x, x))
            return self._step("ufunc", "multiply", (square, x if p == "3" else square))
        return self._step("ufunc", "power", (x, p))

    def _subscript(self, inner: ast.expr, key: ast.expr, names: dict[str, str]) -> str:
        """A slice is a view; labels pick entries into a new array."""
        if isinstance(inner, ast.Name) and inner.id in self.tables and isinstance(key, ast.Constant):
            return self.tables[inner.id][int(ast.unparse(key))]
        base = self.value(inner, names)
        parts = key.elts if isinstance(key, ast.Tuple) else [key]
        if isinstance(inner, ast.Attribute) and inner.attr == "shape":
            return self._step("number", f"{{}}[{ast.unparse(key)}]", (base,))
        codes: list[str] = []
        args: list[str] = [base]
        kind = "view"
        for part in parts:
            if isinstance(part, ast.Slice):
                codes.append(":".join(self._slot(end, args, names) for end in _ends(part)))
            elif isinstance(part, ast.Constant | ast.UnaryOp):
                codes.append(ast.unparse(part))
            else:
                kind = "call"
                codes.append(self._slot(part, args, names))
        return self._step(kind, f"{{}}[{', '.join(codes)}]", tuple(args))

    def _slot(self, node: ast.expr | None, args: list[str], names: dict[str, str]) -> str:
        if node is None:
            return ""
        if isinstance(node, ast.Constant):
            return ast.unparse(node)
        code = self.value(node, names)
        if _is_literal(code):
            return code
        args.append(code)
        return "{}"

    def _call(self, node: ast.Call, names: dict[str, str]) -> str:
        match node.func:
            case ast.Attribute(value=ast.Name(id="np"), attr=attr):
                return self._numpy_call(node, attr, names)
            case ast.Attribute(value=ast.Name(id="math"), attr=attr):
                values = [self.value(arg, names) for arg in node.args]
                if all(map(_is_literal, values)):
                    return repr(getattr(math, attr)(*map(ast.literal_eval, values)))
            case ast.Attribute(value=inner, attr="copy"):
                return self._step("copy", "", (self.value(inner, names),))
            case ast.Name(id=helper) if helper in self.functions:
                return self._helper(node, helper, names)
        return self._plain_call(node, names)

    def _numpy_call(self, node: ast.Call, attr: str, names: dict[str, str]) -> str:
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        args = tuple(self.value(arg, names) for arg in node.args)
        if attr in _REDUCTIONS and set(options) <= {"axis", "keepdims"}:
            axis = self._code(options["axis"], names) if "axis" in options else ""
            keep = "keepdims" in options and ast.unparse(options["keepdims"]) == "True"
            return self._step("reduce", _REDUCTIONS[attr], args, axis, keep)
        if attr == "asarray":
            return args[0]
        if attr == "where":
            return self._step("where", "", args)
        if attr == "clip":
            upper = self._step("ufunc", "minimum", (args[0], args[2]))
            return self._step("ufunc", "maximum", (upper, args[1]))
        if attr == "outer":
            return self._outer(args)
        if not options and isinstance(getattr(np, attr, None), np.ufunc):
            return self._step("ufunc", attr, args)
        return self._plain_call(node, names)

    def _outer(self, args: tuple[str, ...]) -> str:
        column = self._step("view", "{}[:, None]", (args[0],))
        return self._step("ufunc", "multiply", (column, args[1]))

    def _code(self, node: ast.expr, names: dict[str, str]) -> str:
        """An option that is a number or a name of a number."""
        if isinstance(node, ast.Name):
            return names[node.id]
        return ast.unparse(node)

    def _helper(self, node: ast.Call, helper: str, names: dict[str, str]) -> str:
        """A helper's own steps in place of its call, or the call where it has none."""
        function = self.functions[helper]
        if helper in self.special:
            return self._step("special", helper, tuple(self.value(arg, names) for arg in node.args))
        options = {k.arg: self._code(k.value, names) for k in node.keywords if k.arg}
        parameters = [arg.arg for arg in function.args.args]
        values, tables = [], self.tables
        inner_tables: dict[str, list[str]] = {}
        for parameter, arg in zip(parameters, node.args, strict=False):
            if isinstance(arg, ast.Name) and arg.id in tables:
                inner_tables[parameter] = tables[arg.id]
                values.append("")
            else:
                values.append(self.value(arg, names))
        inner = dict(zip(parameters, [*values, *options.values()], strict=True))
        saved = len(self.found.steps), self.found.silent
        self.tables = inner_tables
        try:
            result = self.body(function.body, inner)
        except NoSteps:
            del self.found.steps[saved[0] :]
            self._known = {
                key: name for key, name in self._known.items() if name in {s.target for s in self.found.steps}
            }
            self.found.silent = saved[1]
            result = None
        finally:
            self.tables = tables
        if result is not None:
            return result[0]
        self.found.helpers.add(helper)
        shown = ", ".join(["{}"] * len(values) + [f"{key}={code}" for key, code in options.items()])
        return self._step("helper", f"{helper}({shown})", tuple(values))

    def _plain_call(self, node: ast.Call, names: dict[str, str]) -> str:
        """A call that makes its own result; nested values become arguments."""
        args: list[str] = []
        shown: list[str] = []
        for arg in node.args:
            if isinstance(arg, ast.Constant):
                shown.append(ast.unparse(arg).replace("{", "{{").replace("}", "}}"))
            elif isinstance(arg, ast.Tuple):
                shown.append("(" + "".join(f"{self._slot(part, args, names)}, " for part in arg.elts) + ")")
            else:
                shown.append("{}")
                args.append(self.value(arg, names))
        for k in node.keywords:
            plain = isinstance(k.value, ast.Constant | ast.Tuple)
            shown.append(f"{k.arg}={ast.unparse(k.value) if plain else self._slot(k.value, args, names)}")
        function = ast.unparse(node.func)
        if not function.startswith(("np.", "math.")):
            raise NoSteps(function)
        kind = "number" if function.startswith("math.") else "call"
        return self._step(kind, f"{function}({', '.join(shown)})", tuple(args))

    def _step(self, kind: str, what: str, args: tuple[str, ...], axis: str = "", keep: bool = False) -> str:
        """The target of a step; equal steps are one."""
        key = (kind, what, *args, axis, str(keep))
        if key in self._known:
            return self._known[key]
        if kind == "ufunc" and all(map(is_number, args)):
            kind, what = "number", f"np.{what}({', '.join(['{}'] * len(args))})"
        self._count += 1
        target = f"{self.prefix}{self._count}"
        self.found.steps.append(Step(target, kind, what, args, axis, keep))
        self._known[key] = target
        return target


def _ends(part: ast.Slice) -> list[ast.expr | None]:
    ends = [part.lower, part.upper]
    return ends if part.step is None else [*ends, part.step]


def _is_literal(code: str) -> bool:
    return code.lstrip("-")[:1].isdigit()
