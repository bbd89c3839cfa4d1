"""What a program is made of: what varies, what is trained, and when two graphs are the same."""

import pytest

import engine
from engine import Parameter, Value
from engine.programs.recording import Recording
from tests.engine.programs.shared import leaves


def test_only_what_hangs_on_an_input_or_a_parameter_is_computed():
    x, k, w = leaves()
    constant = (k * 3).exp()
    early = x.sin()
    deferred = early * w + constant
    recording = Recording([deferred], [x], [w])
    assert recording.nodes == [early, deferred.args[0], deferred]
    assert recording.active == {w, deferred.args[0], deferred}
    assert recording.unused == []


def test_leaves_that_no_output_reaches_are_unused():
    x, y, w = leaves()
    spare = Parameter(3.0)
    assert Recording([w * x], [y, x], [spare, w]).unused == [y, spare]


def key(build, numbers=(1.0, 2.0, 0.5), inputs=2):
    x, y, w = map(Value, numbers)
    return Recording([build(x, y, w)], [x, y][:inputs], [w]).key()


def test_equal_structures_have_equal_keys():
    assert key(lambda x, y, w: (w * x - y) ** 2) == key(lambda a, b, c: (c * a - b) ** 2)
    assert key(lambda x, y, w: w * x - y, (9.0, 8.0, 7.0)) == key(lambda x, y, w: w * x - y)
    # y is an input here, and so its number is of no importance.
    assert key(lambda x, y, w: w * y, (1.0, 3.0, 2.0)) == key(lambda x, y, w: w * y)


def test_different_structures_have_different_keys():
    keys = [
        key(lambda x, y, w: w * x - y),
        key(lambda x, y, w: w * y - x),
        key(lambda x, y, w: x * w - y),
        key(lambda x, y, w: w * x + y),
        key(lambda x, y, w: w * x - y, inputs=1),
        key(lambda x, y, w: w * x - y, (1.0, 3.0, 0.5), inputs=1),
        # The first leaf has place 1, the first node place 4.
        key(lambda x, y, w: w * 1.0 - y),
        key(lambda x, y, w: w * x - 4.0),
        key(lambda x, y, w: w * 0.0 - y),
        key(lambda x, y, w: w * -0.0 - y),
        key(lambda x, y, w: w**2.0 - y),
        key(lambda x, y, w: w**3.0 - y),
        key(lambda x, y, w: engine.dot([w, x], [y, y])),
        key(lambda x, y, w: engine.dot([w, x], [y, y], y)),
        key(lambda x, y, w: engine.sum([w, x, y, y])),
        key(lambda x, y, w: engine.mean([w, x, y, y])),
        key(lambda x, y, w: (w * x) * (w * x)),
        key(lambda x, y, w: _square(w * x)),
    ]
    assert len(set(keys)) == len(keys)


def _square(z):
    return z * z


def test_a_constant_output_counts_by_its_number():
    def of(number):
        x, k = Value(1.0), Value(number)
        return Recording([x * 2, k * 2], [x], []).key()

    assert of(3.0) == of(3.0) != of(4.0)


def test_constants_are_as_they_are_now():
    x, k, w = leaves()
    inner = k * 3
    y = k * w * x + inner * w
    k.data = 5.0
    recording = Recording([y, inner, k], [x], [w])
    assert (recording.number(k), recording.number(inner), recording.number(1.5)) == (5.0, 15.0, 1.5)
    k.data = 7.0  # too deferred
    assert recording.numbers == {k: 5.0, inner: 15.0}


def test_programs_of_changed_constants_have_other_keys():
    x, k, w = leaves()
    y = w * x + k.exp()
    before = Recording([y], [x], [w]).key()
    assert Recording([y], [x], [w]).key() == before
    k.data = 3.0
    assert Recording([y], [x], [w]).key() != before


def test_constants_for_which_an_operation_is_undefined_are_named():
    x, k, w = leaves()
    k.label = "k"
    y = w * x + k.log()
    k.data = -1.0
    with pytest.raises(ValueError, match=r"^compile: log is undefined where a <= 0; given: a = -1"):
        Recording([y], [x], [w])
