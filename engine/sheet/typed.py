"""Formulas as people type them, read into the same trees as those of the sheet.

>>> ast.unparse(read_typed("−2·(y − ŷ)·w²"))
'-2 * (y - ŷ) * w ** 2'
>>> read_typed("relu(m1**)")
Traceback (most recent call last):
FormulaError: formula, character 10: expected a number, a name or "(", not ")"
  relu(m1**)
           ^

Powers are `^`, `**` or x²; products `*`, `·`, `×`, or nothing: 2x, 2(y − ŷ). |a| and √a are read,
and σ'(z) as the derivative of σ. Names may be Greek, and have marks, indices and primes: θ, ŷ, x₁,
y'. Whoever types is told where a formula goes wrong and what was expected there.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Mapping
from typing import NoReturn

from engine.sheet.dialect import COMPARISON, OR, POWER, PRODUCT, SIGN
from engine.sheet.formula import FormulaError, check, shortened
from engine.sheet.typed_functions import (
    ALL,
    counts,
    derivative,
    function_named,
    nearest,
    without_primes,
)
from engine.sheet.typed_kinds import misplaced_condition
from engine.sheet.typed_tokens import MINUS, OPERATORS, RAISED, ROOTS, Token, joined, tokens

_OPERAND = 'a number, a name or "("'
# Deeper than this nobody types; and so many characters are shown before and after a mistake.
_MOST_LEVELS, _SHOWN = 100, 50


def read_typed(text: str, names: Mapping[str, str] | None = None) -> ast.expr:
    """The checked tree of a formula.

    `names`, when given: all that may be typed, of any characters, and the name that it stands for,
    such as ŷ for y_hat and for itself; e is then the base of exp. Raises FormulaError with the
    `position` of what is wrong.
    """
    tree = _Reader(text, names).whole()
    try:
        check(tree, shortened(text))
    except RecursionError:
        raise FormulaError(f"formula {shortened(text)} is nested too deep") from None
    if misplaced_condition(tree):
        raise FormulaError(
            f"formula {shortened(text)}: a condition stands where a number is expected; "
            "a number is 1 if a > b else 0"
        )
    return tree


class _Reader:
    """One formula under the reader's finger."""

    def __init__(self, text: str, names: Mapping[str, str] | None) -> None:
        self.text = text
        self.names = names
        self.tokens = tokens(text, names or ())
        self.token = next(self.tokens)
        self.level = 0

    def whole(self) -> ast.expr:
        tree = self.choice()
        if self.token.kind != "end":
            self.refuse("an operator such as +, or the end")
        return tree

    def advance(self) -> Token:
        token = self.token
        self.token = next(self.tokens, token)
        return token

    def take(self, sign: str) -> bool:
        """Whether the next token is this sign, which is then behind us."""
        found = self.token.kind == "sign" and self.token.text == sign
        if found:
            self.advance()
        return found

    def refuse(self, expected: str) -> NoReturn:
        """FormulaError at the token that stands where something else was expected."""
        behind = self.token.kind == "number" and "operator" in expected
        hint = "; a product with a number behind needs its sign, as in x*2" if behind else ""
        self.fail(f"expected {expected}, not {self.token}{hint}", self.token.start)

    def fail(self, problem: str, position: int) -> NoReturn:
        """FormulaError with the place, and a mark under it."""
        start = max(0, position - _SHOWN)
        line = "…" * bool(start) + " ".join(self.text[start : position + _SHOWN].split("\n"))
        mark = " " * (position - start + bool(start)) + "^"
        error = FormulaError(f"formula, character {position + 1}: {problem}\n  {line}\n  {mark}")
        error.position = position
        raise error

    def choice(self) -> ast.expr:
        self.descend()
        tree = self.operation(OR)
        if self.take("if"):
            test = self.operation(OR)
            if not self.take("else"):
                self.refuse('"else"')
            tree = ast.IfExp(test=test, body=tree, orelse=self.choice())
        self.level -= 1
        return tree

    def operation(self, least: int) -> ast.expr:
        """Operands and the operators between them that hold at least so strongly."""
        if self.token.text in MINUS and self.token.kind == "sign":
            self.advance()
            left: ast.expr = ast.UnaryOp(ast.USub(), self.nested(SIGN))
        else:
            left = self.operand()
        compared = False
        while self.token.kind in ("sign", "raised", "name"):
            if self.token.kind == "raised":
                left = ast.BinOp(left, ast.Pow(), self.raised())
                continue
            if self.begins_factor():
                if least > PRODUCT:
                    break
                left = ast.BinOp(left, ast.Mult(), self.nested(SIGN))
                continue
            strength, operator = OPERATORS.get(self.token.text, (-1, None))
            if operator is None or strength < least:
                break
            if strength == COMPARISON and compared:
                self.refuse('"and" between two comparisons')
            self.advance()
            compared = strength == COMPARISON
            # To the right of a power stands another one, or a minus: 2^-x^2.
            right = self.nested(strength + (strength != POWER))
            left = joined(left, operator, right)
        return left

    def nested(self, least: int) -> ast.expr:
        """An operation within another."""
        self.descend()
        tree = self.operation(least)
        self.level -= 1
        return tree

    def descend(self) -> None:
        self.level += 1
        if self.level > _MOST_LEVELS:
            self.fail("the formula is nested too deep", self.token.start)

    def raised(self) -> ast.expr:
        """An exponent that is written above the line."""
        token = self.advance()
        digits = "".join(RAISED[sign] for sign in token.text)
        if not re.fullmatch("-?[0-9]+", digits):
            self.fail(f"expected a whole number as the exponent, not {token}", token.start)
        number: ast.expr = ast.Constant(int(digits.lstrip("-")))
        return ast.UnaryOp(ast.USub(), number) if digits[0] == "-" else number

    def operand(self) -> ast.expr:
        token = self.token
        if token.kind == "number":
            self.advance()
            return ast.Constant(self.number(token))
        for opening, closing in (("(", ")"), ("[", "]"), ("|", "|")):
            if self.take(opening):
                tree: ast.expr = self.choice()
                self.close(f'an operator or "{closing}"', closing)
                return ast.Call(ast.Name("abs"), [tree], []) if opening == "|" else tree
        if token.kind != "name" and token.text != "mod":
            self.refuse(_OPERAND)
        self.advance()
        name = unicodedata.normalize("NFC", token.text)
        if token.text in ROOTS and self.token.text != "(":
            return ast.Call(ast.Name(str(function_named(name))), [self.operand()], [])
        # Of a name that is known and no function a parenthesis is a factor: ŷ(1 − ŷ).
        factor = name in (self.names or ()) and function_named(without_primes(name)[0]) is None
        if not factor and self.take("("):
            return self.call(name, token.start)
        if token.kind != "name":
            self.refuse('"(" after mod')
        return self.known(name, token.start)

    def begins_factor(self) -> bool:
        """Whether a factor follows without a sign between, as in 2x or 2(y − ŷ)."""
        return self.token.kind == "name" or (self.token.kind, self.token.text) == ("sign", "(")

    def number(self, token: Token) -> float:
        """An int where it is written as one, so that 3 stays 3."""
        number = float(token.text)
        if number == float("inf"):
            self.fail("a number too large for a float", token.start)
        return int(number) if token.text.isdigit() and number < 2**53 else number

    def known(self, name: str, start: int) -> ast.expr:
        """A name that is not called."""
        if self.names is None or name not in self.names:
            called = function_named(name)
            alone = self.names is None and not self.begins_factor()
            if called is not None and not alone:
                self.fail(f"{name} needs parentheses, as in {name}(x)", start)
        if name in ("π", "pi"):
            return ast.Name("pi")
        if self.names is None:
            return ast.Name(name)
        if name == "e" and name not in self.names:
            return ast.Call(ast.Name("exp"), [ast.Constant(1)], [])
        if name not in self.names:
            self.fail(f"unknown name {name}{nearest(name, {*self.names.values()})}", start)
        return ast.Name(self.names[name])

    def call(self, name: str, start: int) -> ast.expr:
        """A function and its arguments, whose parenthesis has been opened."""
        arguments = [] if self.token.text == ")" else [self.choice()]
        while self.take(","):
            arguments.append(self.choice())
        self.close('"," or ")"' if arguments else '")"')
        bare, primes = without_primes(name)
        function = function_named(bare)
        if function is None:
            hint = nearest(bare, ALL) or "; a product needs its sign, as in 2*x"
            self.fail(f"unknown function {bare}{hint}", start)
        if len(arguments) not in counts(function):
            takes = " or ".join(map(str, counts(function)))
            given = f"{len(arguments)} {'is' if len(arguments) == 1 else 'are'} given"
            self.fail(f"{bare} takes {takes} argument{'s' * (takes != '1')}, {given}", start)
        if not primes:
            return ast.Call(ast.Name(function), arguments, [])
        tree = derivative(function, arguments) if primes == 1 else None
        if tree is None:
            self.fail(f"{name}: only the first derivative of a function of one number", start)
        return tree

    def close(self, expected: str, sign: str = ")") -> None:
        if not self.take(sign):
            self.refuse(expected)
