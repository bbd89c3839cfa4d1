"""`chaingrad FORMULA name=number …`: what the arguments ask for, in the order of a lesson."""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from engine.base.numbers import shown
from engine.base.spelling import ascii_of, spelled
from engine.base.terminal import UsageError, run_command
from engine.command.arguments import parser, read_arguments
from engine.eager.parsing import evaluated, names_of, read_formula
from engine.exchange.texts import FORMS
from engine.explaining.check import GradientMismatch, RoundingWarning, check_gradients
from engine.explaining.explanation import explain
from engine.explaining.stepping import steps
from engine.explaining.text_tree import tree
from engine.explaining.wording import RoundingText
from engine.graph.naming import Naming
from engine.graph.value import Parameter, Value
from engine.graph.walks import leaves, topological_order
from engine.programs.program import compile


def main(arguments: Sequence[str]) -> int:
    """Does what the arguments of the command ask for; the exit status."""
    try:
        options = read_arguments(arguments)
        if options.help:
            print(parser().format_help(), end="")
            return 0
        if options.version:
            print(sys.modules["engine"].__version__)
            return 0
        subject = Subject(options)
    except (UsageError, ValueError) as error:
        return _failed(error, 2)
    return _do(subject)


def _do(subject: Subject) -> int:
    options = subject.options
    try:
        y = subject.compute()
        if options.source:
            print(subject.program(y), end="")
        elif options.export:
            print(FORMS[options.export](y, options.digits))
        else:
            print("\n\n".join(str(part) for part in subject.report(y)))
        subject.write_files(y)
        if subject.chooses and (options.source or options.page):
            _note("programs and pages have the branches that were taken, and no others")
    except BrokenPipeError:
        raise
    except (ArithmeticError, ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
        return _failed(error)
    except GradientMismatch as error:
        print(f"\n{error}")
        return 1
    return 0


class Subject:
    """A formula, its leaves, and what is asked of it. FormulaError, ValueError for bad input."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.tree: ast.expr = read_formula(options.formula)
        self.names = names_of(self.tree)
        self.numbers = dict(options.numbers)
        if len(self.numbers) < len(options.numbers):
            raise ValueError("a name is given two numbers")
        missing = [name for name in self.names if name not in self.numbers]
        if missing:
            example = " ".join(f"{name}=1" for name in missing)
            raise ValueError(f"{', '.join(missing)} without a number; give it, as in {example}")
        asked = [*self.numbers, *options.parameters, *options.explain]
        foreign = [name for name in dict.fromkeys(asked) if name not in self.names]
        if foreign:
            raise ValueError(f"the formula has no {', '.join(foreign)}")
        self.leaves: dict[str, Value] = {}
        for name in self.names:
            kind = Parameter if name in options.parameters else Value
            self.leaves[name] = kind(self.numbers[name], label=name)

    def compute(self) -> Value:
        """The result, named by a letter that is free, with gradients."""
        y = evaluated(self.tree, self.leaves)
        if y.op is not None:
            y.label = next(
                name for name in ("y", "f", "out", "result", "") if name not in self.names
            )
        y.backward()
        return y

    def title(self) -> str:
        """The formula, for the heading of a page."""
        return RoundingText(self.options.digits).write(self.tree)

    def report(self, y: Value) -> Iterator[object]:
        """What is printed, part by part."""
        digits = self.options.digits
        name, dialect = Naming(topological_order(y)).text(y), RoundingText(digits)
        equation = [dialect.write(self.tree), dialect.signed(y.data)[0]]
        if y.label is not None and y.label != equation[0]:
            equation.insert(0, name)
        lines = [" = ".join(equation)]
        for leaf in self.leaves.values():
            lines.append(f"∂{name}/∂{leaf.label} = {shown(leaf.grad, digits)}")
        yield "\n".join(lines)
        for asked in self.options.explain:
            yield explain(y, self.leaves[asked], digits=digits)
        if self.options.steps:
            yield steps(y, digits=digits).table()
        if self.options.tree:
            yield tree(y, digits=digits)
        if self.options.check:
            yield self.check()

    def check(self) -> str:
        """Compares with central differences. GradientMismatch where they disagree."""
        if not self.names:
            return "check: there is no derivative to compare"

        def formula(*numbers: Value) -> Value:
            return evaluated(self.tree, dict(zip(self.names, numbers)))

        formula.__signature__ = _signature(self.names)  # type: ignore[attr-defined]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", RoundingWarning)
            check_gradients(formula, *[self.numbers[name] for name in self.names])
        if caught:
            return f"check: {caught[0].message}"
        count = len(self.names)
        agree = "agree" if count > 1 else "agrees"
        return f"check: {count} derivative{'s' * (count > 1)} {agree} with central differences"

    def program(self, y: Value) -> str:
        """The source of the program that computes the formula and its derivatives."""
        found = leaves(y)
        parameters = [leaf for leaf in found if leaf.role == "parameter"] or found
        inputs = [leaf for leaf in found if leaf not in parameters]
        return str(compile(y, inputs, parameters).source(self.options.source))

    @property
    def chooses(self) -> bool:
        """Whether the formula has a branch that was not taken, which no program knows of."""
        return any(isinstance(part, ast.IfExp) for part in ast.walk(self.tree))

    def write_files(self, y: Value) -> None:
        """The picture and the page; a line on each goes where errors go."""
        paths = [self.leaves[name] for name in self.options.explain]
        if self.options.draw:
            # All else works without the package graphviz.
            from engine.drawing.views import draw

            picture = draw(y, path=paths or None, digits=self.options.digits)
            _note(f"wrote {picture.render(self.options.draw)}")
        if self.options.page:
            from engine.page.live import explore

            first = paths[0] if paths else None
            page = explore(y, path=first, title=self.title(), digits=self.options.digits)
            _note(f"wrote {page.save(self.options.page)}")


def _signature(names: Sequence[str]) -> inspect.Signature:
    """By it derivatives are named in messages; what no function's parameter can be called in
    ASCII, or x1, x2 …"""
    found: list[Any] = []
    for number, name in enumerate(names, 1):
        plain = name if name.isidentifier() else "".join(map(ascii_of, name))
        called = plain if plain.isidentifier() else f"x{number}"
        found.append(inspect.Parameter(called, inspect.Parameter.POSITIONAL_ONLY))
    return inspect.Signature(found)


def _failed(error: Exception, status: int = 1) -> int:
    text = str(error) if isinstance(error, UsageError) else f"chaingrad: {error}"
    # Line by line, what points at a place above it stays below that place in ASCII, too.
    print(spelled(text, sys.stderr.encoding or "utf-8"), file=sys.stderr)
    return status


def _note(text: str) -> None:
    """A line beside what was asked for, which may go into a file."""
    print(text, file=sys.stderr)


def command() -> int:
    """The exit status of the command, on this process's arguments and streams."""
    return run_command(main)
