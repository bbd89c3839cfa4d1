"""Sheets as one HTML file: to be filled in on the screen or printed. Nothing is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from engine.exercising.layout import Content, Notation
from engine.explaining.wording import RoundingMathML

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; }
th { font-weight: normal; color: GrayText; text-align: right; width: 2rem; padding-right: .8rem; }
td, th { padding: .15rem .4rem; border-bottom: 1px solid #8884; vertical-align: middle; }
td:last-child { width: 9rem; }
td.working { color: GrayText; }
.given span { display: inline-block; min-width: 7rem; }
input { font: inherit; width: 8rem; border: 1px solid #8888; border-radius: 3px; padding: 0 .3rem; }
button { font: inherit; margin: 1.5rem 0; padding: .3rem 1rem; }
@media print {
  body { margin: 0; font-size: 12px; } button { display: none; }
  input { border: 0; border-bottom: 1px solid; border-radius: 0; }
  tr, h2 { break-inside: avoid; break-after: auto; } h2 { break-after: avoid; }
}
"""

# What is typed stays in the browser until it is saved.
_SCRIPT = """
const inputs = [...document.querySelectorAll("input")];
const answers = () => Object.fromEntries(inputs.map(i => [i.name, i.value.trim()]));
const kept = key => { try { return JSON.parse(localStorage.getItem(key)) || {}; }
                      catch { return {}; } };
const before = kept(sheet.key);
inputs.forEach((input, i) => {
  input.value = before[input.name] || "";
  input.addEventListener("input", () => {
    try { localStorage.setItem(sheet.key, JSON.stringify(answers())); } catch {}
  });
  input.addEventListener("keydown", event => {
    if (event.key === "Enter" && inputs[i + 1]) inputs[i + 1].focus();
  });
});
document.querySelector("button").addEventListener("click", () => {
  const content = JSON.stringify({student: sheet.student, answers: answers()}, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], {type: "application/json"}));
  link.download = sheet.file;
  link.click();
});
"""


def web_notation(digits: int) -> Notation:
    dialect = RoundingMathML(digits)

    def derivative(node: str, operand: str) -> str:
        above, below = (f"<mrow><mo>∂</mo>{dialect.name(x)}</mrow>" for x in (node, operand))
        return f"<mfrac>{above}{below}</mfrac>"

    return Notation(
        dialect=dialect,
        derivative=derivative,
        direct=lambda written: f"{written}<mtext>&ensp;(direct)</mtext>",
        updated=lambda name: f"<msup><mrow>{dialect.name(name)}</mrow><mtext>new</mtext></msup>",
        name=dialect.name,
        times="<mo>·</mo>",
        minus="<mo>−</mo>",
        rate="<mi>η</mi>",
        plus="<mo>+</mo>",
        equals="<mo>=</mo>",
    )


def write_html(content: Content, names: Mapping[int, str], student: str, file: str) -> str:
    """`names`: those of the blanks, as text. `student`, `file`: whose answers are saved where."""
    body = [f"<h1>{escape(content.title)}</h1>"]
    body += [f"<p>{escape(note)}</p>" for note in content.notes]
    numbers = (f"<span>{_math(f'{name}<mo>=</mo>{value}')}</span>" for name, value in content.given)
    body += ["<h2>Given</h2>", f'<p class="given">{" ".join(numbers)}</p>']
    for i, section in enumerate(content.sections, 1):
        body.append(f"<h2>{i}&ensp;{escape(section.title)}</h2>\n<table>")
        for row in section.rows:
            label = escape(f"{row.number}: {names[row.number]}", quote=True)
            blank = f'<input name="{row.number}" aria-label="{label}" autocomplete="off">'
            cells = f"<td>{_math(row.left)}</td>"
            if content.filled:
                cells += f'<td class="working">{_math(row.working)}</td>'
            answer = f"<b>{_math(row.answer)}</b>" if content.filled else blank
            body.append(f"<tr><th>{row.number}</th>{cells}<td>{answer}</td></tr>")
        body.append("</table>")
    if not content.filled:
        # Sheets of two exercises keep their answers apart.
        key = f"{content.title}|{'|'.join(names.values())}|{content.given}"
        data = json.dumps({"student": student, "file": f"{file}.json", "key": key})
        data = data.replace("<", r"\u003c")
        body.append("<button>Save the answers as a file</button>")
        body.append(f"<script>\nconst sheet = {data};{_SCRIPT}</script>")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(content.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _math(markup: str) -> str:
    return f'<math displaystyle="true"><mrow>{markup}</mrow></math>' if markup else ""
