"""Plain numbers: what counts as one, and how one is shown."""

from __future__ import annotations

from operator import index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Significant digits: what a reader gets who asks for nothing, and what tells any two floats apart.
DIGITS, MOST_DIGITS = 4, 17
_NOT_NUMBERS = (str, bytes, bytearray, complex, list, tuple, dict, set, frozenset, type(None))


def never_a_number(value: object) -> bool:
    """Whether the value can never take part in arithmetic here, whatever its own methods say."""
    return isinstance(value, _NOT_NUMBERS)


def as_number(value: Any, what: str = "a Value") -> float:
    """`value` as a float. TypeError for what is not a real number; `what` names its place.

    Refused are also those whose conversion by `float` would lose something: complex numbers of
    NumPy, masked ones, dates, and text in an array.

    >>> as_number(3)
    3.0
    >>> as_number("3", "the weight")
    Traceback (most recent call last):
    TypeError: the weight must be a real number, not '3' (str)
    """
    if type(value) is float:
        return value
    cause = None
    if type(value) is int or _converts(value):
        try:
            return float(value)
        except OverflowError:
            raise OverflowError(f"{what}: an integer of this size does not fit a float") from None
        except (TypeError, ValueError, RuntimeError) as error:
            # RuntimeError: what PyTorch raises for a complex tensor.
            cause = error
    raise TypeError(f"{what} must be a real number, not {given(value)}") from cause


def _converts(value: Any) -> bool:
    """Whether `float` may be asked: it reads text and buffers, and cuts off what it cannot hold."""
    kind = type(value)
    if never_a_number(value) or not (hasattr(kind, "__float__") or hasattr(kind, "__index__")):
        return False
    if hasattr(kind, "encode") or getattr(value, "ndim", 0) != 0:
        return False
    # The letter that NumPy has for a kind of numbers: complex, dates, texts; O for any object.
    letter = getattr(getattr(value, "dtype", None), "kind", "f")
    if letter == "O":
        content = value.item()
        return type(content) is not kind and _converts(content)
    return letter not in ("c", "M", "m", "S", "U", "T") and not bool(getattr(value, "mask", False))


def given(thing: object) -> str:
    """What was given, for an error message: at most 60 characters of it, and its type."""
    try:
        shown = repr(thing)
    except Exception:
        shown = "an object that cannot be shown"
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{shown} ({type(thing).__name__})"


def whole(value: Any) -> int | None:
    """`value` as an int if it is a whole number, of Python's or of an array; None otherwise.

    >>> whole(3), whole(3.0), whole(True)
    (3, None, None)
    """
    if isinstance(value, bool):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def count_of(value: Any, what: str) -> int:
    """A whole number of at least 1, as an int; ValueError naming `what` otherwise.

    >>> count_of(True, "epochs")
    Traceback (most recent call last):
    ValueError: epochs must be a whole number of at least 1, not True
    """
    number = value if type(value) is int else whole(value)
    if number is None or number < 1:
        raise ValueError(f"{what} must be a whole number of at least 1, not {value!r}")
    return number


def digits_of(digits: Any, what: str) -> int:
    """How many significant digits a reader wants, as an int; ValueError for anything else.

    >>> digits_of(9, "explain")
    9
    >>> digits_of(0, "explain")
    Traceback (most recent call last):
    ValueError: explain: digits must be a whole number from 1 to 17, such as 9, not 0 (int)
    """
    number = whole(digits)
    if number is None or not 1 <= number <= MOST_DIGITS:
        raise ValueError(
            f"{what}: digits must be a whole number from 1 to {MOST_DIGITS}, such as 9, "
            f"not {given(digits)}"
        )
    return number


def short(value: float, digits: int = DIGITS) -> str:
    """A number in so many significant digits; every text and picture of the engine is made of it.

    >>> short(18.0), short(2 / 3), short(-0.0), short(1234567.0), short(2 / 3, 9)
    ('18', '0.6667', '0', '1.235e+06', '0.666666667')
    """
    return f"{value + 0.0:.{digits}g}"


def shown(value: float, digits: int = DIGITS) -> str:
    """The same with the sign that mathematics uses for minus, as in explanations and pictures.

    >>> shown(-2.5), shown(1 / 3), shown(-1 / 3, 2)
    ('−2.5', '0.3333', '−0.33')
    """
    return short(value, digits).replace("-", "−")
