"""`Module.load` takes over whole files or nothing, and says what is wrong with a file."""

import json

import pytest

from nn import MLP
from tests.nn.models.files import FORMAT, saved_text
from tests.nn.shared import PARAMETERS, network


def refused(path, message, kind=ValueError):
    """Loading fails with the path and the message, and changes nothing."""
    model = network()
    with pytest.raises(kind, match=message) as caught:
        model.load(path)
    assert str(path) in str(caught.value)
    assert model.state_dict() == PARAMETERS


def test_a_file_that_was_cut_off_anywhere_is_refused(path):
    network().save(path)
    text = path.read_text().rstrip()
    for length in range(len(text)):
        path.write_text(text[:length])
        refused(path, "is not a whole JSON file")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe{}", b"\x80", b"w111 = 0.1", b"{]", b"[" * 100_000],
    ids=["empty", "utf-16", "not utf-8", "not json", "brackets", "deep"],
)
def test_a_file_that_is_not_json_is_refused(path, content):
    path.write_bytes(content)
    refused(path, "is not a whole JSON file")


@pytest.mark.parametrize(
    "content",
    [None, 3, "text", [], {}, PARAMETERS, {"format": "chaingrad parameters 2", "parameters": {}}],
    ids=repr,
)
def test_other_json_is_refused(path, content):
    path.write_text(json.dumps(content))
    refused(path, r"was not written by Module\.save \(format 'chaingrad parameters 1'\)$")


@pytest.mark.parametrize("parameters", [None, 3, [1.0] * 9, "text"], ids=repr)
def test_a_file_without_parameters_is_refused(path, parameters):
    path.write_text(json.dumps({"format": FORMAT, "parameters": parameters}))
    refused(path, "holds no parameters$")
    path.write_text(json.dumps({"format": FORMAT}))
    refused(path, "holds no parameters$")


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3, [2, 1]), "it holds 11 parameters, this model has 9; unknown: w131, w132$"),
        ((2, [1]), "it holds 3 parameters, this model has 9; missing: b12, b21, w112, w122, w211"),
        ((2, [2, 1, 1]), "it holds 11 parameters, this model has 9; unknown: b31, w311$"),
    ],
)
def test_a_file_of_another_shape_is_refused(path, shape, message):
    MLP(*shape).save(path)
    refused(path, message)


@pytest.mark.parametrize("name", ["w111", "b21"])
@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        '"0.1"',
        "true",
        "null",
        "[0.1]",
        "{}",
        "1" + "0" * 400,
    ],
    ids=lambda text: text[:9],
)
def test_a_file_with_what_is_not_a_finite_number_is_refused(path, name, text):
    path.write_text(saved_text(**{name: "HERE"}).replace('"HERE"', text))
    refused(path, f"for {name}; a finite number is needed$")


def test_a_file_that_is_not_there_is_an_os_error_with_its_path(path):
    refused(path, "No such file", FileNotFoundError)
    path.mkdir()
    refused(path, "directory", IsADirectoryError)


def test_a_number_that_is_there_twice_is_refused(path):
    path.write_text(saved_text().replace('"b11": ', '"w111": 7.0, "b11": '))
    refused(path, "'w111' is there more than once")


def test_a_file_without_an_architecture_is_refused(path):
    path.write_text(json.dumps({"format": FORMAT, "parameters": PARAMETERS}))
    refused(path, "holds no architecture$")
