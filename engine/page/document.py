"""The file of a live page: markup, style, data and program in one, and nothing to load."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from importlib.resources import files

from engine.drawing.style import rules

# In the order in which they use each other; the last of them starts the page.
MODULES = (
    "numbers html paths steps state picture boxes player sliders chain quiz chart surface training "
    "nudge share table page"
).split()
_LEFT_OUT = re.compile(r"(?m)^import .*\n|^export (?=\w)|^ *//.*\n|^ */\*\*[\s\S]*?\*/\n")
# A script or a style sheet that is not the one named here by its hash does not run.
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_DOCUMENT = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<live-page>
<h1>{title}</h1>
<figure class="picture">
{picture}
</figure>
<noscript><p>The picture is that of the recorded numbers. With JavaScript it would follow you.</p>
</noscript>
</live-page>
</main>
<script type="application/json" id="graph">{graph}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def document(title: str, picture: str, graph: str, program: str) -> str:
    """The text of the file. `picture`: SVG; `graph`: JSON without "<"; `program`: JavaScript."""
    style = f"{web_file('style.css')}{rules('.picture')}\n"
    # A label in a comment of the program must not end the element.
    script = re.sub(
        r"<(/script|!--)", r"<\\\1", f"const program = {program};\n{modules()}", flags=re.I
    )
    return _DOCUMENT.format(
        policy=escape(_POLICY.format(script=_hash(script), style=_hash(style))),
        title=escape(title),
        style=style,
        picture=picture,
        graph=graph,
        script=script,
    )


@cache
def modules() -> str:
    """The modules of the page as one, of which nothing is exported. Their comments, a tenth of the
    page, stay behind."""
    joined = "\n".join(_LEFT_OUT.sub("", web_file(f"{name}.js")) for name in MODULES)
    return f"{joined}\nstart(document, program);\n"


def web_file(name: str) -> str:
    """A file of the page's own, as it is installed with the package."""
    return (files("engine.page") / "web" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
