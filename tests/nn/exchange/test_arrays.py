"""Parameters as arrays by PyTorch's names, and files of them."""

import sys

import pytest

import nn.exchange.arrays
from engine import Parameter
from nn import MLP, Layer, Module, Sequential, load_arrays, save_arrays, to_arrays

numpy = pytest.importorskip("numpy", reason="arrays need NumPy")


class Line(Module):
    def __init__(self):
        self.slope, self.offset = Parameter(2.0), Parameter(1.0)


def model():
    return MLP(2, [3, 1], "tanh", seed=1)


def test_a_matrix_has_a_row_for_each_neuron():
    arrays = to_arrays(model())
    state = model().state_dict()
    assert {name: array.shape for name, array in arrays.items()} == {
        "0.weight": (3, 2), "0.bias": (3,), "2.weight": (1, 3), "2.bias": (1,),
    }  # fmt: skip
    assert arrays["0.weight"][2].tolist() == [state["w113"], state["w123"]]
    assert arrays["0.weight"].dtype == "float64"


def test_other_modules_have_an_array_for_each_parameter():
    line = Line()
    assert {name: (a.shape, float(a)) for name, a in to_arrays(line).items()} == {
        "slope": ((), 2.0), "offset": ((), 1.0),
    }  # fmt: skip
    load_arrays(line, {"slope": 5, "offset": numpy.float32(0.5)})
    assert line.state_dict() == {"slope": 5.0, "offset": 0.5}


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("made", [model, Line])
def test_what_a_file_holds_comes_back_exactly(suffix, made, tmp_path):
    pytest.importorskip("safetensors", reason="that format needs the package safetensors")
    path = tmp_path / f"model{suffix}"
    save_arrays(made(), path)
    other = made()
    for parameter in other.parameters():
        parameter.data = 0.0
    load_arrays(other, path)
    assert other.state_dict() == made().state_dict()


def test_the_packages_themselves_read_the_files(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy", reason="needs safetensors")
    save_arrays(model(), tmp_path / "a.npz")
    save_arrays(model(), tmp_path / "a.safetensors")
    written = safetensors.load_file(tmp_path / "a.safetensors")
    with numpy.load(tmp_path / "a.npz") as archive:
        for name, array in to_arrays(model()).items():
            assert (archive[name] == array).all()
            assert (written[name] == array).all()


def test_plain_numbers_take_theirs_over():
    layers = Sequential(Layer(2, 1, "relu", seed=1))
    neuron = layers.layers[0].neurons[0]
    neuron.weights[1], neuron.bias = 7.0, 0.0
    assert [*to_arrays(layers)] == ["0.weight"]
    load_arrays(layers, {"0.weight": [[1, 2]]})
    assert (neuron.weights[0].data, neuron.weights[1], neuron.bias) == (1.0, 2.0, 0.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"0.bias": None}, "there are 3, this model has 4; missing: 0.bias"),
        ({"4.weight": [1.0]}, "unknown: 4.weight"),
        ({"2.bias": [1.0, 2.0]}, r"2.bias has the shape \(2,\); in this model it is \(1,\)"),
        ({"0.weight": [[1.0], [2.0, 3.0], [4.0]]}, "rows of different lengths"),
        ({"2.weight": [[1.0, float("nan"), 2.0]]}, r"nan for 2.weight\[1\]"),
        ({"2.bias": ["one"]}, "'one' for 2.bias"),
    ],
)
def test_arrays_that_do_not_fit_change_nothing(change, said):
    arrays = {name: array.tolist() for name, array in to_arrays(model()).items()} | change
    unchanged = model()
    with pytest.raises(ValueError, match=said):
        load_arrays(unchanged, {name: array for name, array in arrays.items() if array is not None})
    assert unchanged.state_dict() == model().state_dict()


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_damaged_file_is_told_with_its_path(suffix, tmp_path):
    pytest.importorskip("safetensors", reason="that format needs the package safetensors")
    path = tmp_path / f"model{suffix}"
    save_arrays(model(), path)
    whole = path.read_bytes()
    for damaged in (b"", whole[:40], whole[:-30], b"not a file of arrays"):
        path.write_bytes(damaged)
        unchanged = model()
        with pytest.raises(ValueError, match="model") as caught:
            load_arrays(unchanged, path)
        assert str(caught.value).startswith(f"{path}: it is not a whole {suffix} file")
        assert unchanged.state_dict() == model().state_dict()
    with pytest.raises(FileNotFoundError):
        load_arrays(model(), tmp_path / f"none{suffix}")


def test_other_suffixes_and_infinite_parameters_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.npz or \.safetensors"):
        save_arrays(model(), tmp_path / "model.pt")
    broken = model()
    broken.parameters()[0].data = float("inf")
    with pytest.raises(ValueError, match="a finite number is needed"):
        save_arrays(broken, tmp_path / "model.npz")
    assert [*tmp_path.iterdir()] == []
    with pytest.raises(TypeError, match="to_arrays takes a module, not 3"):
        to_arrays(3)


def test_a_missing_package_is_told_with_its_command(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(ImportError, match="save_arrays needs safetensors, which is not installed: "
                       "python -m pip install safetensors"):  # fmt: skip
        nn.exchange.arrays.save_arrays(model(), tmp_path / "model.safetensors")
