"""What training keeps between epochs is copied from the nodes, and back only when asked."""

from engine import Parameter, Value
from engine.programs.recording import Recording
from engine.programs.run.rows import Rows
from engine.programs.run.session import Session
from nn import SGD


def test_numbers_go_back_to_the_nodes_only_when_saved():
    x, v, w = Value(1.0), Parameter(2.0), Parameter(3.0)
    optimizer = SGD([v, w], momentum=0.9)
    optimizer.state["velocity"][:] = 5.0, 6.0
    optimizer.steps = 7
    session = Session(Recording([v * x + w], [x], [v, w]), optimizer, Rows([[1.0]], "x"))
    assert (session.parameters.tolist(), session.state.tolist()) == ([2.0, 3.0], [5.0, 6.0])
    kept = session.copy()
    place = session.parameters.buffer_info()
    session.parameters[0], session.state[1], session.steps = 20.0, 60.0, 8
    assert (v.data, optimizer.state["velocity"][1], optimizer.steps) == (2.0, 6.0, 7)
    session.save()
    assert (v.data, w.data) == (20.0, 3.0)
    assert (optimizer.state["velocity"], optimizer.steps) == ([5.0, 60.0], 8)
    session.restore(kept)
    assert (session.parameters.tolist(), session.state.tolist()) == ([2.0, 3.0], [5.0, 6.0])
    assert session.steps == 7
    assert session.parameters.buffer_info() == place
