"""`Optimizer`: a rule, as formulas that are computed for every parameter, from top to bottom.

A rule may use the parameter, its gradient, the number of the step, the optimiser's settings and
what it has computed above; `sum`, `max` and `min` go over all parameters. A name that it uses
before it computes it (a velocity, a running mean) is remembered from the step before, per
parameter, and starts at 0. Rules are written in the language of the sheet and compiled like it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from engine import Value, ieee
from engine.evaluate import FAST, compile_source
from engine.numbers import as_number
from engine.programs.rules import Formulas, UpdateRule, python_update, remembered

Rule = Formulas

_CLIPPED: Rule = (
    ("norm", "sqrt(sum(gradient * gradient))"),
    ("scale", "max_norm / norm if norm > max_norm else 1"),
    ("gradient", "scale * gradient"),
)


class Optimizer:
    """Applies a rule to parameters. `settings` may be changed between steps.

    With `max_norm` every optimiser clips: before anything else, and before weight decay, the
    gradient is scaled by max_norm/‖g‖ where the norm ‖g‖ over all its parameters, the root of the
    sum of squares, is larger (Pascanu, Mikolov and Bengio 2013). It is in the unit of a gradient.

    >>> from engine import Parameter
    >>> first, second = Parameter(1.0), Parameter(1.0)
    >>> first.grad, second.grad = 30.0, 40.0
    >>> from nn import SGD
    >>> SGD([first, second], learning_rate=0.1, max_norm=5.0).step()
    >>> round(first.data, 12), round(second.data, 12)
    (0.7, 0.6)

    Raises ValueError for no parameters, or a setting out of its range; TypeError for a parameter
    that is no `Value` or a setting that is no number.
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        rule: Rule,
        *,
        max_norm: float | None = None,
        **settings: float,
    ) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError(f"{type(self).__name__} was given no parameters to train")
        if len(set(map(id, self.parameters))) < len(self.parameters):
            raise ValueError(f"{type(self).__name__} was given the same parameter twice")
        for parameter in self.parameters:
            if not isinstance(parameter, Value) or parameter.op is not None:
                raise TypeError(
                    f"{type(self).__name__} trains leaves of the graph, not {parameter!r}"
                )
        if max_norm is not None:
            rule, settings = (*_CLIPPED, *rule), {**settings, "max_norm": max_norm}
        self.rule = rule
        self.settings = {
            name: checked_setting(type(self).__name__, name, value)
            for name, value in settings.items()
        }
        self.state = {name: [0.0] * len(self.parameters) for name in remembered(rule)}
        self.steps = 0
        self._update = _compile(rule, tuple(settings))

    @property
    def learning_rate(self) -> float:
        """The size of the steps."""
        return self.settings["learning_rate"]

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self.settings["learning_rate"] = checked_setting(
            type(self).__name__, "learning_rate", value
        )

    def zero_grad(self) -> None:
        """Sets the gradient of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Updates every parameter by its `grad`."""
        self.steps += 1
        self._update(
            self.parameters, float(self.steps), *self.settings.values(), *self.state.values()
        )

    def snapshot(self) -> Callable[[], None]:
        """A function that brings the parameters and the state back to what they are now."""
        numbers = [parameter.data for parameter in self.parameters]
        state = {name: list(values) for name, values in self.state.items()}
        steps = self.steps

        def restore() -> None:
            for parameter, number in zip(self.parameters, numbers):
                parameter.data = number
            for name, values in state.items():
                self.state[name][:] = values
            self.steps = steps

        return restore

    def __getstate__(self) -> dict[str, Any]:
        """All but the compiled rule, which is made again."""
        return {name: value for name, value in self.__dict__.items() if name != "_update"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._update = _compile(self.rule, tuple(self.settings))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value:g}" for name, value in self.settings.items())
        return f"{type(self).__name__}({len(self.parameters)} parameters, {settings})"


def checked_setting(optimizer: str, name: str, value: float) -> float:
    """The setting as a float; ValueError or TypeError naming it where it is out of its range."""
    number = as_number(value, f"{optimizer}: {name}")
    # A mean over the past needs a weight below 1; the other settings may be of any size.
    below_one = name in ("momentum", "decay", "beta1", "beta2")
    positive = name in ("learning_rate", "epsilon", "max_norm")
    if (
        not math.isfinite(number)
        or number < 0
        or (positive and number == 0)
        or (below_one and number >= 1)
    ):
        wanted = "at least 0 and below 1" if below_one else "above 0" if positive else "at least 0"
        raise ValueError(f"{optimizer}: {name} must be {wanted}, not {value!r}")
    return number


@cache
def _compile(rule: Rule, settings: tuple[str, ...]) -> Callable[..., None]:
    """The rule as a loop over all parameters."""
    filename = f"<nn.optimizers: {', '.join(f'{target} = {text}' for target, text in rule)}>"
    source = "\n".join(python_update(UpdateRule(rule, settings), FAST, nodes=True)) + "\n"
    # Python's own max and min lose nan.
    namespace = {**vars(math), "max": ieee.maximum, "min": ieee.minimum}
    update: Callable[..., None] = compile_source(source, filename, namespace)["update"]
    return update
