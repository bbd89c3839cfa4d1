"""The file of a live page: nothing but its own script runs in it, whatever labels hold."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from engine import Parameter, Value, explore, relu
from tests.engine.drawings import needs_graphviz
from tests.engine.page.pages import graph, told

pytestmark = needs_graphviz


class Elements(HTMLParser):
    """Counts the elements of a page, and collects its scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]


def test_a_page_loads_nothing_and_runs_only_its_own_script():
    page = explore(graph()[0])
    elements = Elements(page.html)
    assert not {"link", "img", "iframe", "base"} & set(elements.tags)
    for tag, name, value in elements.attributes:
        assert name not in ("src", "href") or value.startswith("#"), (tag, name)
        assert not name.startswith("on"), (tag, name)
    (policy,) = [
        value
        for tag, name, value in elements.attributes
        if (tag, name) == ("meta", "content") and "default-src" in value
    ]
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page.html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert len(page.html) - len(page.svg) < 100_000


HOSTILE = "</script><img src=x onerror=alert(1)>'\"\\\0\u2028<!--"


def test_labels_and_titles_are_text():
    x = Value(2.0, label=HOSTILE)
    y = relu(x * Parameter(3.0, label="${alert(1)}`*/</style>")) ** 2
    y.label = "]]>" + HOSTILE
    page = explore(y, title=HOSTILE, data={x: [1, 2], "who": [HOSTILE, "</title>"]})
    elements = Elements(page.html)
    assert elements.tags.count("script") == 2
    assert "img" not in elements.tags
    assert (
        elements.tags.count("style")
        == elements.tags.count("title") - page.svg.count("<title>")
        == 1
    )
    said = told(page)
    assert said["data"]["names"][0] == HOSTILE
    for node in said["nodes"]:
        ElementTree.fromstring(f"<math>{node['math']}{node.get('equation', '')}</math>")
