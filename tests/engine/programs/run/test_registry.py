"""Backends by name: which there are, which "auto" takes, and that each is made once."""

import pickle

import pytest

import engine
from engine import Parameter, Value
from engine.programs.recording import Recording
from engine.programs.run import llvm_host, registry
from engine.programs.run.registry import WORTH_COMPILING, Backends, check_backend


@pytest.fixture
def recording():
    x, w = Value(1.0, "x"), Parameter(2.0, "w")
    return Recording([w * x], [x], [w])


def test_a_name_must_be_known_and_installed(monkeypatch):
    assert registry.BACKENDS == ("auto", "llvm", "python")
    with pytest.raises(ValueError, match="unknown backend 'c'; known: auto, llvm, python"):
        check_backend("c")
    monkeypatch.setattr(llvm_host, "is_available", lambda: False)
    check_backend("auto")
    with pytest.raises(ImportError, match="needs llvmlite"):
        check_backend("llvm")


def test_auto_takes_llvm_from_a_number_of_operations_on(recording, monkeypatch):
    monkeypatch.setattr(llvm_host, "is_available", lambda: True)
    backends = Backends("auto", recording, None)
    # A product has two operands.
    assert backends.operations == 2
    assert backends.of(WORTH_COMPILING // 2 - 1).name == "python"
    assert backends.of(WORTH_COMPILING // 2).name == "llvm"
    monkeypatch.setattr(llvm_host, "is_available", lambda: False)
    assert backends.of(WORTH_COMPILING).name == "python"


def test_auto_takes_llvm_for_one_row_of_a_large_graph(monkeypatch):
    monkeypatch.setattr(llvm_host, "is_available", lambda: True)
    monkeypatch.setattr(registry, "WORTH_COMPILING", 4 * 9)
    x = Value(1.0)
    for terms, name in ((8, "python"), (9, "llvm")):
        assert (
            Backends("auto", Recording([engine.sum([x] * terms)], [x], []), None).of(1).name == name
        )


def test_each_is_made_once_and_left_out_of_a_copy(recording):
    backends = Backends("python", recording, None)
    assert backends.of(1) is backends.of(WORTH_COMPILING)
    assert [*backends.made] == ["python"]
    assert pickle.loads(pickle.dumps(backends)).made == {}
