"""Names of nodes: one for each, whatever the labels are; and no label breaks a text."""

import re
from itertools import accumulate, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, draw, explain, steps, tree
from engine.graph.naming import Naming

EMOJI, RIGHT_TO_LEFT = "\N{ROCKET}", "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}"
STRANGE = ["a<b>", "a&b", "$a$", "{", "}", "}{", "\\", "\\frac{", "a#2#", "100%", "a_b^c~", "a|b"]
STRANGE += [
    "two\nlines",
    "a\r\nb",
    EMOJI,
    RIGHT_TO_LEFT,
    "x" * 10_000,
    "'\"`*",
    "ŷ",
    "w_1_10_2",
]


def test_a_node_is_called_by_its_label_by_its_variable_or_by_its_number():
    a, b, c, d, e = nodes = [Value(k, label="ab"[k : k + 1]) for k in range(5)]
    naming = Naming(nodes, {"_a": c, "again": a, "b2": b, "hidden": c, "_d": d, "n": 3, "d": [d]})
    assert [naming(node) for node in (a, b, e, c, d, e)] == ["a", "b", "t2", "hidden", "t1", "t2"]
    assert naming.anonymous == [e, d]
    assert naming(-2.5) == -2.5
    assert (naming.text(-2.5), naming.text(a)) == ("−2.5", "a")


def test_of_several_variables_that_hold_a_node_the_first_names_it():
    a = Value(1.0)
    assert Naming([a], {"first": a, "second": a})(a) == "first"


def test_later_nodes_of_the_same_name_are_numbered():
    nodes = [Value(1.0, label="o11") for _ in range(3)] + [Value(1.0)]
    naming = Naming(nodes, {"o11": nodes[3]})
    assert [naming(node) for node in nodes] == ["o11", "o11#2", "o11#3", "o11#4"]


@given(labels=st.lists(st.sampled_from([None, "", "a", "a#2", "a#3", "t1", "t2"]), max_size=8))
def test_no_two_nodes_have_the_same_name(labels):
    nodes = [Value(1.0, label) for label in labels]
    names = [*map(Naming(nodes), nodes)]
    assert len(set(names)) == len(nodes), names


@pytest.mark.parametrize("labels", [*permutations([None, "t1", "a"]), ("a", "a", "a")])
def test_one_text_has_one_name_for_each_node(labels):
    a, b, c = (Value(2.0 + k, label) for k, label in enumerate(labels))
    y = (a * b).tanh() * (b * c).exp()
    text = explain(y, b, names={}).text
    chains = re.findall(r"^    (∂.*)$", text, re.MULTILINE)
    assert len(chains) == 2
    assert all(len(set(re.findall(r"∂([^/ ]+)", chain))) == 4 for chain in chains), text


def test_a_table_has_one_name_for_each_node_and_says_what_it_is():
    w, x, v, u = (Value(0.5 + k, label) for k, label in enumerate("wxvu"))
    first, second = (w * x).tanh(), (v * u).exp()
    text = explain(first * second, names={}).text
    names = [re.search(rf"^{name} .*  (t\d+) · ", text, re.MULTILINE)[1] for name in "wv"]
    assert names[0] != names[1]
    where = {key: f"tanh({part})" for key, part in re.findall(r"(t\d+) = tanh\((t\d+)\)", text)}
    assert names[1] in where, text


# Labels of any kind.


def unescaped(latex):
    """The LaTeX without the characters that stand behind a backslash."""
    return re.sub(r"\\(?:\\|[^a-zA-Z\s])", "", latex)


@pytest.mark.parametrize("label", STRANGE, ids=ascii)
def test_any_label_leaves_the_latex_whole(label):
    x, w = Value(2.0, label=label), Value(3.0, label=label)
    y = (x * w).tanh() + x
    y.label = label
    for latex in (explain(y, x).latex, explain(y, w).latex, explain(y, Value(1.0, label)).latex):
        plain = unescaped(latex)
        depths = [0, *accumulate((c == "{") - (c == "}") for c in plain)]
        assert min(depths) == depths[-1] == 0
        assert not set("$%~") & set(plain)
        assert "#" not in plain
        assert latex.count(r"\left") == latex.count(r"\right")
        body = re.sub(r"\\(begin|end)\{aligned\}", "", latex).strip()
        rows = re.split(r" \\\\\n", body)
        assert all("\n" not in row and unescaped(row).count("&") <= 1 for row in rows)
        # Commands of mathematics mean nothing within text.
        assert not re.search(r"\\text\{[^{}]*\\(?:lt|gt|backslash)\b", latex)


@pytest.mark.parametrize("label", STRANGE, ids=ascii)
def test_any_label_leaves_the_lines_and_the_table_whole(label):
    x = Value(2.0, label=label)
    y = x * 3
    y.label = label
    table = explain(y)
    assert len(explain(y, x).text.split("\n")) == 1
    assert len(table.text.split("\n")) == 2
    head, _, row = re.split(r"\r?\n|\r", table.markdown)
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in (head, row)] == [5, 5]
    assert not re.search(r"<\w", table.markdown)


@pytest.mark.parametrize("label", STRANGE, ids=ascii)
def test_any_label_leaves_a_line_a_line_in_steps_and_in_the_tree(label):
    x = Value(2.0, label=label)
    y = x * 3
    y.label = label
    assert all(len(str(step.text).splitlines()) == 1 for step in steps(y))
    assert len(tree(y).splitlines()) == 2


def test_a_closing_bracket_is_an_entity_in_a_picture():
    """A label that is one alone is a syntax error to Graphviz 2.43 otherwise."""
    source = draw(Value(2.0, label="]") * 3).source
    assert ">&#93;" in source
    assert ">]<" not in source
