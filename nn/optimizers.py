"""Optimisers. Each is a rule: formulas that are computed for every parameter, from top to bottom.

A rule may use the parameter, its gradient, the number of the step, the optimiser's settings and
what it has computed above. A name that it uses before it computes it (a velocity, a running mean)
is remembered from the step before, per parameter, and starts at 0. Rules are written in the
language of the sheet and compiled like it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from engine import Value
from engine.evaluate import FAST, compile_source
from engine.formula import names_in, read
from engine.numbers import as_number

Rule = tuple[tuple[str, str], ...]

_DECAYED = ("gradient", "gradient + weight_decay * parameter")
_DESCENT = ("parameter", "parameter - learning_rate * gradient")
_VELOCITY = ("velocity", "momentum * velocity + gradient")
_ADAM: Rule = (
    ("mean", "beta1 * mean + (1 - beta1) * gradient"),
    ("square", "beta2 * square + (1 - beta2) * gradient * gradient"),
    ("corrected_mean", "mean / (1 - beta1 ** step)"),
    ("corrected_square", "square / (1 - beta2 ** step)"),
    (
        "parameter",
        "parameter - learning_rate * corrected_mean / (sqrt(corrected_square) + epsilon)",
    ),
)


class Optimizer:
    """Applies a rule to parameters. `settings` may be changed between steps.

    Raises ValueError for no parameters, or a setting out of its range; TypeError for a parameter
    that is no `Value` or a setting that is no number.
    """

    def __init__(self, parameters: Iterable[Any], rule: Rule, **settings: float) -> None:
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
        self.rule = rule
        self.settings = {
            name: _setting(type(self).__name__, name, value) for name, value in settings.items()
        }
        self.state = {name: [0.0] * len(self.parameters) for name in _remembered(rule)}
        self.steps = 0
        self._update = _compile(rule, tuple(settings), tuple(self.state))

    @property
    def learning_rate(self) -> float:
        """The size of the steps."""
        return self.settings["learning_rate"]

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self.settings["learning_rate"] = _setting(type(self).__name__, "learning_rate", value)

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

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value:g}" for name, value in self.settings.items())
        return f"{type(self).__name__}({len(self.parameters)} parameters, {settings})"


class SGD(Optimizer):
    """Gradient descent, W := W − α·∂L/∂W; stochastic when each step sees one batch only.

    With `momentum` μ (Polyak 1964) the step follows a velocity v := μ·v + ∂L/∂W; with `nesterov`
    the velocity one step ahead (Sutskever, Martens, Dahl and Hinton 2013). `weight_decay` λ adds
    λ·W to the gradient.

    >>> from engine import Parameter
    >>> m2 = Parameter(0.5)
    >>> m2.grad = 12.0
    >>> SGD([m2], learning_rate=0.1).step()
    >>> round(m2.data, 12)
    -0.7
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        rule: Rule = (_DESCENT,)
        settings = {"learning_rate": learning_rate}
        if _setting("SGD", "momentum", momentum):
            settings["momentum"] = momentum
            ahead = ("gradient", "gradient + momentum * velocity" if nesterov else "velocity")
            rule = (_VELOCITY, ahead, _DESCENT)
        elif nesterov:
            raise ValueError("SGD: nesterov needs a momentum above 0, such as 0.9")
        if _setting("SGD", "weight_decay", weight_decay):
            settings["weight_decay"] = weight_decay
            rule = (_DECAYED, *rule)
        super().__init__(parameters, rule, **settings)


class RMSprop(Optimizer):
    """Divides each gradient by the root of a running mean of its squares (Hinton 2012, lecture 6e).

    `decay` ρ weighs the past in that mean: s := ρ·s + (1 − ρ)·g².
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.01,
        decay: float = 0.9,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        rule: Rule = (
            _DECAYED,
            ("square", "decay * square + (1 - decay) * gradient * gradient"),
            ("parameter", "parameter - learning_rate * gradient / (sqrt(square) + epsilon)"),
        )
        super().__init__(
            parameters,
            rule,
            learning_rate=learning_rate,
            decay=decay,
            epsilon=epsilon,
            weight_decay=weight_decay,
        )


class Adam(Optimizer):
    """Running means of the gradient and its square, both corrected for their start at 0.

    Kingma and Ba 2015. `weight_decay` λ adds λ·W to the gradient; `AdamW` is the better way.
    """

    _decayed = _DECAYED

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            parameters,
            (self._decayed, *_ADAM),
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            weight_decay=weight_decay,
        )


class AdamW(Adam):
    """Adam whose weight decay acts on the weights directly (Loshchilov and Hutter 2019)."""

    _decayed = ("parameter", "parameter - learning_rate * weight_decay * parameter")

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, learning_rate, beta1, beta2, epsilon, weight_decay)


def _setting(optimizer: str, name: str, value: float) -> float:
    number = as_number(value, f"{optimizer}: {name}")
    # A mean over the past needs a weight below 1; the other settings may be of any size.
    below_one = name in ("momentum", "decay", "beta1", "beta2")
    positive = name in ("learning_rate", "epsilon")
    if (
        not math.isfinite(number)
        or number < 0
        or (positive and number == 0)
        or (below_one and number >= 1)
    ):
        wanted = "at least 0 and below 1" if below_one else "above 0" if positive else "at least 0"
        raise ValueError(f"{optimizer}: {name} must be {wanted}, not {value!r}")
    return number


def _remembered(rule: Rule) -> list[str]:
    """The names that a rule uses before it computes them."""
    computed: set[str] = set()
    remembered: dict[str, None] = {}
    targets = {target for target, _ in rule} - {"parameter", "gradient"}
    for target, text in rule:
        used = targets.intersection(names_in(read(text)))
        remembered.update(dict.fromkeys(sorted(used - computed)))
        computed.add(target)
    return list(remembered)


@cache
def _compile(rule: Rule, settings: tuple[str, ...], state: tuple[str, ...]) -> Callable[..., None]:
    """The rule as a loop over all parameters."""
    known = {"parameter", "gradient", "step", *settings, *(target for target, _ in rule)}
    columns = [f"all_{entry}" for entry in state]
    lines = [
        f"def update({', '.join(['parameters', 'step', *settings, *columns])}):",
        f"    for {'i, node in enumerate(parameters)' if state else 'node in parameters'}:",
        "        parameter = node.data",
        "        gradient = node.grad",
        *[f"        {entry} = {column}[i]" for entry, column in zip(state, columns)],
        *[f"        {target} = {FAST.write(read(text, known))}" for target, text in rule],
        *[f"        {column}[i] = {entry}" for entry, column in zip(state, columns)],
        "        node.data = parameter",
    ]
    filename = f"<nn.optimizers: {', '.join(f'{target} = {text}' for target, text in rule)}>"
    source = "\n".join(lines) + "\n"
    update: Callable[..., None] = compile_source(source, filename, vars(math))["update"]
    return update
