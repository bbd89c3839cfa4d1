"""The playground in a browser: Python there, Graphviz there, and nothing asked of other servers.

It needs what npm brings: `npm install pyodide @viz-js/viz`, here or where CHAINGRAD_NODE_MODULES
says.
"""

import os
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demos.playground.__main__ import INSTALL, main

PACKAGES = Path(os.environ.get("CHAINGRAD_NODE_MODULES", "node_modules"))
NEEDED = "skipped without what npm brings: " + INSTALL


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *given):
        """Says nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not (PACKAGES / "pyodide").is_dir():
        pytest.skip(NEEDED)
    folder = tmp_path_factory.mktemp("playground")
    assert main([str(folder), "--packages", str(PACKAGES)]) == 0
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", folder
        server.shutdown()


def test_what_is_typed_becomes_a_graph_to_explore(browser, site):
    address, _ = site
    tab = browser.new_page()
    requests, problems = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto(address)
    status = tab.get_by_role("status")

    def run(text):
        tab.get_by_label("Python").fill(text)
        tab.get_by_role("button", name="Run").click()
        tab.wait_for_function("document.getElementById('status').textContent.endsWith(' ms')")

    tab.wait_for_function(
        "document.getElementById('status').textContent.endsWith(' ms')", timeout=120_000
    )
    assert re.fullmatch(r"\d+ ms", status.inner_text())
    run("x = Value(3.0, label='x')\ny = x**2 + x\ny")
    frame = tab.frame_locator("#page")
    assert frame.locator("h1").inner_text() == "The graph of y"
    assert frame.locator('[data-name="x"]').get_attribute("data-gradient") == "7"
    assert "contributes" in tab.get_by_label("gradients explained").inner_text()
    run("print(engine.core)\n1/0")
    assert tab.get_by_label("printed").inner_text().strip() == "python"
    assert tab.get_by_role("alert").inner_text() == "line 2: ZeroDivisionError: division by zero"
    assert problems == []
    assert all(url.startswith((address, "about:", "data:")) for url in requests), requests
    tab.close()


def test_from_disk_it_says_that_it_needs_a_server(browser, site):
    _, folder = site
    tab = browser.new_page()
    tab.goto((folder / "index.html").as_uri())
    assert "This page needs a server" in tab.get_by_role("status").inner_text()
    tab.close()
