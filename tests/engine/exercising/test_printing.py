"""Sheets in every format: whole, safe whatever the labels, and readable once they are filled in."""

import re
import shutil
from html.parser import HTMLParser

import pytest

from engine import Parameter, Value, exercise

HOSTILE = "<b>|&_$%\\{x}#`"


def graph(label="w_1"):
    x, w = Value(2.0, label="x"), Parameter(0.5, label=label)
    y = (w * x - 1).tanh() ** 2 / x
    y.label = "ŷ"
    return y


SHEET = exercise(graph(), "Zoë", names={})


class Outline(HTMLParser):
    """Checks that elements are closed in order, and collects what is of interest."""

    def __init__(self):
        super().__init__()
        self.open, self.inputs, self.labels = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "input"):
            self.open.append(tag)
        if tag == "input":
            self.inputs.append(dict(attributes)["name"])
            self.labels.append(dict(attributes)["aria-label"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(html):
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def balanced(latex):
    text = re.sub(r"\\[\\{}$%&#_]", "", latex)
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert text.count("$") % 2 == 0
    assert text.count(r"\left") == text.count(r"\right")
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    return stack == []


def test_a_sheet_asks_and_its_key_answers():
    lines = SHEET.text.splitlines()
    assert lines[0] == "Exercise of Zoë"
    assert sum(line.endswith(" = ______") for line in lines) == len(SHEET.blanks)
    assert SHEET.key.text.splitlines()[0] == "Key of Zoë"
    assert "______" not in SHEET.key.text
    assert SHEET.markdown.count("|  |\n") == len(SHEET.blanks)
    assert SHEET.latex.count(r"= \blank}") == len(SHEET.blanks)
    assert r"\blank}" not in SHEET.key.latex.partition(r"\begin{document}")[2]
    assert outline(SHEET.html).inputs == [str(blank.number) for blank in SHEET.blanks]
    assert outline(SHEET.key.html).inputs == []
    assert "4 significant digits" in SHEET.text


def test_numbers_without_an_end_are_asked_in_so_many_digits():
    w = Value(1.0, label="w")
    assert "significant" not in exercise(w * 3 + 1, 1).text
    assert "write 3 significant digits" in exercise(w.exp(), 1, digits=3).text


@pytest.mark.parametrize("label", ["w_1", "θ₁", HOSTILE])
def test_any_label_is_text_in_every_format(label):
    sheet = exercise(graph(label), HOSTILE, names={})
    for printed in (sheet, sheet.key):
        assert balanced(printed.latex)
        page = outline(printed.html)
        assert "<b>|" not in printed.html.replace(label, "") or label != HOSTILE
        assert printed is sheet.key or any(label in words for words in page.labels)
    rows = [line for line in sheet.markdown.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == len(sheet.blanks)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows)


def test_what_is_filled_in_is_read_again(tmp_path):
    number = iter(SHEET.blanks)
    text = re.sub("______", lambda _: f"{next(number).value:.4g}", SHEET.text)
    number = iter(SHEET.blanks)
    table = re.sub(r"\|  \|\n", lambda _: f"| {next(number).value:.4g} |\n", SHEET.markdown)
    rows = "blank;answer\n" + "".join(
        f"{b.number};{b.value:.4g}\n".replace(".", ",") for b in SHEET.blanks
    )
    for name, content in (("a.txt", text), ("a.md", table), ("a.csv", rows)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert SHEET.grade(tmp_path / name).score == len(SHEET.blanks), name
    for name in ("empty.txt", "empty.md"):
        SHEET.save(tmp_path / name)
        assert {mark.status for mark in SHEET.grade(tmp_path / name).marks} == {"missing"}


def test_saving(tmp_path):
    for ending in ("txt", "md", "tex", "html"):
        SHEET.key.save(tmp_path / f"key.{ending}")
        assert "Key of Zoë" in (tmp_path / f"key.{ending}").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"not '\.docx'"):
        SHEET.save(tmp_path / "key.docx")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "key.html", "key.md", "key.tex", "key.txt",
    ]  # fmt: skip


def test_a_pdf_is_made_by_pdflatex_or_it_is_said_what_is_missing(tmp_path):
    if shutil.which("pdflatex"):
        SHEET.save(tmp_path / "sheet.pdf")
        assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    else:
        with pytest.raises(RuntimeError, match="PDF needs the program pdflatex"):
            SHEET.save(tmp_path / "sheet.pdf")
        assert list(tmp_path.iterdir()) == []


def test_what_functions_mean_is_said_and_sums_read_well():
    x = Value(2.0, label="x")
    sheet = exercise(x.sigmoid() * x.exp() - x * x, None, names={})
    assert "σ(a) = 1/(1 + exp(−a))." in sheet.text
    assert r"$\sigma$(a) = 1/(1 + exp($-$a))." in sheet.latex
    assert "exp(a)" not in sheet.text
    assert " = x + x = 2 + 2 = 4" in sheet.key.text
    assert "+ (−1) · 4" in sheet.key.text or " = −1 · 4 + " in sheet.key.text
