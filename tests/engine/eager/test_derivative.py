"""Derivatives as graphs: the same numbers as `backward`, and derivatives of their own."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import engine
from engine import Parameter, Value, gradient, hessian, jacobian
from engine.explaining.check import check_gradients
from tests.engine.sampling import graphs


@given(nodes=graphs())
def test_the_gradient_is_that_of_backward_for_leaves_and_for_inner_nodes(nodes):
    found = [derivative.data for derivative in gradient(nodes[-1], nodes)]
    nodes[-1].backward()
    assert found == pytest.approx([node.grad for node in nodes], rel=1e-9, abs=1e-12)


@given(nodes=graphs(), data=st.data())
def test_nothing_is_written_to_any_node(nodes, data):
    data.draw(st.sampled_from(nodes)).backward()
    before = [(node.data, node.grad, node.args, node.partials) for node in nodes]
    first = gradient(nodes[-1], nodes[:3])
    hessian(nodes[-1], nodes[:2])
    assert [(node.data, node.grad, node.args, node.partials) for node in nodes] == before
    assert all(x is node or x.grad == 0.0 for x in first for node in nodes if x not in nodes)


@given(nodes=graphs(size=4))
def test_second_derivatives_are_symmetric(nodes):
    found = hessian(nodes[-1], nodes[:3])
    for i in range(3):
        for j in range(i):
            assert found[i][j].data == pytest.approx(found[j][i].data, rel=1e-7, abs=1e-9)


@given(nodes=graphs(size=4))
def test_second_derivatives_are_the_gradients_of_gradients(nodes):
    first = gradient(nodes[-1], nodes[:3])
    found = hessian(nodes[-1], nodes[:3])
    for row, derivative in zip(found, first):
        for x in nodes[:3]:
            x.grad = 0.0
        derivative.backward()
        if derivative not in nodes[:3]:
            grads = [x.grad for x in nodes[:3]]
            assert [entry.data for entry in row] == pytest.approx(grads, rel=1e-9, abs=1e-12)


def test_one_x_gives_one_derivative_and_a_sequence_a_list():
    """karpathy/micrograd #3, #8: higher order."""
    x, y = Value(3.0), Value(5.0)
    z = x * x * y
    assert gradient(z, x).data == 30.0
    assert [d.data for d in gradient(z, [x])] == [30.0]
    assert [d.data for d in gradient(z, (y, x, y))] == [9.0, 30.0, 9.0]
    assert gradient(z, []) == []


@pytest.mark.parametrize(
    ("f", "derivatives"),
    [
        (lambda x: x**3, [12.0, 12.0, 6.0, 0.0, 0.0]),
        (lambda x: x * x * x, [12.0, 12.0, 6.0, 0.0, 0.0]),
        (lambda x: x.exp(), [math.exp(2)] * 5),
        (lambda x: x.sin(), [math.cos(2), -math.sin(2), -math.cos(2), math.sin(2)]),
        (lambda x: x.log(), [1 / 2, -1 / 4, 2 / 8, -6 / 16, 24 / 32]),
        (lambda x: 1 / x, [-1 / 4, 2 / 8, -6 / 16]),
        (lambda x: 2**x, [4 * math.log(2) ** n for n in (1, 2, 3)]),
        (lambda x: x.relu(), [1.0, 0.0, 0.0]),
        (lambda x: engine.logsumexp([x, -x]), [math.tanh(2), 1 / math.cosh(2) ** 2]),
        (lambda x: engine.maximum([x, x * 0.5]), [1.0, 0.0]),
        (lambda x: engine.huber(1.5, x), [0.5, 1.0, 0.0]),
    ],
)
def test_derivatives_of_any_order_are_those_of_the_textbook(f, derivatives):
    x = Value(2.0)
    y = f(x)
    for expected in derivatives:
        y = gradient(y, x)
        assert y.data == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_known_hessian_and_a_known_jacobian():
    a, b = Value(2.0), Value(3.0)
    found = hessian(a**3 * b + b.exp(), [a, b])
    assert [[x.data for x in row] for row in found] == [[36.0, 12.0], [12.0, math.exp(3)]]
    ys = [a * b, a / b, b * 2, Value(1.0)]
    assert [[x.data for x in row] for row in jacobian(ys, [a, b])] == [
        [3.0, 2.0],
        [1 / 3, pytest.approx(-2 / 9)],
        [0.0, 2.0],
        [0.0, 0.0],
    ]


