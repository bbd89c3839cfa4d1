"""The pages: links lead somewhere, the files and modules they name exist, examples are run."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import engine

FOLDER = Path(engine.__file__).parent
ROOT = FOLDER.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/how-to/*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
over_pages = pytest.mark.parametrize("page", PAGES, ids=IDS)


def prose(page):
    """The text without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))


def anchors(page):
    """What a link can name on a page: its headings in small letters, joined by hyphens."""
    titles = re.findall(r"(?m)^#+ (.+)$", prose(page))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@over_pages
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@over_pages
def test_the_files_and_modules_it_names_exist(page):
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"`(\w+/[\w/.*]*)`", text):
        # A list of files says the name of their package once.
        assert any([*root.glob(path.rstrip("/"))] for root in (ROOT, FOLDER, ROOT / "nn")), path
    for module in re.findall(r"python -m ((?:engine|nn|tests|demos)[\w.]*)", text):
        assert find_spec(module), module


def test_every_page_is_reached_from_the_readme_or_from_the_site():
    assert {"README.md", "CONTRIBUTING.md", "docs/how-it-works.md", "docs/speed.md"} <= set(IDS)
    linked = re.findall(r"\]\(([^)\s]+\.md)\)", prose(ROOT / "README.md"))
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    trees = " ".join(re.findall(r"(?ms)^```\{toctree\}\n(?:^:.*?\n)*(.*?)^```", index)).split()
    on_site = {f"docs/{name}.md" for name in trees if (ROOT / "docs" / f"{name}.md").exists()}
    assert {*linked, *on_site, "README.md", "docs/index.md"} >= set(IDS)
    assert {page for page in IDS if page.startswith("docs/")} - on_site == {"docs/index.md"}


def test_the_examples_of_every_page_are_run(pytestconfig):
    places = [ROOT / place for place in pytestconfig.getini("testpaths")]
    for page in PAGES:
        if ">>> " in page.read_text(encoding="utf-8"):
            assert {page, *page.parents} & set(places), page


def test_the_readme_has_the_two_commands_and_is_short():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [block.count("\n") for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", text)] == [1, 1]
    assert text.count("\n") <= 150


def test_a_citation_names_the_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^version: (.+)$", text) == [engine.__version__]
