"""Files are written whole or not at all."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from engine.base import files
from engine.base.files import write_whole


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


# Links, pipes and devices.


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / "real").write_text("old")
    (tmp_path / "first").symlink_to("drive/real")
    (tmp_path / "second").symlink_to(tmp_path / "first")
    write_whole(tmp_path / "second", "new")
    assert (tmp_path / "second").is_symlink()
    assert (tmp_path / "first").is_symlink()
    assert (tmp_path / "drive" / "real").read_text() == "new"
    assert os.listdir(tmp_path / "drive") == ["real"]


def test_a_link_that_leads_to_nothing_makes_the_file_there(tmp_path):
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_links_in_a_circle_are_an_error(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="cannot write: "):
        write_whole(tmp_path / "a", "new")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, "new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_that_nobody_reads_from_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_PATIENCE", 0.02)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="nobody reads from it") as caught:
        write_whole(pipe, "new")
    assert caught.value.filename == str(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no devices with names here")
def test_devices_are_written_to(tmp_path):
    (tmp_path / "null").symlink_to("/dev/null")
    write_whole(tmp_path / "null", "new")
    assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)
    with pytest.raises(OSError, match="No space left on device"):
        write_whole("/dev/full", "new")


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")
@pytest.mark.parametrize("target", ["file", "pipe"])
def test_the_standard_output_is_written_to_wherever_it_leads(tmp_path, target):
    code = "from engine.base.files import write_whole; write_whole('/dev/stdout', 'new')"
    with open(tmp_path / "out", "w") as out:
        run = subprocess.run(
            [sys.executable, "-c", code],
            stdout=out if target == "file" else subprocess.PIPE,
            check=True,
        )
    found = run.stdout if target == "pipe" else (tmp_path / "out").read_bytes()
    assert found == b"new"
    assert os.listdir(tmp_path) == ["out"]


# Permissions, interruptions, names.


def test_no_moment_has_another_umask_or_shows_what_was_hidden(tmp_path, monkeypatch):
    def forbidden(mask):
        raise AssertionError("the umask is that of all threads")

    modes = []
    really_fsync = os.fsync

    def noting(descriptor):
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        really_fsync(descriptor)

    monkeypatch.setattr(os, "umask", forbidden)
    monkeypatch.setattr(os, "fsync", noting)
    path = tmp_path / "secret"
    path.touch(0o600)
    path.chmod(0o600)
    write_whole(path, "new")
    assert modes == [0o600]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="binds no superuser")
def test_a_file_that_is_write_protected_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="write-protected"):
        write_whole(path, "new")
    assert path.read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
def test_what_is_left_of_a_process_that_was_killed_goes_with_the_next_writing(tmp_path, call):
    path = tmp_path / "file"
    path.write_text("old")
    code = (
        "import os, signal, sys; from engine.base.files import write_whole\n"
        f"os.{call} = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_whole(sys.argv[1], 'x' * 100_000)"
    )
    run = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert len(os.listdir(tmp_path)) == 2
    write_whole(tmp_path / "another", "new")
    assert sorted(os.listdir(tmp_path)) == ["another", "file"]


def test_a_writing_that_is_at_work_is_left_alone(tmp_path, monkeypatch):
    really_fsync = os.fsync
    calls = []

    def another_first(descriptor):
        if not calls:
            calls.append(descriptor)
            write_whole(tmp_path / "second", "2")
        really_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", another_first)
    write_whole(tmp_path / "first", "1")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"first": "1", "second": "2"}


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / ("n" * 255)
    write_whole(path, "new")
    assert path.read_text() == "new"
