"""`Module.save` writes whole files or none; what `load` refuses: `test_module_files_damaged.py`."""

import errno
import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import MLP, Layer, Module, Neuron, Sequential
from nn.models.architecture import architecture
from tests.nn.models.files import FORMAT, LAYERS, saved_text
from tests.nn.shared import PARAMETERS, network


@given(row=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=9, max_size=9))
def test_a_file_goes_round_bit_for_bit(tmp_path_factory, row):
    path = tmp_path_factory.mktemp("saved") / "model.json"
    model, loaded = network(), MLP(2, [2, 1], "linear", seed=0)
    model.load_state_dict(dict(zip(PARAMETERS, row)))
    model.save(path)
    loaded.load(path)
    assert [number.hex() for number in loaded.state_dict().values()] == [x.hex() for x in row]


def test_the_file_is_json_with_the_names_of_the_lesson(path):
    network().save(path)
    expected = {"format": FORMAT, "architecture": LAYERS, "parameters": PARAMETERS}
    assert json.loads(path.read_text()) == expected
    assert os.listdir(path.parent) == ["model.json"]


def test_a_text_is_a_path_as_well(path):
    network().save(str(path))
    model = MLP(2, [2, 1], "linear", init="ones")
    model.load(str(path))
    assert model.state_dict() == PARAMETERS


def test_whole_numbers_and_other_names_in_the_file_are_read(path):
    path.write_text(saved_text(w111=3).replace('"format"', '"comment": "by hand", "format"'))
    model = network()
    model.load(path)
    assert model.state_dict() == {**PARAMETERS, "w111": 3.0}


def test_a_mark_at_the_beginning_is_not_part_of_the_file(path):
    path.write_text(saved_text(w111=3.0), encoding="utf-8-sig")
    model = network()
    model.load(path)
    assert model.state_dict() == {**PARAMETERS, "w111": 3.0}


# Saving where it cannot be done.


@pytest.mark.parametrize(
    ("call", "there"),
    [("replace", False), ("fsync", False), ("replace", True), ("fsync", True), ("chmod", True)],
)
@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr
)
def test_a_save_that_fails_leaves_everything_as_it_was(path, monkeypatch, call, there, failure):
    if there:
        path.write_text("precious")

    def fail(*args, **kwargs):
        raise failure

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(type(failure)) as caught:
        network().save(path)
    monkeypatch.undo()
    if isinstance(failure, OSError):
        assert str(path) in str(caught.value)
        assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))
    assert os.listdir(path.parent) == ["model.json"] * there
    assert not there or path.read_text() == "precious"


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("missing/model.json", FileNotFoundError),
        ("file/model.json", NotADirectoryError),
        ("folder", IsADirectoryError),
    ],
)
def test_a_path_that_cannot_be_written_is_an_os_error_with_the_path(tmp_path, place, kind):
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder").mkdir()
    with pytest.raises(kind, match=re.escape(str(tmp_path / place))):
        network().save(tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert os.listdir(tmp_path / "folder") == []
    assert (tmp_path / "file").read_text() == "precious"


def test_a_folder_without_permission_is_an_os_error_with_the_path(path, monkeypatch):
    """By a stand-in for the system call, because permissions do not bind every user."""

    def denied(name, flags, *args, **kwargs):
        if flags & os.O_CREAT and str(name).startswith(str(path.parent)):
            raise PermissionError(errno.EACCES, "Permission denied", name)
        return really_open(name, flags, *args, **kwargs)

    really_open = os.open
    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(PermissionError, match=re.escape(f"Permission denied: '{path}'")):
        network().save(path)
    monkeypatch.undo()
    assert os.listdir(path.parent) == []


def test_a_model_that_could_not_be_loaded_again_is_not_saved(path):
    """A parameter that is nan makes a file that `load` refuses: better to be told now."""
    path.write_text("precious")
    model = network()
    model.parameters()[0].data = float("nan")
    with pytest.raises(ValueError, match="w111"):
        model.save(path)
    assert path.read_text() == "precious"


def test_saving_over_a_file_replaces_it(path):
    path.write_text("x" * 100_000)
    network().save(path)
    model = MLP(2, [2, 1], "linear")
    model.load(path)
    assert model.state_dict() == PARAMETERS
    assert os.listdir(path.parent) == ["model.json"]


# What a file is of: places, not labels, and the same layers.


def test_labels_play_no_part_in_a_file(path):
    """A second Sequential of the same layers labels them anew."""
    first, second = Layer(2, 2, "tanh", seed=1), Layer(2, 2, "tanh", seed=2)
    net = Sequential(first, second)
    expected = net.predict([[0.5, -0.3]])
    net.save(path)
    state = net.state_dict()
    Sequential(second, first)
    assert net.state_dict() == state
    net.parameters()[0].label = net.parameters()[1].label = "the same"
    net.load(path)
    assert net.predict([[0.5, -0.3]]) == expected
    net.load_state_dict(state)
    assert net.predict([[0.5, -0.3]]) == expected


class Pair(Module):
    """Two parts under the names that it is given."""

    def __init__(self, **parts):
        vars(self).update(parts)


def layers(*kinds):
    return Sequential(*(Layer(2, 2, kind) for kind in kinds))


@pytest.mark.parametrize(
    ("saved", "loading", "words"),
    [
        (
            layers("tanh", "tanh"),
            layers("tanh", "relu"),
            "layers.1.activation is 'tanh' in the file, here it is 'relu'",
        ),
        (
            Sequential(Layer(2, 2), Neuron(2, "tanh")),
            Sequential(Layer(2, 2), Neuron(2, "sigmoid")),
            "layers.1.activation is 'tanh'",
        ),
        (Sequential(Layer(2, 2), sum), Sequential(Layer(2, 2), max), "layers.1.function is 'sum'"),
        (Pair(a=Layer(1, 1, "elu")), Pair(a=Layer(1, 1, "gelu")), "a.activation is 'elu'"),
        (Pair(a=[Layer(1, 1, "elu")]), Pair(a=[Layer(1, 1, "gelu")]), "a.0.activation is 'elu'"),
    ],
    ids=range(5),
)
def test_a_file_of_other_activations_is_refused(path, saved, loading, words):
    saved.save(path)
    before = loading.state_dict()
    with pytest.raises(ValueError, match=re.escape(f"{path}: the file is that of another model: ")):
        loading.load(path)
    with pytest.raises(ValueError, match=re.escape(words)):
        loading.load(path)
    assert loading.state_dict() == before
    saved.load(path)


def test_layers_that_are_used_twice_must_be_the_same_ones(path):
    first, second = Layer(2, 2), Layer(2, 2)
    Sequential(first, second, first).save(path)
    with pytest.raises(ValueError, match=r"layers\.2\.same as is 'layers\.0' in the file"):
        Sequential(first, second, second).load(path)


def test_neurons_of_several_kinds_are_written_one_by_one():
    layer = Layer(2, 2, "tanh")
    layer.neurons[1].activation = "relu"
    assert architecture(layer)["activation"] == ["tanh", "relu"]
    assert architecture(network()) == LAYERS
