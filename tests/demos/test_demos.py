"""Every demo runs, and prints the numbers of the mission."""

import re
from importlib import import_module
from xml.etree import ElementTree

import pytest

from demos import NAMES
from engine.base.spelling import SPELLING
from tests.demos.shared import lines_of, printed, shown_by
from tests.nn.shared import GRADIENTS, PARAMETERS


def chain(name, start):
    """The lines of a chain of local derivatives, from the one that starts like this."""
    lines = lines_of(name)
    (first,) = [i for i, line in enumerate(lines) if line.startswith(f"{start} = ∂L/")]
    length = next(i for i, line in enumerate(lines[first:]) if not line)
    return lines[first : first + length]


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_starts_with_what_it_shows_and_every_heading_is_underlined(name):
    text = printed(name)
    introduction = import_module(f"demos.{name}").__doc__.split()
    assert text.split()[: len(introduction)] == introduction
    headings = re.findall(r"\n\n(.+)\n(─+)\n", text)
    assert len(headings) >= 2
    assert all(len(heading) == len(line) for heading, line in headings)


@pytest.mark.parametrize("name", NAMES)
def test_every_line_fits_a_terminal_of_80_columns_in_unicode_and_in_ascii(name):
    text = printed(name)
    for shown in (text, text.encode("ascii", SPELLING).decode()):
        assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_is_repeatable_and_captions_its_picture_in_two_sentences(name):
    text, (path, caption) = shown_by(name)
    assert text == printed(name)
    assert ElementTree.parse(path).getroot().tag.endswith("svg")
    assert path.stat().st_size < 150_000
    assert len(re.findall(r"\.(?: |$)", caption)) == 2
    assert not re.search(r"0000000\d|9999999|\bnan\b|\binf\b", caption)


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_prints_no_artefacts_of_floating_point_and_no_nan(name):
    assert not re.search(r"0000000\d|9999999|\bnan\b|\binf\b", printed(name))


# The lesson.


@pytest.mark.parametrize(
    "line",
    [
        "o11 = w111·x1 + w121·x2 + b11 = 0.1·8 + 0.1·80 + 0 = 8.8",
        "o12 = w112·x1 + w122·x2 + b12 = 0.1·8 + 0.1·80 + 0 = 8.8",
        "ŷ = w211·o11 + w221·o12 + b21 = 1·8.8 + 1·8.8 + 0.4 = 18",
        "L = (y − ŷ)² = (3 − 18)² = 225",
        "L   ← y, ŷ",
        "ŷ   ← w211, w221, o11, o12, b21",
        "o11 ← w111, w121, x1, x2, b11",
        "o12 ← w112, w122, x1, x2, b12",
    ],
)
def test_the_lesson_shows_forward_pass_and_dependencies(line):
    assert line in lines_of("lesson")


# Per parameter: the edges after ∂L/∂ŷ, in symbols and in numbers.
CHAINS = {
    "w211": ("∂ŷ/∂w211", "o11", "8.8"),
    "w221": ("∂ŷ/∂w221", "o12", "8.8"),
    "b21": ("∂ŷ/∂b21", "1", "1"),
    "w111": ("∂ŷ/∂o11 · ∂o11/∂w111", "w211 · x1", "1 · 8"),
    "w121": ("∂ŷ/∂o11 · ∂o11/∂w121", "w211 · x2", "1 · 80"),
    "b11": ("∂ŷ/∂o11 · ∂o11/∂b11", "w211 · 1", "1 · 1"),
    "w112": ("∂ŷ/∂o12 · ∂o12/∂w112", "w221 · x1", "1 · 8"),
    "w122": ("∂ŷ/∂o12 · ∂o12/∂w122", "w221 · x2", "1 · 80"),
    "b12": ("∂ŷ/∂o12 · ∂o12/∂b12", "w221 · 1", "1 · 1"),
}


@pytest.mark.parametrize("name", CHAINS)
def test_the_lesson_shows_the_nine_chains_link_by_link(name):
    edges, symbols, with_numbers = CHAINS[name]
    assert chain("lesson", f"∂L/∂{name}") == [
        f"∂L/∂{name} = ∂L/∂ŷ · {edges}",
        f"= −2·(y − ŷ) · {symbols}",
        f"= −2·(3 − 18) · {with_numbers}",
        f"= 30 · {with_numbers}",
        f"= {GRADIENTS[name]:g}",
    ]


