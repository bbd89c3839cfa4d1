"""Kernel: what is written out, what becomes a loop, and that nothing is done in vain."""

import engine
from engine.programs.lower.ir import Assign, Comment, Guard, Map, Reduce, Span
from engine.programs.lower.lowering import lower
from engine.programs.lower.variables import MOST_NAMES
from engine.programs.recording import Recording
from tests.engine.programs.models import leaves


def lowered(build, inputs, parameters, **options):
    xs, ws = leaves(inputs, [1.0] * parameters)
    return lower(Recording([build(xs, ws)], xs, ws), **options)


def kinds(instructions, kind):
    return [item for item in instructions if isinstance(item, kind)]


def test_long_sums_over_neighbours_are_loops():
    def build(xs, ws):
        return engine.dot(ws[:20], xs[2:22], ws[20])

    program = lowered(build, 23, 21)
    (reduction,) = kinds(program.forward, Reduce)
    assert reduction.spans == {"weights": Span("parameter", 0, 20), "inputs": Span("input", 2, 20)}
    (each,) = kinds(program.backward, Map)
    assert (each.target, each.accumulate) == (Span("gradient", 0, 20), False)
    assert each.spans == {"inputs": Span("input", 2, 20)}
    # A row of the program is one array then, for the leaves beside those of the loop as well.
    assert {leaf.stored for leaf in (*program.inputs, *program.parameters)} == {True}


def test_short_sums_and_sums_over_scattered_leaves_are_written_out():
    for build in (
        lambda xs, ws: engine.dot(ws[:16], xs[:16]),
        lambda xs, ws: engine.dot(ws, [*xs[1:], xs[0]]),
        lambda xs, ws: engine.dot([*ws[:-1], 2.0], xs),
    ):
        program = lowered(build, 20, 20)
        (reduction,) = kinds(program.forward, Reduce)
        assert reduction.spans is None
        assert reduction.length == len(reduction.elements) >= 16
        assert not kinds(program.backward, Map)


def test_nodes_of_a_long_sum_become_neighbours():
    program = lowered(lambda xs, ws: engine.sum([w.exp() for w in ws]), 0, 20)
    (reduction,) = kinds(program.forward, Reduce)
    assert reduction.spans == {"a": Span("value", 0, 20)}
    (each,) = kinds(program.backward, Map)
    assert each.target == Span("adjoint", 0, 20)


def test_adjoints_that_a_loop_finds_empty_are_set_and_the_others_added_to():
    def build(xs, ws):
        return engine.dot(ws[:20], xs[:20]) + engine.dot(ws[10:30], xs[:20])

    program = lowered(build, 20, 30)
    first, second = kinds(program.backward, Map)
    assert (first.accumulate, second.accumulate) == (False, True)
    cleared = {item.target.index for item in kinds(program.backward, Assign)} - {0}
    assert len({*range(30)} - cleared) >= 20


def test_backward_goes_only_where_a_parameter_is():
    program = lowered(lambda xs, ws: (ws[0] * xs[0]).sin() + xs[1].exp().tanh(), 2, 1)
    targets = [item.target.kind for item in kinds(program.backward, Assign)]
    # The sum passes 1 to sin, sin to the product, the product to the parameter.
    assert targets == ["adjoint", "adjoint", "gradient"]
    assert program.gradients[0].index == 0


def test_a_parameter_without_influence_has_no_gradient():
    program = lowered(lambda xs, ws: ws[1] * 2, 0, 2)
    assert program.gradients[0] == 0.0
    assert program.gradients[1].index == 1


def test_predictions_have_no_backward_pass():
    xs, ws = leaves(1, [1.0])
    program = lower(Recording([ws[0] * xs[0], ws[0] + 1], xs, ws))
    assert list(program.backward) == []
    assert len(program.outputs) == 2


def test_conditions_that_can_never_hold_are_not_checked():
    checked = lowered(lambda xs, ws: (ws[0] ** 0.5).log(), 0, 1)
    assert [item.operation for item in kinds(checked.forward, Guard)] == ["pow", "log"]
    assert not kinds(lowered(lambda xs, ws: (ws[0] ** 2).exp(), 0, 1).forward, Guard)


def test_scopes_are_headings_of_both_passes():
    def build(xs, ws):
        with engine.scope("hidden"):
            z = ws[0] * xs[0]
        with engine.scope("output"):
            return z.tanh()

    program = lowered(build, 1, 1)
    assert kinds(program.forward, Comment) == [Comment("hidden"), Comment("output")]
    assert kinds(program.backward, Comment) == [
        Comment("backward: output"),
        Comment("backward: hidden"),
    ]


def test_many_leaves_have_no_names_of_their_own():
    for count, stored in ((MOST_NAMES, False), (MOST_NAMES + 1, True)):
        program = lowered(lambda xs, ws: ws[0] * xs[0], count, 1)
        assert {leaf.stored for leaf in program.inputs} == {stored}
