"""Files are written whole or not at all."""

import os
import stat

import pytest

from engine.files import write_whole


def test_text_is_written_as_utf_8_and_bytes_as_they_are(tmp_path):
    write_whole(tmp_path / "a", "∂L/∂ŷ\n")
    assert (tmp_path / "a").read_bytes() == "∂L/∂ŷ\n".encode()
    write_whole(str(tmp_path / "b"), b"\x00\r\n")
    assert (tmp_path / "b").read_bytes() == b"\x00\r\n"


def test_an_existing_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "file"
    path.write_text("a longer text than the new one")
    path.chmod(0o640)
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    write_whole(tmp_path / "ours", "x")
    (tmp_path / "theirs").write_text("x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


def test_who_reads_meanwhile_sees_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with path.open() as reader:
        write_whole(path, "new")
        assert reader.read() == "old"


@pytest.mark.parametrize("place", ["missing/file", "folder"])
def test_a_failure_names_the_path_and_leaves_no_trace(tmp_path, place):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="cannot write: ") as caught:
        write_whole(tmp_path / place, "text")
    assert caught.value.filename == str(tmp_path / place)
    assert os.listdir(tmp_path) == ["folder"]
    assert os.listdir(tmp_path / "folder") == []


def test_an_interruption_leaves_the_old_file_and_no_trace(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]
