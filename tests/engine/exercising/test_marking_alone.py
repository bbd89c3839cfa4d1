"""A gradient that is handed in without the steps before it."""

from engine import Parameter, Value, exercise, sigmoid, topological_order


def test_a_factor_that_is_missing_somewhere_in_the_chain_is_named():
    x, w, v = Value(2.0, label="x"), Parameter(1.0, label="w"), Parameter(3.0, label="v")
    y = sigmoid(v * sigmoid(w * x))
    y.label = "y"
    kinds = []
    for seed in range(8):
        sheet = exercise(y, seed=seed)
        (blank,) = [blank for blank in sheet.blanks if blank.name == "∂y/∂w"]
        factor = next(node.data for node in topological_order(sheet.y) if node.label == "v")
        if abs(factor) not in (1.0, 2.0):
            kinds.append(sheet.grade({blank.name: blank.value / factor})[blank.name].kind)
    assert len(kinds) >= 4
    assert set(kinds) == {"factor missing"}
