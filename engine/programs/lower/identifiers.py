"""Names of the user's graph as identifiers of a programming language."""

from __future__ import annotations

import keyword
import re
import unicodedata

from engine.sheet.formula import CONSTANTS, FUNCTIONS
from engine.sheet.reductions import REDUCTIONS

C_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while"
).split()
JAVASCRIPT_WORDS = (
    "abs arguments await boolean byte catch console debugger delete eval export extends final "
    "finally function implements in instanceof interface let native new null of package private "
    "protected public super synchronized this throw throws transient true false try typeof "
    "undefined var with yield Infinity Math NaN Object"
).split()
# What the generated sources call things of their own.
_OURS = (
    "adjoints batch count divide done epoch epochs evaluate forward gradient gradients i index inf "
    "loss losses main mean means names nan number order outputs parameter parameters place "
    "previous printf recorded row row_gradient rows settings share show size start state states "
    "step steps stop total train update value values what"
).split()
# What <math.h>, <stdio.h> and the compilers declare or define, in every dialect of C; families of
# macros by their first letters.
_HEADERS = (
    "acosf asinf atanf copysign cosf drem erff exp10 expf fabs fabsf fdim finite floorf fma fmax "
    "fmin fmod fpclassify frexp gamma ilogb isfinite isgreater isinf isless isnan isnormal "
    "isunordered j0 j1 jn ldexp lgamma llrint llround logb logf lrint lround modf nearbyint "
    "nextafter nexttoward powf powr remainder remquo rint scalb scalbln scalbn signbit "
    "significand signgam sinf sqrtf tanf tgamma y0 y1 yn clearerr dprintf fclose feof ferror "
    "fflush fgetc fgets fopen fputc fputs fread freopen fscanf fseek ftell fwrite getc getchar "
    "getline gets perror popen putc putchar puts remove rename rewind scanf setbuf sprintf sscanf "
    "stderr stdin stdout tmpfile tmpnam ungetc vprintf BUFSIZ DOMAIN EOF FILE INFINITY MAXFLOAT "
    "NAN NULL OVERFLOW PLOSS SING TLOSS UNDERFLOW errno far huge i386 linux math_errhandling near "
    "unix"
).split()
_FAMILIES = re.compile(r"(FILENAME|FOPEN|FP|HUGE|L|M|MATH|P|RENAME|SEEK|TMP)_|SNAN|FLT|DBL|LDBL")
_RESERVED = frozenset(
    [
        *keyword.kwlist,
        *keyword.softkwlist,
        *C_KEYWORDS,
        *_OURS,
        *_HEADERS,
        *FUNCTIONS,
        *REDUCTIONS,
        *CONSTANTS,
    ]
)
_MARKS = {
    "\N{COMBINING CIRCUMFLEX ACCENT}": "_hat",
    "\N{COMBINING TILDE}": "_tilde",
    "\N{COMBINING MACRON}": "_bar",
    "\N{COMBINING DOT ABOVE}": "_dot",
}
_LONGEST = 40


class Identifiers:
    """Gives every variable a name of its own, in ASCII, made from its label.

    >>> identifiers = Identifiers()
    >>> [identifiers.new(label, "t") for label in ("w111", "ŷ", "σ(z)", "for", "w111", None)]
    ['w111', 'y_hat', 'sigma_z', 'for_', 'w111_2', 't1']
    """

    def __init__(self) -> None:
        self._taken: set[str] = set(_RESERVED)
        self._counts: dict[str, int] = {}

    def new(self, label: str | None, stem: str) -> str:
        """A name that is still free: the label's, or the stem and a number."""
        name = _ascii(label) if label else ""
        if name in _RESERVED or _FAMILIES.match(name):
            name += "_"
        return self.free(name, stem)

    def free(self, name: str, stem: str) -> str:
        """This name if it is still free, else with a number; the stem with one for an empty name.

        The name is an identifier that nothing reserves.
        """
        if name and name not in self._taken:
            self._taken.add(name)
            return name
        base = f"{name}_" if name else stem
        number = self._counts.get(base, 1 if name else 0)
        while True:
            number += 1
            if f"{base}{number}" not in self._taken:
                break
        self._counts[base] = number
        self._taken.add(f"{base}{number}")
        return f"{base}{number}"


def _ascii(label: str) -> str:
    """The label in letters, digits and underscores; empty if nothing of it is left."""
    if not label.isascii():
        label = _spelled(label)
    name = re.sub(r"\W+", "_", label).strip("_")[:_LONGEST]
    return f"_{name}" if name[:1].isdigit() else name


def _spelled(label: str) -> str:
    """The label with names for Greek letters and marks, and without other signs."""
    parts = []
    for sign in unicodedata.normalize("NFD", label):
        if sign.isascii():
            parts.append(sign)
        elif sign in _MARKS:
            parts.append(_MARKS[sign])
        elif (name := unicodedata.name(sign, "")).startswith("GREEK SMALL LETTER "):
            parts.append(name.removeprefix("GREEK SMALL LETTER ").split()[0].lower())
    return "".join(parts)
