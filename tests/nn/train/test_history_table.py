"""What happened in training as a table: a DataFrame, or CSV without pandas."""

import csv
import sys

import pytest

from nn import History

HISTORY = History([4.0, 0.1 + 0.2, 1e-9], validation_losses=[3.0, 2.5])


def test_a_row_for_every_epoch_with_all_digits(tmp_path):
    path = tmp_path / "history.csv"
    assert HISTORY.to_csv(path) is None
    rows = list(csv.reader(path.read_text().splitlines()))
    assert rows == [
        ["epoch", "loss", "validation_loss"],
        ["1", "4.0", "3.0"],
        ["2", "0.30000000000000004", "2.5"],
        ["3", "1e-09", "nan"],
    ]
    assert History([2.0]).to_csv() == "epoch,loss\n1,2.0\n"
    with pytest.raises(OSError, match=r"missing"):
        HISTORY.to_csv(tmp_path / "missing" / "history.csv")


def test_a_data_frame_has_the_epochs_as_its_index():
    pandas = pytest.importorskip("pandas")
    frame = HISTORY.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert (list(frame.index), list(frame.columns)) == ([1, 2, 3], ["loss", "validation_loss"])
    assert list(frame["loss"]) == HISTORY.losses


def test_without_pandas_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"needs pandas, .*: python -m pip install pandas$"):
        HISTORY.to_dataframe()
