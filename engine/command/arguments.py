"""The arguments of the command: a formula, a number for each name in it, and what to do."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from engine.base.numbers import DIGITS, digits_of
from engine.base.terminal import Parser
from engine.eager.parsing import evaluated, names_of, read_formula
from engine.exchange.texts import FORMS
from engine.programs.write.languages import LANGUAGES
from engine.sheet.formula import FormulaError
from engine.sheet.typed_tokens import as_name

_DESCRIPTION = """\
Computes a formula and the derivatives of its result with respect to every name in it.

A formula is made of numbers, names, + - * / ^ ( ), comparisons in "a if x > 0 else b", and the
functions of the formula sheet, such as relu, tanh, sigmoid, exp, log. Names may be Greek."""
_EXAMPLES = """\
examples:
  chaingrad "relu(m1*x*m2)" m1=3 m2=0.5 x=2
  chaingrad "relu(m1*x*m2)" m1=3 m2=0.5 x=2 --explain m1 --steps
  chaingrad "(y - w*x)^2" y=3 w=0.5 x=8 --parameters w --draw loss.svg --page loss.html
  chaingrad "tanh(a*b)" a=1/3 b=-2 --source c > program.c
  chaingrad "tanh(a*b)" a=1/3 b=-2 --check

exit status: 0; 1 where something cannot be computed, drawn or written, or a check fails; 2 for a
formula or arguments that cannot be read"""


def parser() -> Parser:
    """What reads the arguments."""
    found = Parser("chaingrad", _DESCRIPTION, _EXAMPLES)
    add = found.add_argument
    add("formula", nargs="?", help='such as "relu(m1*x*m2)", in quotes')
    add("numbers", nargs="*", metavar="name=number", type=_number, help="m1=3, x=-0.5, y=pi/2")
    add("--parameters", metavar="NAMES", default=[], type=_names, help="which names are "
        "parameters: drawn as such, trained by the page and by programs; w,b. Without it none is "
        "told from the others, and programs differentiate by all")  # fmt: skip
    add("--explain", metavar="NAME", action="append", default=[], type=_name, help="the derivative "
        "by this name, step by step; may be given again. Drawings highlight its paths")  # fmt: skip
    add("--steps", action="store_true", help="both passes, one step after the other")
    add("--tree", action="store_true", help="the graph as a tree of text")
    add("--check", action="store_true", help="compare with central differences")
    add("--draw", metavar="FILE", type=_picture, help="a picture: .svg, .png or .pdf")
    add("--page", metavar="FILE", type=_page, help="an interactive page, .html")
    add("--source", choices=LANGUAGES, help="print the program instead of the numbers")
    add("--export", choices=[*FORMS], help="print the graph in another form instead")
    add("--digits", type=_digits, default=DIGITS, help=f"significant digits; {DIGITS}")
    add("--version", action="store_true", help="print the version")
    return found


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for. UsageError where that cannot be read.

    A formula may begin with a minus, and is not an option then; options may stand anywhere.

    >>> read_arguments(["-x*y", "x=2", "--steps", "y=pi/2"]).numbers
    [('x', 2.0), ('y', 1.5707963267948966)]
    """
    reader = parser()
    found = reader.parse_intermixed_args(
        [f" {given}" if re.match("-[^-h]", given) else given for given in arguments]
    )
    if found.formula is None and not (found.help or found.version):
        reader.error("a formula is missing")
    return found


def _refused(problem: object) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(str(problem))


def _number(text: str) -> tuple[str, float]:
    """A name and its number, which may be computed: x=pi/2."""
    name, equals, number = text.partition("=")
    known = as_name(name)
    if not equals or known is None:
        raise _refused(f"expected a name and its number, such as x=2, not {text!r}")
    try:
        tree = read_formula(number)
        unknown = names_of(tree)
        if unknown:
            raise _refused(f"{text!r}: {unknown[0]} is not a number")
        return known, evaluated(tree, {}).data
    except FormulaError as error:
        raise _refused(f"{name}: {error}") from None
    except (ArithmeticError, TypeError, ValueError) as error:
        raise _refused(f"{text!r}: {error}") from None


def _name(text: str) -> str:
    known = as_name(text)
    if known is None:
        raise _refused(f"{text!r} is not a name")
    return known


def _names(text: str) -> list[str]:
    return [_name(name) for name in text.split(",")]


def _digits(text: str) -> int:
    try:
        return digits_of(int(text), "digits")
    except ValueError:
        raise _refused(f"expected a whole number from 1 to 17, not {text!r}") from None


def _picture(path: str) -> str:
    # All else works without the package graphviz.
    from engine.drawing.render import FORMATS

    if Path(path).suffix[1:].lower() not in FORMATS:
        raise _refused(f"{path!r} must end in {', '.join(f'.{known}' for known in FORMATS)}")
    return path


def _page(path: str) -> str:
    if Path(path).suffix.lower() not in (".html", ".htm"):
        raise _refused(f"{path!r} must end in .html")
    return path
