"""`Optimizer`: a rule, as formulas that are computed for every parameter, from top to bottom.

A rule may use the parameter, its gradient, the number of the step, the optimiser's settings and
what it has computed above; `sum`, `max` and `min` go over all parameters. A name that it uses
before it computes it (a velocity, a running mean) is remembered from the step before, per
parameter, and starts at 0. Rules are written in the language of the sheet and compiled like it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.graph.recording import reset_gradients
from engine.programs import Formulas, applies_rule, remembered
from nn.train.optimizer_state import (
    checked_parameters,
    checked_setting,
    checked_state,
    names_the_rate,
    snapshot,
    state_of,
)

Rule = Formulas

# Squares of numbers above 1e154 overflow; those of the numbers divided by 1e160 do not.
_CLIPPED: Rule = (
    ("norm", "sqrt(sum(gradient * gradient))"),
    ("far_norm", "sqrt(sum((gradient / 1e160) * (gradient / 1e160)))"),
    ("scale", "max_norm / norm if norm > max_norm else 1"),
    ("far_scale", "max_norm / far_norm if far_norm > max_norm / 1e160 else 1e160"),
    ("gradient", "scale * gradient if norm < 1e160 else far_scale * (gradient / 1e160)"),
)

# So many steps without any gradient are hardly right; one may be, where the loss is 0.
_IDLE = 10
_NO_GRADIENTS = (
    "{}: in {} steps every gradient was 0, so nothing is learnt. Was backward() called on a loss "
    "that these parameters take part in, or are they those of another model?"
)


class Optimizer:
    """Applies a rule to parameters. `settings` may be changed between steps.

    With `max_norm` every optimiser clips: before anything else, and before weight decay, the
    gradient is scaled by max_norm/‖g‖ where the norm ‖g‖ over all its parameters, the root of the
    sum of squares, is larger (Pascanu, Mikolov and Bengio 2013). It is in the unit of a gradient.

    `state`: what the rule remembers, a number per parameter under each name. `steps`: the updates
    made so far, `epochs`: the epochs of `fit`, from which a schedule goes on.

    >>> from engine import Parameter
    >>> first, second = Parameter(1.0), Parameter(1.0)
    >>> first.grad, second.grad = 30.0, 40.0
    >>> from nn import SGD
    >>> SGD([first, second], learning_rate=0.1, max_norm=5.0).step()
    >>> round(first.data, 12), round(second.data, 12)
    (0.7, 0.6)

    Raises ValueError for no parameters, or a setting out of its range; TypeError for a parameter
    that is not a `Value` or a setting that is not a number.
    """

    def __init_subclass__(cls) -> None:
        if "__init__" in vars(cls):
            cls.__init__ = names_the_rate(cls.__init__)  # type: ignore[method-assign]

    def __init__(
        self,
        parameters: Iterable[Any],
        rule: Rule,
        *,
        max_norm: float | None = None,
        **settings: float,
    ) -> None:
        self.parameters = checked_parameters(type(self).__name__, parameters)
        if max_norm is not None:
            rule, settings = (*_CLIPPED, *rule), {**settings, "max_norm": max_norm}
        self._rule = rule
        self.settings = {
            name: checked_setting(type(self).__name__, name, value)
            for name, value in settings.items()
        }
        self._setting_names, self._state_names = [*settings], remembered(rule)
        self._names = (*settings, *self._state_names)
        self.state = {name: [0.0] * len(self.parameters) for name in self._state_names}
        self.steps = self.epochs = self._idle = 0
        self._update = self._update_function()

    def _update_function(self) -> Callable[..., None]:
        """The rule as a loop over the parameters; what writes it is loaded when it is needed."""
        from engine.programs import update_function

        return update_function(self._rule, tuple(self._setting_names))

    @property
    def rule(self) -> Rule:
        """The formulas; compiled when the optimiser is made."""
        return self._rule

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
        reset_gradients(self.parameters)

    @applies_rule
    def step(self) -> None:
        """Updates every parameter by its `grad`. Warns where in the first 10 steps all are 0.

        Raises ValueError for settings or a state that the rule does not have, or of other lengths,
        and OverflowError where something remembered becomes infinite: its parameter would never
        move again.
        """
        if self._idle == self.steps < _IDLE:
            self._look_at_gradients()
        self.advance()
        overflow = self.overflowed() if self.state else None
        if overflow is not None:
            raise OverflowError(
                f"{type(self).__name__}: {overflow}; max_norm keeps gradients small"
            )

    def _look_at_gradients(self) -> None:
        """Counts the steps before the first gradient that is not 0."""
        if not any(parameter.grad for parameter in self.parameters):
            self._idle += 1
            if self._idle == _IDLE:
                kind = type(self).__name__
                warnings.warn(_NO_GRADIENTS.format(kind, _IDLE), stacklevel=3)

    def advance(self) -> None:
        """A step that does not look at what it did; `fit` looks at the end of an epoch."""
        settings, state = self.settings, self.state
        # A user may have put them back in another order: what counts is the name.
        if (*settings, *state) != self._names:
            settings, state = self._in_order()
        if state:
            self._check_lengths()
        self.steps += 1
        self._update(self.parameters, float(self.steps), *settings.values(), *state.values())

    def advancing(self) -> Callable[[], None]:
        """`advance` for the steps of an epoch, in which names and lengths stay what they are."""
        if (*self.settings, *self.state) != self._names:
            return self.advance
        if self.state:
            self._check_lengths()
        update, parameters = self._update, self.parameters
        settings, columns = self.settings.values(), self.state.values()

        def advance() -> None:
            self.steps = steps = self.steps + 1
            update(parameters, float(steps), *settings, *columns)

        return advance

    def _check_lengths(self) -> None:
        count = len(self.parameters)
        for column in self.state.values():
            if len(column) != count:
                raise ValueError(self._mismatch())

    def _in_order(self) -> tuple[dict[str, float], dict[str, list[float]]]:
        """Settings and state in the order of the rule; ValueError for other names."""
        settings, state = self.settings, self.state
        if settings.keys() != {*self._setting_names} or state.keys() != {*self._state_names}:
            raise ValueError(self._mismatch())
        return (
            {name: settings[name] for name in self._setting_names},
            {name: state[name] for name in self._state_names},
        )

    def overflowed(self) -> str | None:
        """What is remembered but not finite any more, in words; None if all is."""
        for name in self._state_names:
            column = self.state[name]
            total = sum(column)
            if total - total != 0:
                for number in column:
                    if not math.isfinite(number):
                        return f"{name} became {number}"
        return None

    def _mismatch(self) -> str:
        """What the rule needs, and what is there."""
        count = len(self.parameters)
        lengths = {name: len(column) for name, column in self.state.items()}
        return (
            f"{type(self).__name__}: the rule has the settings {', '.join(self._setting_names)} "
            f"and remembers {', '.join(self._state_names) or 'nothing'}, {count} numbers each; "
            f"there are the settings {', '.join(self.settings) or 'none'} and the state {lengths}"
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything but the parameters, by name, as JSON can hold it: for `load_state_dict`.

        >>> from engine import Parameter
        >>> from nn import Adam
        >>> Adam([Parameter(1.0)]).state_dict()["state"]
        {'mean': [0.0], 'square': [0.0]}
        """
        return state_of(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes over what `state_dict` gave, of an optimiser of the same kind.

        Raises ValueError or TypeError when it is of another one, or damaged; nothing is changed.
        """
        checked = checked_state(self, state)
        self.steps, self.epochs = checked["steps"], checked["epochs"]
        self.settings.update(checked["settings"])
        for name, column in checked["state"].items():
            self.state[name][:] = column

    def snapshot(self) -> Callable[[], None]:
        """A function that brings the parameters and the state back to what they are now."""
        return snapshot(self)

    def __getstate__(self) -> dict[str, Any]:
        # The function is made again from the rule.
        return {name: value for name, value in vars(self).items() if name != "_update"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._update = self._update_function()

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value:g}" for name, value in self.settings.items())
        return f"{type(self).__name__}({len(self.parameters)} parameters, {settings})"
