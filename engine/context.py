"""How nodes are made at the moment: recorded or not, checked for anomalies, in which scope.

The state is a context variable, so that threads and async tasks never see each other's. Each of the
three managers is also a decorator, with its parentheses: `@no_grad()`.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Mode:
    """What a `with` block has changed."""

    __slots__ = ("anomaly", "recording", "scope")

    def __init__(self, recording: bool, anomaly: bool, scope: str | None) -> None:
        self.recording = recording
        self.anomaly = anomaly
        self.scope = scope


_ORDINARY = Mode(recording=True, anomaly=False, scope=None)
# None stands for the ordinary, so that an ordinary operation pays for one test only.
mode_variable: ContextVar[Mode | None] = ContextVar("mode", default=None)
current_mode = mode_variable.get


@contextmanager
def no_grad() -> Iterator[None]:
    """Computes without recording: every result is a leaf.

    >>> from engine import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y, y.op is None
    (Value(9, grad=0), True)
    """
    mode = current_mode() or _ORDINARY
    token = mode_variable.set(Mode(False, mode.anomaly, mode.scope))
    try:
        yield
    finally:
        mode_variable.reset(token)


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Turns the first infinity or nan, forward or backward, into an error that names its node.

    Raises FloatingPointError.

    >>> from engine import Value
    >>> x = Value(1000.0, label="x")
    >>> with detect_anomaly():
    ...     x.exp()
    Traceback (most recent call last):
    FloatingPointError: exp gave inf; its operands: a = 1000 ('x')
    """
    mode = current_mode() or _ORDINARY
    token = mode_variable.set(Mode(mode.recording, True, mode.scope))
    try:
        yield
    finally:
        mode_variable.reset(token)


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Groups the nodes made inside under a name; scopes nest, outermost first.

    >>> from engine import Value
    >>> with scope("layer 1"), scope("neuron 2"):
    ...     y = Value(3.0) * 2
    >>> y.scope
    'layer 1 / neuron 2'
    """
    mode = current_mode() or _ORDINARY
    path = name if mode.scope is None else f"{mode.scope} / {name}"
    token = mode_variable.set(Mode(mode.recording, mode.anomaly, path))
    try:
        yield
    finally:
        mode_variable.reset(token)
