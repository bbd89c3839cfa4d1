"""Writing files whole or not at all.

New content is written beside the old file and renamed over it, so that a process that is killed at
any moment leaves the old file as it was. What it leaves beside it is removed by the next writing in
that folder: whoever writes holds a lock on its own unfinished file.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

# Of the same length whatever the name of the file, which may be as long as the system allows.
_PREFIX, _SUFFIX = ".chaingrad-", ".unfinished"
# How long a pipe is waited for that nobody reads from yet, and how often it is tried, in seconds.
_PATIENCE, _PAUSE = 1.0, 0.01


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Puts `content` at `path` in one step: readers see the old file or the new one, never a part.

    Text is written as UTF-8. A symbolic link stays, and what it leads to is written; so do pipes
    and devices, which take the content as it comes. An existing file keeps its permissions. Raises
    OSError, naming `path`, and leaves no trace when it fails.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target = _replaceable(Path(path))
        if target is None:
            _write_through(path, data)
        else:
            _remove_unfinished(target.parent)
            _replace(target, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(error.errno, f"cannot write: {reason}", os.fspath(path)) from None


def _replaceable(path: Path) -> Path | None:
    """The file to replace, behind all links; None for what must be written to as it is."""
    try:
        status = path.stat()
    except FileNotFoundError:
        status = None
    if status is not None and not stat.S_ISREG(status.st_mode):
        return None
    if status is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is write-protected")
    link = path
    while link.is_symlink():
        # /dev/stdout leads there: an open file of a process, whatever its name has become.
        if os.path.realpath(link.parent).startswith("/proc/"):
            return None
        link = link.parent / os.readlink(link)
    return Path(os.path.realpath(path))


def _replace(target: Path, data: bytes) -> None:
    """Writes a file beside the target and renames it: within a folder a rename is atomic."""
    old = target.stat() if target.exists() else None
    # The system takes off what the umask forbids; nothing is readable that the old file hid.
    mode = 0o666 if old is None else stat.S_IMODE(old.st_mode)
    temporary, file = _unfinished(target.parent, mode)
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if old is not None:
                os.chmod(temporary, mode)
            if fcntl is not None:
                os.replace(temporary, target)
        if fcntl is None:
            os.replace(temporary, target)  # Windows renames no file that is open
    finally:
        temporary.unlink(missing_ok=True)


def _unfinished(folder: Path, mode: int) -> tuple[Path, BinaryIO]:
    """A new file to write to, locked for as long as it is open."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        path = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
        file = os.fdopen(os.open(path, flags, mode), "wb")
        if fcntl is None:
            return path, file
        fcntl.flock(file, fcntl.LOCK_EX)
        # Another writer may have taken it for one that was left, before it was locked.
        if path.exists():
            return path, file
        file.close()


def _write_through(path: str | os.PathLike[str], data: bytes) -> None:
    """Writes to a pipe or a device; a folder, or a pipe without a reader, is an OSError."""
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            descriptor = os.open(path, flags)
            break
        except OSError as error:
            # A pipe that nobody reads from would otherwise be waited for without end.
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > end:
                raise OSError(errno.ENXIO, "nobody reads from it") from None
            time.sleep(_PAUSE)
    with os.fdopen(descriptor, "wb") as file:
        if hasattr(os, "O_NONBLOCK"):
            os.set_blocking(file.fileno(), True)
        file.write(data)


def _remove_unfinished(folder: Path) -> None:
    """Removes what writers left that were killed; a writer at work has its file locked."""
    try:
        names = os.listdir(folder)
    except OSError:
        return  # writing there will say why
    for name in names:
        if not (name.startswith(_PREFIX) and name.endswith(_SUFFIX)):
            continue
        left = folder / name
        try:
            with open(left, "rb") as file:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink(missing_ok=True)
        except OSError:
            pass  # locked, gone already, or of somebody else: none of it is in the way