def test_what_the_output_does_not_depend_on_has_the_derivative_zero():
    x, other = Value(2.0), Value(3.0)
    beside = x * other
    y = x.exp()
    found = gradient(y, [other, beside, x])
    assert [d.data for d in found] == [0.0, 0.0, y.data]
    assert gradient(found[0], x).data == 0.0


def test_a_value_is_its_own_derivative_of_one():
    x = Value(2.0)
    y = x.sin()
    assert gradient(x, x).data == gradient(y, y).data == 1.0


def test_an_inner_node_is_an_x_like_any_other():
    x = Value(2.0)
    h = x * x
    y = h * h * x
    assert gradient(y, [h, x])[0].data == 2 * 4 * 2
    assert hessian(y, [h])[0][0].data == 2 * 2
    # With respect to both, each path counts only for what it leads to.
    assert gradient(y, [h, x])[1].data == 5 * 2**4


def test_parameters_are_x_like_any_other():
    w = Parameter(3.0)
    assert gradient(w * w, w).data == 6.0


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * x,
        lambda x: x**3,
        lambda x: 1 / x,
        lambda x: x.sin() * 2,
        lambda x: engine.dot([x, 1.0], [x, 2.0], x),
        lambda x: engine.squared_error(1.0, x),
        lambda x: engine.logsumexp([x, 0.0]),
    ],
)
def test_a_graph_that_is_out_of_date_is_refused(f):
    x = Value(2.0, label="x")
    y = f(x)
    gradient(y, x)
    x.data = 5.0
    with pytest.raises(ValueError, match=r"^the graph is out of date: .*compute the output again$"):
        gradient(y, x)
    assert gradient(f(x), x).data != 0


def test_the_refusal_names_the_leaf_and_both_numbers():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = x * w
    w.data = 7.0
    for refused in (lambda: gradient(y, x), lambda: hessian(y, [x]), lambda: jacobian([y], [x])):
        with pytest.raises(ValueError, match=r"mul gave 6, and is 14 now that w is 7, so the leaf"):
            refused()


@given(nodes=graphs(size=5), new=st.floats(2, 3))
def test_a_changed_leaf_never_gives_a_mixture_of_old_and_new_numbers(nodes, new):
    old = [d.data for d in gradient(nodes[-1], nodes[:3])]
    nodes[0].data = new
    try:
        found = [d.data for d in gradient(nodes[-1], nodes[:3])]
    except ValueError:
        return
    assert found == pytest.approx(old, rel=1e-9, abs=1e-12)


@given(a=st.floats(-2, 2), b=st.floats(0.5, 2))
def test_derivatives_of_derivatives_agree_with_central_differences(a, b):
    def slope(x, y):
        return gradient((x * y).tanh() / y + x.sigmoid() ** 2, x)

    assert check_gradients(slope, a, b, order=2, tolerance=1e-5)


@given(a=st.floats(-2, 2), b=st.floats(-2, 2))
def test_a_penalty_on_a_gradient_can_be_trained(a, b):
    """The gradient is part of the loss here, so backward goes through the gradient."""
    assume(abs(a) > 0.1)
    w, x = Value(a), Value(b)
    loss = gradient((w * x).sin(), x) ** 2
    loss.backward()
    cosine, sine = math.cos(a * b), math.sin(a * b)
    exact = 2 * (a * cosine) * (cosine - a * sine * b)
    assert w.grad == pytest.approx(exact, rel=1e-9, abs=1e-12)


def test_derivatives_of_a_value_made_without_recording_are_zero():
    x = Value(2.0)
    with engine.no_grad():
        y = x * x
    assert gradient(y, x).data == 0.0
