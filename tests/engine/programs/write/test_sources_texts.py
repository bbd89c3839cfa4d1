"""The text of sources: labels in it, the functions that backends run, and its languages."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import Parameter, Value, compile
from engine.eager.functions import logsumexp, maximum
from engine.eager.functions import sum as total
from engine.programs.lower.loops import functions
from engine.programs.run import llvm_host
from engine.programs.write.languages import LANGUAGES
from engine.programs.write.python import PythonWriter
from nn import SGD, Adam, squared_error
from tests.engine.programs.running import NEEDS, check, languages
from tests.nn.shared import network

# Labels.

SAID = [
    "ŷ", "for", "1st", "w", "w", "μ", "🦊", '"', "'''", '"""', "*/", "/*", "\\", "??/",
    "a\nb = 1/0", "*/ int x = 1 /*", "\N{LINE SEPARATOR}import os", "\x00", "{w}", "%d",
    "\N{RIGHT-TO-LEFT OVERRIDE}x", "NAN", "linux", "EOF", "M_PI", "pow", "zip", "fabs",
    "ValueError", "d_w", "t1", "sum_1", "main", "outputs", "values", "gradient", "maximum",
    "exp", "pi", "i", "x_i", "_", "__x", "",
]  # fmt: skip


@languages
def test_labels_of_any_kind(language, tmp_path):
    leaves = [Parameter(0.5 + 0.01 * i, label=label) for i, label in enumerate(SAID)]
    x = Value(0.25, label="*/ x \\")
    nodes = []
    for leaf, label in zip(leaves, reversed(SAID), strict=True):
        node = maximum([abs(leaf) ** 1.5, x]).exp() * leaf
        # No scope is named by what no file can be: it has no NUL, and is not empty.
        node.label, node.scope = label, f"scope {label}".replace("\0", "0")
        nodes.append(node)
    loss = total([logsumexp(nodes[:3]), *nodes])
    loss.label = "\\ */ loss"
    names = check(language, tmp_path, loss, [x], leaves, SGD(leaves, 0.1))
    assert names[:7] == ["y_hat", "for_", "_1st", "w", "w_2", "mu", "p1"]


_SIGNS = "a1_ ŷ\"'\\*/#?%{}()=\n\r\f\0\N{LINE SEPARATOR}\N{RIGHT-TO-LEFT OVERRIDE}"


@settings(max_examples=15)
@given(labels=st.lists(st.text(_SIGNS, max_size=8), min_size=3, max_size=3))
@example(labels=["\n", "\r", "\f"])
def test_labels_cannot_become_code(labels):
    a, b, c = (Parameter(2.0, label=label) for label in labels)
    node = a * b
    node.label, node.scope = labels[2], labels[1].replace("\0", "0") or None
    program = compile(node + c, [], [a, b, c])
    namespace = {"__name__": "module"}
    exec(program.source("python"), namespace)
    gradient = [0.0] * 3
    assert namespace["gradients"]([2.0, 3.0, 4.0], [], gradient) == 10.0
    assert gradient == [3.0, 2.0, 1.0]
    text = program.source("c")
    assert text.count("/*") == text.count("*/")
    text.encode()


# The functions, and languages.


def test_the_python_backend_runs_the_functions_of_the_text():
    model = network()
    loss = squared_error(3.0, model([Value(8.0), Value(80.0)]))
    program = compile(loss, [], model.parameters(), Adam(model.parameters()))
    backend = program.backend_for(1)
    imports, texts = PythonWriter().module(functions(backend.kernel, program.rule))
    assert imports == ["from math import pow, sqrt"]
    source = program.source("python")
    for text in (*imports, *texts):
        assert f"{text}\n\n" in source


def test_llvm_text_says_which_parameter_is_which():
    pytest.importorskip("llvmlite")
    x, y, w = Value(2.0, label="x"), Value(3.0, label="y\nz"), Parameter(0.5, label="ŵ")
    loss = (y - w * x) ** 2
    with_step = compile(loss, [x, y], [w], SGD([w])).source("llvm")
    assert with_step.startswith(
        "; Made by chaingrad.\n; parameter 0: ŵ\n; input 0: x\n; input 1: y z\n"
    )
    assert "@train(" in with_step
    without = compile(loss, [x, y], [w]).source("llvm")
    assert "@batch(" in without
    assert "@train(" not in without
    assert "@evaluate(" in compile([loss], [x, y, w]).source("llvm")


def test_llvm_text_without_llvmlite(monkeypatch):
    monkeypatch.setattr(llvm_host, "is_available", lambda: False)
    w = Parameter(0.5)
    with pytest.raises(ImportError, match=r"needs llvmlite.*pip install llvmlite"):
        compile(w * 2, [], [w]).source("llvm")


@pytest.mark.parametrize("language", ["rust", None, ["c"]])
def test_an_unknown_language(language):
    w = Parameter(0.5)
    known = "known: python, c, javascript, llvm"
    with pytest.raises(ValueError, match=f"no source in {re.escape(repr(language))}; {known}"):
        compile(w * 2, [], [w]).source(language)


def test_every_language_but_llvm_is_run_by_tests():
    assert {*NEEDS} == {*LANGUAGES} - {"llvm"}