def test_the_lesson_groups_the_chains_by_neurons_from_the_output_back():
    starts = re.findall(
        r"(?m)^  (The output neuron|Hidden neuron \d)|^  ∂L/∂(\w+) = ", printed("lesson")
    )
    assert [group or name for group, name in starts] == [
        *("The output neuron", "w211", "w221", "b21"),
        *("Hidden neuron 1", "w111", "w121", "b11"),
        *("Hidden neuron 2", "w112", "w122", "b12"),
    ]


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_lesson_shows_the_update_of_every_parameter(name):
    old, gradient = PARAMETERS[name], GRADIENTS[name]
    updated = f"{old - 0.1 * gradient:g}".replace("-", "−")
    found = [re.sub(" +", " ", line) for line in lines_of("lesson")]
    assert f"{name} = {old:g} − 0.1 · {gradient:g} = {updated}" in found


def test_the_lesson_trains_until_it_converges_close_to_the_noise():
    text = printed("lesson")
    losses = [float(loss) for loss in re.findall(r"(?m)^ +\d+ +([\d.]+) +█+$", text)]
    assert len(losses) >= 8
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 10 > 0.1 > losses[-1]
    assert "Converged: for 5 epochs the loss has not fallen" in text
    (error,) = re.findall(r"Root mean square error: ([\d.]+) LPA\.", text)
    assert 0.25 < float(error) < 0.35
    learnt = re.search(r"LPA ≈ ([\d.]+)·CGPA \+ ([\d.]+)·IQ − ([\d.]+)", text).groups()
    assert [float(number) for number in learnt] == pytest.approx([0.5, 0.05, 5], rel=0.1)


# One neuron per layer, by hand.


@pytest.mark.parametrize(
    "line",
    [
        "a1 = m1·x     = 3 · 2 = 6",
        "z2 = a1·m2    = 6 · 0.5 = 3",
        "ŷ  = ReLU(z2) = 3",
        "L  = s/2 with s = e², e = ŷ − y: e = 2, L = 2",
        "m2 = 0.5 − 0.1 · 12 = −0.7",
        "m1 = 3 − 0.1 · 2 = 2.8",
    ],
)
def test_the_worked_example_shows_the_numbers_of_the_mission(line):
    assert line in lines_of("worked_example")


@pytest.mark.parametrize(("name", "gradient"), [("ŷ", "2"), ("m2", "12"), ("m1", "2")])
def test_the_worked_example_multiplies_down_to_each_gradient(name, gradient):
    lines = chain("worked_example", f"∂L/∂{name}")
    assert lines[0].startswith(f"∂L/∂{name} = ∂L/∂s · ∂s/∂e · ∂e/∂ŷ")
    assert lines[2].startswith("= 1/2 · 2·2 · 1")
    assert lines[-1] == f"= {gradient}"


# Ten nodes to ten nodes.


def test_ten_by_ten_shows_the_same_numbers_on_both_sides():
    rows = re.findall(r"(?m)^ +\d+ +(\S+) +(\S+) +(\S+) +(\S+)$", printed("ten_by_ten"))
    assert len(rows) == 10
    assert all(z == z_matrix and b == delta for z, z_matrix, b, delta in rows)
    corners = re.findall(r"(?m)^ +(.+) … +(.+) …$", printed("ten_by_ten"))
    assert len(corners) == 8
    assert all(left.split() == right.split() for left, right in corners)
    (worst,) = re.findall(r"(?m)^Largest difference .*: (\S+)$", printed("ten_by_ten"))
    assert float(worst) < 1e-12


# The general form.


def test_the_general_form_agrees_with_the_graph_in_all_outputs_and_gradients():
    agreed = re.findall(
        r"graph gives the same (\d+) outputs and gradients", printed("general_form")
    )
    assert agreed == ["5", "19"]  # 1 + 2·2, and 2 + 3·3 + 2·4


def test_the_general_form_names_every_quantity_of_the_mission():
    titles = [
        "W",
        "b",
        "z = W·a + b",
        "g(z)",
        "g′(z)",
        "∂L/∂ŷ",
        "W2ᵀ·δ2",
        "∂L/∂W = δ·aᵀ",
        "∂L/∂b = δ",
    ]
    text = printed("general_form")
    for title in [*titles, "δ = ∂L/∂ŷ ⊙ g′(z)", "δ = W2ᵀ·δ2 ⊙ g′(z)"]:
        assert len(re.findall(rf"(?m)^    {re.escape(title)} +\[", text)) >= 2
