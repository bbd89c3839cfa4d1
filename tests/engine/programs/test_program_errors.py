"""What `compile` refuses, what a program cannot do, and that it says why."""

import re

import pytest

import engine
from engine import Parameter, no_grad
from engine.programs.run import llvm_host
from nn import SGD
from tests.engine.programs.shared import leaves, refuses


def test_leaves_with_two_roles():
    x, y, w = leaves()
    loss = w * x + y
    refuses(
        ValueError,
        "compile: 0.5 ('w') is both an input and a parameter",
        *(engine.compile, loss, [x, w], [w]),
    )
    refuses(
        ValueError, "compile: the input 1 ('x') is given twice", engine.compile, loss, [x, x], [w]
    )
    refuses(
        ValueError,
        "compile: the parameter 0.5 ('w') is given twice",
        *(engine.compile, loss, [x], [w, w]),
    )


def test_leaves_that_are_not_leaves():
    x, y, w = leaves()
    inner = w * x
    refuses(
        ValueError,
        "compile: the input 0.5 = mul(…) is not a leaf of the graph",
        *(engine.compile, inner + y, [inner], [w]),
    )
    refuses(
        TypeError,
        "compile: every parameter must be a Value, not 0.5 (float)",
        *(engine.compile, inner, [x], [0.5]),
    )


def test_losses_without_a_graph_or_without_parameters():
    x, y, w = leaves()
    with no_grad():
        unrecorded = w * x
    no_graph = "has no graph: it is a leaf, or was computed under no_grad"
    refuses(ValueError, f"compile: 0.5 {no_graph}", engine.compile, unrecorded, [x], [w])
    refuses(ValueError, f"compile: 0.5 ('w') {no_graph}", engine.compile, w, [x], [w])
    refuses(
        ValueError,
        "compile: 3 = add(…) depends on none of the 1 parameters; were they replaced after it was "
        "computed, or was a part of it computed under no_grad?",
        *(engine.compile, x + y, [x, y], [w]),
    )
    refuses(
        ValueError,
        "compile: there is nothing to compute: the list of outputs is empty",
        *(engine.compile, [], [x], [w]),
    )
    refuses(
        TypeError,
        "compile takes a Value, or a list of them for a prediction, not 1.5 (float)",
        *(engine.compile, [x + y, 1.5], [x], [w]),
    )


def test_backends_that_are_not_there(monkeypatch):
    x, _, w = leaves()
    refuses(
        ValueError,
        "unknown backend 'gpu'; known: auto, llvm, python",
        *(engine.compile, w * x, [x], [w]),
        backend="gpu",
    )
    monkeypatch.setattr(llvm_host, "is_available", lambda: False)
    refuses(
        ImportError,
        'backend="llvm" needs llvmlite, which is not installed: python -m pip install llvmlite',
        *(engine.compile, w * x, [x], [w]),
        backend="llvm",
    )
    program = engine.compile(w * x, [x], [w])
    assert program([[2.0]] * 300_000) == [1.0] * 300_000


def test_optimisers_of_other_parameters():
    x, _, w = leaves()
    other = Parameter(1.0)
    for parameters, count in (([other], 1), ([w, other], 2)):
        refuses(
            ValueError,
            "compile: the optimiser must train the same parameters in the same order; it has "
            f"{count}, the program 1",
            *(engine.compile, w * x, [x], [w], SGD(parameters)),
        )


def test_what_a_program_was_not_compiled_for():
    x, _, w = leaves()
    refuses(
        ValueError,
        "this program has no optimiser: compile(…, optimizer=nn.SGD(…))",
        *(engine.compile(w * x, [x], [w]).train, [[1.0]]),
    )
    refuses(
        ValueError,
        "this program has no gradients: it was compiled without parameters",
        *(engine.compile(w * x, [x]).gradients, [[1.0]]),
    )


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
@pytest.mark.parametrize("number", [0, -1, 1.5, True, "2"])
def test_counts_must_be_whole_and_positive(name, number):
    x, _, w = leaves()
    program = engine.compile(w * x, [x], [w], SGD([w]))
    text = re.escape(f"{name} must be a whole number of at least 1, not {number!r}")
    with pytest.raises(ValueError, match=text):
        program.train([[1.0]], **{name: number})
