"""`python -m tests.browser.screenshot docs/page.png`: the picture of a live page.

The lesson's network with the path of one weight lit, as the page opens, down to the product.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from engine import explore
from tests.browser.conftest import PROGRAM
from tests.engine.drawings import lesson

WIDTH, HEIGHT = 1180, 700


def main(path: str) -> None:
    nodes = lesson()
    page = explore(
        nodes["L"], path=nodes["w111"], title="One student, CGPA 8 and IQ 80", view="neurons"
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        tab.goto(Path(page.save(Path(folder) / "page.html")).as_uri())
        box = tab.locator("details", has_text="Why this gradient").first.bounding_box()
        assert box is not None
        height = box["y"] + box["height"] + 16
        tab.screenshot(
            path=path,
            full_page=True,
            clip={"x": 0, "y": 0, "width": WIDTH, "height": height},
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
