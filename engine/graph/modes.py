"""How nodes are made at the moment: recorded or not, checked for anomalies, in which scope.

The state is a context variable, so that threads and async tasks never see each other's: a task
starts with what was open where it was made. Whatever is open may be left in any order, as two
generators do that are closed in the order in which they were started.
"""

from __future__ import annotations

from contextvars import ContextVar

from engine.base.numbers import given
from engine.graph.attributes import as_scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from typing import Any, TypeVar, overload

    F = TypeVar("F", bound=Callable[..., Any])


class Change:
    """One that a `with` block has made and not yet taken back; `name` is that of a scope."""

    __slots__ = ("kind", "left", "name", "token")

    def __init__(self, kind: str, name: str | None) -> None:
        self.kind = kind
        self.name = name
        # Whether the block was left in another context than the one it was entered in, such as
        # another thread. Nothing can be taken back from there; `settled` does it there.
        self.left = False
        self.token: Token[Mode | None] | None = None


class Mode:
    """What all open blocks together have changed; `changes` are theirs, outermost first."""

    __slots__ = ("anomaly", "changes", "recording", "scope")

    def __init__(self, changes: tuple[Change, ...]) -> None:
        kinds = [change.kind for change in changes]
        names = [change.name for change in changes if change.name is not None]
        self.changes = changes
        self.recording = "no_grad" not in kinds
        self.anomaly = "detect_anomaly" in kinds
        self.scope = " / ".join(names) if names else None


# None stands for the ordinary, so that an ordinary operation pays for one test only.
mode_variable: ContextVar[Mode | None] = ContextVar("mode", default=None)
current_mode = mode_variable.get


def _set(changes: tuple[Change, ...]) -> Mode | None:
    mode = Mode(changes) if changes else None
    mode_variable.set(mode)
    return mode


def _enter(kind: str, name: str | None) -> Change:
    change = Change(kind, name)
    mode = current_mode()
    if mode is None:
        # So that the variable is never emptied again: CPython may then go on with a mode that is
        # gone, if a collection begins meanwhile and what it frees looks at the variable.
        mode_variable.set(None)
    changes = () if mode is None else mode.changes
    change.token = mode_variable.set(Mode((*changes, change)))
    return change


def _entered_here(change: Change) -> bool:
    """Whether this is the context in which the block was entered, and no copy of it."""
    if change.token is None:
        return False
    try:
        # Only the context that made a token takes it back.
        mode_variable.reset(change.token)
    except ValueError:
        return False
    change.token = None
    return True


def _leave(change: Change) -> None:
    mode = current_mode()
    changes = () if mode is None else mode.changes
    change.left = not _entered_here(change)
    _set(tuple([other for other in changes if other is not change]))


def settled() -> Mode | None:
    """The current mode, without the blocks that were left from somewhere else."""
    mode = current_mode()
    if mode is None:
        return None
    for change in mode.changes:
        if change.left:
            break
    else:
        return mode
    gone = [change for change in mode.changes if change.left and _entered_here(change)]
    return _set(tuple([change for change in mode.changes if change not in gone]))


def current_scope() -> str | None:
    """Where a node that is made now belongs."""
    mode = settled()
    return None if mode is None else mode.scope


class Block:
    """A change of the mode: for a `with` block, or around every call of a function.

    A function may be a coroutine or a generator, asynchronous or not: the change holds while its
    body runs, and not for whoever waits for it or uses what it yields. One block can be entered
    many times, also within itself and from several threads.
    """

    def __init__(self, kind: str, name: str | None = None, doc: str | None = None) -> None:
        self._kind = kind
        self._name = name
        self._open: list[Change] = []
        self.__doc__ = doc

    def __enter__(self) -> None:
        self._open.append(_enter(self._kind, self._name))

    def __exit__(self, *error: object) -> None:
        # Of several that are open, one that this context sees, and of those the innermost.
        mode = current_mode()
        seen = () if mode is None else mode.changes
        change = next((c for c in reversed(self._open) if c in seen), self._open[-1])
        self._open.remove(change)
        _leave(change)

    if TYPE_CHECKING:

        @overload
        def __call__(self) -> Block: ...
        @overload
        def __call__(self, function: F, /) -> F: ...

    def __call__(self, *function: Any) -> Any:
        if not function:
            return Block(self._kind, self._name)
        from engine.graph.decorating import decorated

        if len(function) > 1:
            raise TypeError(f"{self!r} takes the function to decorate, not {len(function)} things")
        return decorated(function[0], self)

    def __repr__(self) -> str:
        return f"scope({self._name!r})" if self._kind == "scope" else f"{self._kind}()"


def _block(described: Callable[[], None]) -> Block:
    block = Block(described.__name__, doc=described.__doc__)
    # Where tools for docstrings and doctests look.
    vars(block).update(
        __name__=described.__name__, __qualname__=described.__name__, __wrapped__=described
    )
    return block


@_block
def no_grad() -> None:
    """Computes without recording: every result is a leaf.

    In a `with` block, or as a decorator; with parentheses or without.

    >>> from engine import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y, y.op is None
    (Value(9, grad=0), True)
    """


@_block
def detect_anomaly() -> None:
    """Turns the first infinity or nan, forward or backward, into an error that names its node.

    In a `with` block, or as a decorator; with parentheses or without. Raises FloatingPointError.

    >>> from engine import Value
    >>> x = Value(1000.0, label="x")
    >>> with detect_anomaly():
    ...     x.exp()
    Traceback (most recent call last):
    FloatingPointError: exp gave inf; its operands: a = 1000 ('x')
    """


def scope(name: str) -> Block:
    """Groups the nodes made inside under a name; scopes nest, outermost first.

    For a `with` block, or as a decorator. Raises TypeError where the name is not text, ValueError
    where it is empty or no name can be made of it.

    >>> from engine import Value
    >>> with scope("layer 1"), scope("neuron 2"):
    ...     y = Value(3.0) * 2
    >>> y.scope
    'layer 1 / neuron 2'
    """
    if not isinstance(name, str):
        raise TypeError(f'scope takes a name, as in scope("layer 1"), not {given(name)}')
    return Block("scope", as_scope(name, "the name of a scope"))
