"""Names with letters and marks beyond ASCII in LaTeX: θ₁, x̄, R², ∇f.

pdfLaTeX has no such characters, and KaTeX warns of some; their commands are everywhere.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "\N{COMBINING CIRCUMFLEX ACCENT}": r"\hat",
    "\N{COMBINING MACRON}": r"\bar",
    "\N{COMBINING OVERLINE}": r"\bar",
    "\N{COMBINING TILDE}": r"\tilde",
    "\N{COMBINING DOT ABOVE}": r"\dot",
    "\N{COMBINING DIAERESIS}": r"\ddot",
    "\N{COMBINING CARON}": r"\check",
    "\N{COMBINING RIGHT ARROW ABOVE}": r"\vec",
    "\N{COMBINING ACUTE ACCENT}": r"\acute",
    "\N{COMBINING GRAVE ACCENT}": r"\grave",
}
_SIGNS = {
    "∇": r"\nabla", "∂": r"\partial", "∞": r"\infty", "ℓ": r"\ell", "·": r"\cdot", "×": r"\times",
    "−": "-", "′": "'", "Σ": r"\Sigma", "∑": r"\Sigma", "√": r"\surd", "→": r"\to",
    "∘": r"\circ", "ς": r"\varsigma", "µ": r"\mu", "ϵ": r"\epsilon", "ϕ": r"\phi",
    "ϑ": r"\vartheta", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
}  # fmt: skip
# Greek letters that LaTeX writes with the Latin ones that look alike.
_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo"))
_LOWER = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-"))
_UPPER = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-"))
_PIECES = re.compile(r"[A-Za-z]+[0-9]*|[₀-₉₊₋]+|[⁰¹²³⁴-⁹⁺⁻]+|_?[0-9]+|.", re.DOTALL)


# As they are typed where there is no key for the letter; "pi" and the sheet's own names, too.
_GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|"
    "upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_TYPED = re.compile(_GREEK)
# A letter with an index behind a line, or any word with one in brackets: w_ij, w_{11}, w[0][1].
_INDEXED = re.compile(
    rf"(?:(?P<letter>{_GREEK}|[^\W\d_])_(?P<index>[^\W_]*[^\W\d_][^\W_]*|\{{[\w, ]+\}})"
    r"|(?P<word>[^\W_]+)(?P<brackets>(?:\[[\w, ]+\])+))(?P<repeated>#[0-9]+)?"
)


def typed_greek(name: str) -> str | None:
    r"""The letter whose name is typed in Latin letters.

    >>> typed_greek("eta"), typed_greek("beta_1")
    ('\\eta', None)
    """
    return "\\" + name if _TYPED.fullmatch(name) else None


def indexed(name: str) -> tuple[str, list[str], str] | None:
    """A name and its indices apart, and the number of a name that is there several times.

    >>> indexed("w_ij"), indexed("w[0][1]"), indexed("a_{max}#2"), indexed("learning_rate")
    (('w', ['ij'], ''), ('w', ['0', '1'], ''), ('a', ['max'], '#2'), None)
    """
    match = _INDEXED.fullmatch(name)
    if match is None:
        return None
    indices = (match["index"] or match["brackets"]).strip("{}[]")
    parts = [part.strip() for part in re.split(r"\]\[|,", indices)]
    return match["letter"] or match["word"], parts, match["repeated"] or ""


def latex_name(name: str) -> str | None:
    r"""The name in ASCII; None where a character has no command here.

    >>> latex_name("θ₁"), latex_name("R²"), latex_name("x̄"), latex_name("∇f")
    ('\\theta_{1}', 'R^{2}', '\\bar{x}', '\\nabla f')
    """
    written: list[str] = []
    for base, marks in _letters(name):
        text = _base(base)
        if text is None:
            return None
        for mark in marks:
            if mark not in _ACCENTS:
                return None
            text = f"{_ACCENTS[mark]}{{{text}}}"
        # A command ends where no letter follows it.
        if written and re.search(r"\\[A-Za-z]+$", written[-1]) and text[:1].isalpha():
            written.append(" ")
        written.append(text)
    return "".join(written)


def _letters(name: str) -> list[tuple[str, str]]:
    """Runs of characters that are written together, and the marks on the last of them."""
    found: list[tuple[str, str]] = []
    for piece in _PIECES.findall(unicodedata.normalize("NFD", name)):
        if unicodedata.combining(piece[0]) and found:
            base, marks = found.pop()
            if base[:-1]:
                found.append((base[:-1], ""))
            found.append((base[-1], marks + piece))
        else:
            found.append((piece, ""))
    return found


def _base(piece: str) -> str | None:
    first = piece[0]
    if first in _LOWER:
        return f"_{{{''.join(_LOWER[sign] for sign in piece)}}}"
    if first in _UPPER:
        return f"^{{{''.join(_UPPER[sign] for sign in piece)}}}"
    match = re.fullmatch(r"([A-Za-z]*)_?([0-9]*)", piece)
    if match is not None and piece != "_":
        letters, index = match.groups()
        stem = letters if len(letters) < 2 else rf"\mathrm{{{letters}}}"
        return f"{stem}_{{{index}}}" if index else stem
    if piece in _SIGNS:
        return _SIGNS[piece]
    if piece in _LATIN:
        return rf"\mathrm{{{_LATIN[piece]}}}"
    words = unicodedata.name(piece, "").split()
    if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] and len(words) == 4:
        command = words[3].lower().replace("lamda", "lambda")
        return "\\" + (command.capitalize() if words[1] == "CAPITAL" else command)
    return None
