"""The loops of a program as LLVM: statements of the language of the sheet, one by one.

Names are cells of memory on the stack, which LLVM turns into registers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.programs.llvm.code import Code, literal
from engine.programs.llvm.loops import loop, reduce_spans
from engine.programs.llvm.sample import LlvmModule
from engine.programs.lower.ir import Comment, Function, Reduce, Statement

# Up to so many elements are gone through one by one, so that they can stay in registers.
MOST_SINGLE = 64
TYPES = {"float": "double", "int": "i64"}
_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("fadd", "add"),
    ast.Sub: ("fsub", "sub"),
    ast.Mult: ("fmul", "mul"),
}
_COMPARISONS: dict[type[ast.AST], tuple[str, str]] = {
    ast.NotEq: ("fcmp une", "icmp ne"),
    ast.Eq: ("fcmp oeq", "icmp eq"),
    ast.Lt: ("fcmp olt", "icmp slt"),
}


class Typed(NamedTuple):
    """A register, or a number as text, and its type."""

    text: str
    type: str


Call = Callable[[Sequence[Typed]], Typed]


class LlvmStatements:
    """Writes the body of a function. `arrays`: registers of some by their names;
    `calls`: how other functions are called; `leave` returns a number."""

    def __init__(
        self,
        module: LlvmModule,
        code: Code,
        function: Function,
        arrays: Mapping[str, str],
        calls: Mapping[str, Call],
        leave: Callable[[str], None],
    ) -> None:
        self.module = module
        self.code = code
        self.calls = calls
        self.leave = leave
        self.known = {
            name: Typed(arrays.get(name, f"%{name}"), TYPES.get(kind, "ptr"))
            for name, kind in function.arguments.items()
        }
        self.cells: dict[str, Typed] = {}
        self.block(function.body)

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, statement: Statement) -> None:
        match statement:
            case Comment(text):
                self.code.lines.append(f"  ; {text}")
            case Reduce(target):
                self.set(target.name, Typed(self.reduced(statement), "double"))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self.set(name, self.of(value))
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                self.store(target, self.of(value))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=operator, value=value):
                self.set(name, self.of(ast.BinOp(target, operator, value)))
            case ast.AugAssign(target=ast.Subscript() as target, op=operator, value=value):
                self.store(target, self.of(ast.BinOp(target, operator, value)))
            case ast.Expr(value=value):
                self.of(value)
            case ast.Return(value=ast.expr() as value):
                self.leave(self.of(value).text)
            case ast.If(test=test, body=body):
                self.branch(self.of(test).text, body)
            case ast.For(target=ast.Name(id=index), iter=ast.Call(args=arguments), body=body):
                self.loop(index, [self.of(argument).text for argument in arguments], body)

    def branch(self, condition: str, body: Sequence[Statement]) -> None:
        """What ends with a return, where a condition holds."""
        code = self.code
        then, after = code.new("then"), code.new("after")
        code.act(f"br i1 {condition}, label %{then}, label %{after}")
        code.lines.append(f"{then}:")
        # What is found out there holds only there.
        outer, code.known = code.known, dict(code.known)
        self.block(body)
        code.known = outer
        code.lines.append(f"{after}:")

    def loop(self, index: str, arguments: list[str], body: Sequence[Statement]) -> None:
        """A loop that is entered at least once, as those over rows, batches and epochs are."""
        start, stop, step = {1: ["0", *arguments, "1"], 2: [*arguments, "1"]}.get(
            len(arguments), arguments
        )

        def inside(register: str) -> None:
            self.known[index] = Typed(register, "i64")
            self.block(body)

        loop(self.code, start, stop, step, inside)

    def set(self, name: str, value: Typed) -> None:
        if name not in self.cells:
            self.cells[name] = Typed(self.code.new(f"%{name}_"), value.type)
            self.code.entry.append(f"  {self.cells[name].text} = alloca {value.type}")
        self.code.act(f"store {value.type} {value.text}, ptr {self.cells[name].text}")

    def store(self, target: ast.Subscript, value: Typed) -> None:
        self.code.act(f"store {value.type} {value.text}, ptr {self.address(target)}")

    def address(self, target: ast.Subscript) -> str:
        return self.code.address(self.of(target.value).text, self.of(target.slice).text)

    # Expressions.

    def of(self, tree: ast.expr) -> Typed:
        fresh = self.code.fresh
        match tree:
            case ast.Name(id=name) if name in self.cells:
                cell = self.cells[name]
                return Typed(fresh(f"load {cell.type}, ptr {cell.text}"), cell.type)
            case ast.Name(id=name):
                return self.known.get(name) or Typed(name, "i64")
            case ast.Constant(value=float() as number):
                return Typed(literal(number), "double")
            case ast.Subscript():
                return Typed(fresh(f"load double, ptr {self.address(tree)}"), "double")
            case ast.BinOp(left=left, op=operator, right=right):
                return self.both(left, _OPERATORS[type(operator)], right, None)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self.both(left, _COMPARISONS[type(operator)], right, "i1")
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition, then, other = self.of(test), self.of(body), self.of(orelse)
                sides = f"{then.type} {then.text}, {other.type} {other.text}"
                return Typed(fresh(f"select i1 {condition.text}, {sides}"), then.type)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.calls[name]([self.of(argument) for argument in arguments])
        raise TypeError(f"not a part of loops: {ast.unparse(tree)}")

    def both(
        self, left: ast.expr, instructions: tuple[str, str], right: ast.expr, result: str | None
    ) -> Typed:
        a, b = self.of(left), self.of(right)
        instruction = instructions[a.type == "i64"]
        return Typed(
            self.code.fresh(f"{instruction} {a.type} {a.text}, {b.text}"), result or a.type
        )

    def reduced(self, reduce: Reduce) -> str:
        """A sum over all elements of arrays."""
        if reduce.length > MOST_SINGLE:
            return reduce_spans(self.code, self.module, [reduce], {})[0]
        total = ""
        formulas = self.module.formulas(self.code, 1)
        for index in range(reduce.length):
            names = {
                name: self.of(ast.Subscript(ast.Name(span.kind), ast.Name(str(index)))).text
                for name, span in (reduce.spans or {}).items()
            }
            element = formulas.write(reduce.tree, names)
            total = self.code.emit(f"fadd reassoc double {total}, {element}") if total else element
        return total
