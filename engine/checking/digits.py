"""How close a claimed number must be: people copy three digits, programs all of them.

A number of six significant digits or fewer may have been rounded: to its last digit, but to three
at least, or to as many decimals as it shows, if it shows three. Where more are given, or where a
slip fits to the last digit, nothing is put down to rounding.

>>> shown_digits(0.197), shown_digits(29930.0), shown_digits(1 / 3)
(3, 4, 16)
>>> rounding(0.197), rounding(0.0012), rounding(1 / 3)
(0.00051, 5.1e-05, 0.0)
"""

from __future__ import annotations

import math
from decimal import Decimal

# Relative: what counts as exact, also in single precision, and as close as a difference quotient.
EXACT, DIFFERENCE = 1e-6, 2e-4
_FEW = 6


def shown_digits(number: float) -> int:
    """The significant digits of a number as Python writes it, without zeros at the end."""
    return len(Decimal(repr(number)).normalize().as_tuple().digits)


def rounding(number: float) -> float:
    """By how much a number may differ from one that was rounded to it; 0 if it has all digits."""
    digits = shown_digits(number)
    if not number or digits > _FEW:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(number))) - max(digits, 3) + 1)
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent <= -3 and digits > 1:
        unit = max(unit, 10.0**exponent)
    return float(f"{0.51 * unit:.3g}")


def near(claimed: float, number: float, tolerance: float, size: float) -> bool:
    """Whether two numbers are equal but for a relative tolerance, and for cancellation."""
    allowed = tolerance * abs(number) + 1e-12 * size
    return math.isfinite(number) and abs(claimed - number) <= allowed
