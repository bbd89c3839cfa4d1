"""What students hand in: answers by the numbers or the names of blanks, and the numbers in them."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.base.numbers import as_number, given, never_a_number
from engine.base.spelling import spelled
from engine.exercising.layout import Blank

_DECIMAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"({_DECIMAL})(?:/({_DECIMAL}))?", re.ASCII)
_MIXED = re.compile(r"([+-]?)(\d+) +(\d+)/(\d+)", re.ASCII)
_SIGNS = str.maketrans({"−": "-", "–": "-", "⁄": "/", "∕": "/", "\u00a0": " ", "\u202f": " "})
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}


def read_number(answer: Any) -> float | None:
    """The number that an answer is; None for an empty one. ValueError where it is not a number.

    >>> [read_number(text) for text in ("0.25", "1/4", "−3", "= 2.5", "1,5", "2·10^-3", "1 1/2")]
    [0.25, 0.25, -3.0, 2.5, 1.5, 0.002, 1.5]
    >>> read_number("1.234,5")
    Traceback (most recent call last):
    ValueError: '1.234,5' (str) is not a number; write it as 0.25, 1/4 or -3
    """
    if answer is None:
        return None
    if not isinstance(answer, str):
        if isinstance(answer, bool) or never_a_number(answer):
            raise ValueError(f"{given(answer)} is not a number")
        return _finite(as_number(answer, "an answer"), answer)
    text = answer.translate(_SIGNS).strip().strip("_`*$ ").lstrip("=≈~ ").strip()
    if not text:
        return None
    for sign, fraction in _FRACTIONS.items():
        text = re.sub(rf"(?<=\d){sign}", f" {fraction}", text).replace(sign, fraction)
    # A comma is a decimal one: no sheet sets thousands apart.
    if "." not in text:
        text = text.replace(",", ".")
    mixed = _MIXED.fullmatch(text)
    if mixed:
        sign, whole, above, below = mixed.groups()
        text = f"{sign}{int(whole) * int(below) + int(above)}/{below}"
    text = re.sub(r"\s*[·*x×]\s*10\s*(?:\^|\*\*)\s*\(?([+-]?\d+)\)?$", r"e\1", text)
    match = _NUMBER.fullmatch(re.sub(r"\s*/\s*", "/", re.sub(r"^([+-])\s+", r"\1", text)))
    if match is None:
        raise ValueError(f"{given(answer)} is not a number; write it as 0.25, 1/4 or -3")
    below = float(match[2] or 1)
    if not below:
        raise ValueError(f"{answer.strip()!r} divides by 0")
    return _finite(float(match[1]) / below, answer)


def _finite(number: float, answer: Any) -> float:
    if number - number != 0:
        raise ValueError(f"{given(answer)} is not a finite number")
    return number


class Answers:
    """Answers by blank. `unknown`: names that no blank has. `student`: whose they say they are."""

    def __init__(self, blanks: Sequence[Blank], source: Any) -> None:
        self.student: str | None = None
        self.unknown: list[str] = []
        self.by_number: dict[int, list[Any]] = {}
        known = {str(blank.number): blank.number for blank in blanks}
        for blank in blanks:
            known.setdefault(_key(blank.name), blank.number)
        for name, answer in self._pairs(source):
            number = known.get(_key(str(name)))
            if number is not None:
                self.by_number.setdefault(number, []).append(answer)
            elif not _is_empty(answer):
                self.unknown.append(str(name))

    def number(self, blank: Blank) -> float | None:
        """The answer to a blank; None for none, ValueError for one that cannot be read."""
        given_ones = [read_number(answer) for answer in self.by_number.get(blank.number, [])]
        numbers = list(dict.fromkeys(number for number in given_ones if number is not None))
        if len(numbers) > 1:
            raise ValueError(f"two answers are given: {numbers[0]:g} and {numbers[1]:g}")
        return numbers[0] if numbers else None

    def _pairs(self, source: Any) -> Iterable[tuple[Any, Any]]:
        if isinstance(source, (str, os.PathLike)):
            path = Path(source)
            content = text_of(path)
            if path.suffix != ".json":
                return list(_rows(content) if path.suffix == ".csv" else _lines(content))
            try:
                source = json.loads(content)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"{path} is not JSON: {error}") from None
            if not isinstance(source, dict):
                raise ValueError(f"{path} holds {given(source)}, not answers by blank")
        if not isinstance(source, Mapping):
            raise TypeError(
                "grade takes a mapping from blanks to answers, such as {1: 0.5}, or the path of a "
                f"filled sheet (.json, .csv, .md, .txt), not {given(source)}"
            )
        if isinstance(source.get("answers"), Mapping):
            student = source.get("student")
            self.student = None if student is None else str(student)
            source = source["answers"]
        return list(source.items())


def text_of(path: Path) -> str:
    """What a file says, in UTF-8 with or without a mark; what is not cannot be a number anyway."""
    return path.read_bytes().decode("utf-8-sig", errors="replace")


def table_of(content: str) -> list[list[str]]:
    """The cells of a CSV file, between commas, semicolons or tabs. ValueError if it is not one."""
    lines = content.splitlines()
    delimiter = max(";,\t", key=lines[0].count) if lines else ","
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error as error:
        raise ValueError(f"it is not a table: {error}") from None


def _rows(content: str) -> Iterator[tuple[str, str]]:
    """The first and the last cell of the rows of a CSV file."""
    for cells in table_of(content):
        if len(cells) > 1 and _key(cells[0]) not in ("", "blank", "number", "name"):
            yield cells[0], cells[-1]


def _lines(content: str) -> Iterator[tuple[str, str]]:
    """The filled lines of a sheet in Markdown or text: what follows the last bar or equals sign."""
    for line in content.splitlines():
        table = re.fullmatch(r"\s*\|\s*(\d+)\s*\|.*?\|([^|]*)\|?\s*", line)
        listed = re.match(r"\s*(\d+)\s{2,}\S.*=([^=]*)$", line)
        match = table or listed
        if match:
            yield match[1], match[2].replace("\\", "")


def _key(name: str) -> str:
    """A name as people type it: dL/dw_11 is ∂L/∂w11."""
    return re.sub(r"[\s_{}\\]", "", spelled(name, "ascii"))


def _is_empty(answer: Any) -> bool:
    return answer is None or (isinstance(answer, str) and not answer.strip())
