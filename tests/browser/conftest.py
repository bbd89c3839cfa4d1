"""A headless browser for live pages: `python -m pytest tests/browser`.

Skipped where Playwright (group `web`) or a Chromium of the system is missing.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.page.live import Page
from tests.browser.pages import Opened

NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if PROGRAM is None:
        mark = pytest.mark.skip(reason=f"no browser called {', '.join(NAMES)}")
        for item in items:
            item.add_marker(mark)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        # Without a sandbox of its own: containers often forbid it, and the pages are ours.
        yield playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a page of the engine, from disk: `opened(explore(y))`. Afterwards the browser must have
    had nothing to complain of, and have asked for nothing."""
    pages: list[Opened] = []

    def open_page(
        page: Page | None, fragment: str = "", html: str | None = None, **options: Any
    ) -> Opened:
        path = tmp_path / f"page{len(pages)}.html"
        path.write_text(html or (page and page.html) or "", encoding="utf-8")
        pages.append(Opened(browser.new_page(**options), path, fragment))
        return pages[-1]

    yield open_page
    for page in pages:
        page.tab.close()
        assert page.complaints == []
        assert page.requests == [page.path.as_uri()]
