"""The optimisers, each a rule of a few formulas that `Optimizer` applies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nn.train.optimizer import Optimizer, Rule
from nn.train.optimizer_state import checked_setting

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


class SGD(Optimizer):
    """Gradient descent, W := W − η·∂L/∂W; stochastic when each step sees one batch only.

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
        *,
        max_norm: float | None = None,
    ) -> None:
        rule: Rule = (_DESCENT,)
        settings = {"learning_rate": learning_rate}
        if checked_setting("SGD", "momentum", momentum):
            settings["momentum"] = momentum
            ahead = ("gradient", "gradient + momentum * velocity" if nesterov else "velocity")
            rule = (_VELOCITY, ahead, _DESCENT)
        elif nesterov:
            raise ValueError("SGD: nesterov needs a momentum above 0, such as 0.9")
        if checked_setting("SGD", "weight_decay", weight_decay):
            settings["weight_decay"] = weight_decay
            rule = (_DECAYED, *rule)
        super().__init__(parameters, rule, max_norm=max_norm, **settings)


class RMSprop(Optimizer):
    """Divides each gradient by the root of a running mean of its squares (Hinton 2012, lecture 6e).

    `decay` ρ weighs the past in that mean: s := ρ·s + (1 − ρ)·g².

    >>> from engine import Parameter
    >>> w = Parameter(1.0)
    >>> (w * w).backward()
    >>> RMSprop([w], learning_rate=0.1).step()
    >>> round(w.data, 6)     # g = 2, s = 0.1·2²: 1 − 0.1·2/√0.4
    0.683772
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.01,
        decay: float = 0.9,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        max_norm: float | None = None,
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
            max_norm=max_norm,
        )


class Adam(Optimizer):
    """Running means of the gradient and its square, both corrected for their start at 0.

    Kingma and Ba 2015. `weight_decay` λ adds λ·W to the gradient; `AdamW` is the better way.

    >>> from engine import Parameter
    >>> w = Parameter(1.0)
    >>> (w * w).backward()
    >>> Adam([w], learning_rate=0.1).step()
    >>> round(w.data, 6)     # the first step is as long as the learning rate
    0.9
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
        *,
        max_norm: float | None = None,
    ) -> None:
        super().__init__(
            parameters,
            (self._decayed, *_ADAM),
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            weight_decay=weight_decay,
            max_norm=max_norm,
        )


class AdamW(Adam):
    """Adam whose weight decay acts on the weights directly (Loshchilov and Hutter 2019).

    >>> from engine import Parameter
    >>> w = Parameter(1.0)
    >>> (w * w).backward()
    >>> AdamW([w], learning_rate=0.1, weight_decay=0.5).step()
    >>> round(w.data, 6)     # 1 − 0.1·0.5·1, and then Adam's step
    0.85
    """

    _decayed = ("parameter", "parameter - learning_rate * weight_decay * parameter")

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        *,
        max_norm: float | None = None,
    ) -> None:
        super().__init__(
            parameters, learning_rate, beta1, beta2, epsilon, weight_decay, max_norm=max_norm
        )


# Once a parameter or a memory of these is not finite, it stays so.
OWN = (SGD, RMSprop, Adam, AdamW)
