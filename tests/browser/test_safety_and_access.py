"""A live page for everybody: keyboard, screen reader, small screens, hostile labels, notebooks."""

import pytest

from engine import Parameter, Value, explore, relu
from tests.engine.drawings import lesson

HOSTILE = "</script><img src=x onerror=alert(1)>'\"\\\u2028<!--<b>"


def test_labels_and_titles_are_text_and_never_run(opened):
    x = Value(2.0, label=HOSTILE)
    y = relu(x * Parameter(3.0, label="${alert(1)}`*/</style><svg onload=alert(2)>")) ** 2
    y.label = "]]>" + HOSTILE
    data = {x: [1, 2], "who": [HOSTILE, "</option>"]}
    page = opened(explore(y, title=HOSTILE, data=data, path=x))
    for title in ("Why this gradient", "Train", "Nudge a number", "Take it along", "All numbers"):
        page.panel(title)
    assert page.tab.locator("h1").text_content() == HOSTILE
    assert page.tab.locator("img, b, [onload], [onerror]").count() == 0
    assert [*page.numbers()["values"].values()][-1] == 36


def test_everything_by_keyboard_alone(opened):
    loss = lesson()["L"]
    page = opened(explore(loss))
    page.tab.keyboard.press("ArrowLeft")
    before = page.step()
    page.tab.keyboard.press("ArrowRight")
    assert page.step() != before
    page.tab.keyboard.press("ArrowLeft")
    assert page.step() == before
    field = page.field("w111")
    field.focus()
    page.tab.keyboard.press("Control+a")
    page.tab.keyboard.type("0.25")
    assert page.numbers()["values"]["w111"] == 0.25
    page.tab.locator("h1").click()
    reached = set()
    for _ in range(120):
        page.tab.keyboard.press("Tab")
        focused = page.tab.evaluate(
            "() => { const e = document.activeElement; return e.labels?.[0]?.textContent "
            "|| e.getAttribute('aria-label') || e.textContent.trim(); }"
        )
        reached.add(focused.strip())
    wanted = {"step back", "step forward", "step", "speed", "w111", "slider of w111", "y", "Undo"}
    assert reached >= wanted | {"Reset", "Train", "Predict first", "All numbers"}


def test_a_box_of_the_picture_is_chosen_by_key(opened):
    page = opened(explore(lesson()["L"]))
    box = page.tab.locator('[data-name="w111"]')
    box.focus()
    page.tab.keyboard.press("Enter")
    assert "w111" in page.lit()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(
        explore(
            lesson()["L"],
        ),
        color_scheme=scheme,
    )
    for title in ("Why this gradient", "Train", "Nudge a number", "Take it along", "All numbers"):
        page.panel(title)
    page.tab.get_by_label("Gradient of").select_option(label="w111")
    found = axe.Axe().run(page.tab)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 700])
def test_nothing_is_wider_than_a_small_screen(opened, width):
    page = opened(explore(lesson()["L"]), viewport={"width": width, "height": 740})
    for title in ("Why this gradient", "Train", "Nudge a number", "Take it along", "All numbers"):
        page.panel(title)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= width


def test_two_pages_in_one_notebook_output_do_not_disturb_each_other(opened):
    loss = lesson()["L"]
    shown = explore(loss)._repr_html_() * 2
    page = opened(None, html=f"<!doctype html><html lang=en><title>n</title><body>{shown}")
    frames = page.tab.frames[1:]
    assert len(frames) == 2
    first, second = (frame.locator("live-page h1") for frame in frames)
    assert first.inner_text() == second.inner_text() == "The graph of L"
    frames[0].get_by_label("w111", exact=True).fill("0.5")
    values = [frame.locator('[data-name="w111"]').get_attribute("data-value") for frame in frames]
    assert values == ["0.5", "0.1"]
