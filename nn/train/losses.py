"""Losses, all as loss(target, prediction), in the order of the lesson's L(y, ŷ).

Those of the sheet take numbers or, for networks with several outputs, lists of one length, of which
they give the mean. By name in `nn.fit`: the keys of `LOSSES`.

>>> from engine import Value
>>> squared_error(3, Value(18.0))
Value(225, grad=0)
>>> squared_error([1.0, 2.0], [Value(1.0), Value(4.0)])
Value(2, grad=0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine import Value, dot, log_softmax, mean
from engine.base.numbers import as_number, never_a_number
from engine.base.tables import plain
from engine.eager.functions import EAGER
from engine.sheet.ops import OPERATIONS

Loss = Callable[[Any, Any], Value]


def _over_outputs(name: str, example: str, single: Loss | None = None) -> Loss:
    """The loss of the sheet, or the given one, over several outputs, too; `example` is its help."""
    if single is None:
        single = EAGER[name]

    def loss(target: Any, prediction: Any) -> Value:
        if type(target) is float and type(prediction) is Value:
            return single(target, prediction)
        targets, predictions = _listed(target), _listed(prediction)
        if len(targets) != len(predictions):
            raise ValueError(
                f"{name}: {len(targets)} targets for {len(predictions)} predictions; "
                "one is needed for each"
            )
        if len(predictions) == 1:
            return single(targets[0], predictions[0])
        return mean([single(y, p) for y, p in zip(targets, predictions)])

    loss.__name__ = loss.__qualname__ = name
    about = OPERATIONS[name].about or name
    loss.__doc__ = f"{about}\n\nThe mean over the outputs, if several.\n\n>>> {name}{example}\n"
    return loss


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, (list, tuple)):
        return value
    # A row of an array is a sequence as well; a Value or a number is not.
    row = value if isinstance(value, Value) else plain(value, "the loss")
    return row if isinstance(row, (list, tuple)) else [row]


def _of_probability(target: Any, prediction: Any) -> Value:
    """Binary cross-entropy that says which of the two is not a probability, and the cure."""
    name = "binary_cross_entropy"
    if not never_a_number(target) and not 0 <= target <= 1:
        raise ValueError(
            f"{name}: the target {float(target):g} is not a label; it must be 0 or 1, or the "
            "probability of class 1 between them"
        )
    if not never_a_number(prediction) and not 0 <= prediction <= 1:
        raise ValueError(
            f"{name}: the prediction {float(prediction):g} is not a probability; give the network "
            f'output="sigmoid", or use {name}_with_logits on its linear output'
        )
    return EAGER[name](target, prediction)  # type: ignore[no-any-return]


squared_error = _over_outputs("squared_error", "(3, Value(18.0))\nValue(225, grad=0)")
absolute_error = _over_outputs("absolute_error", "(3, Value(18.0))\nValue(15, grad=0)")
huber = _over_outputs("huber", "(3, Value(18.0))\nValue(14.5, grad=0)")
binary_cross_entropy = _over_outputs(
    "binary_cross_entropy", "(1, Value(0.5))\nValue(0.6931, grad=0)", _of_probability
)
binary_cross_entropy_with_logits = _over_outputs(
    "binary_cross_entropy_with_logits", "(1, Value(0.0))\nValue(0.6931, grad=0)"
)
hinge = _over_outputs("hinge", "(1, Value(0.25))\nValue(0.75, grad=0)")
log_cosh = _over_outputs("log_cosh", "(3, Value(18.0))\nValue(14.31, grad=0)")
poisson_nll = _over_outputs("poisson_nll", "(3, Value(2.0))\nValue(-0.07944, grad=0)")
poisson_nll_with_log_rate = _over_outputs(
    "poisson_nll_with_log_rate", "(3, Value(0.0))\nValue(1, grad=0)"
)


def cross_entropy(target: Any, logits: Sequence[Value]) -> Value:
    """−log(softmax(logits)[target]), the loss of one sample of a classification; stable.

    `target`: the index of the class, or one probability for each class. `logits`: one score for
    each class, before any softmax; of what `engine.softmax` gives, or a network with the output
    "softmax", the logits that it was computed from. Raises ValueError for a class that there is no
    logit for.

    >>> cross_entropy(1, [Value(0.0), Value(0.0)])
    Value(0.6931, grad=0)
    """
    logits = _listed(getattr(logits, "logits", logits))
    classes = len(logits)
    if classes < 2:
        raise ValueError("cross_entropy needs a logit for each of two or more classes")
    probabilities = _listed(target)
    if len(probabilities) == 1:
        index = as_number(probabilities[0], "cross_entropy: the target")
        if not (0 <= index < classes and index.is_integer()):
            raise ValueError(
                f"cross_entropy: {target!r} is not a class; with {classes} logits the classes are "
                f"0 to {classes - 1}"
            )
        return EAGER["log_total"](logits, logits[int(index)])  # type: ignore[no-any-return]
    if len(probabilities) != classes:
        raise ValueError(f"cross_entropy: {len(probabilities)} targets for {classes} logits")
    checked = [
        p if isinstance(p, Value) else as_number(p, "cross_entropy: a target")
        for p in probabilities
    ]
    return -dot(checked, log_softmax(logits))


LOSSES: dict[str, Loss] = {
    "squared_error": squared_error,
    "absolute_error": absolute_error,
    "huber": huber,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": hinge,
    "log_cosh": log_cosh,
    "poisson_nll": poisson_nll,
    "poisson_nll_with_log_rate": poisson_nll_with_log_rate,
    "cross_entropy": cross_entropy,
}


# As they are now: what a user adds to LOSSES is the user's.
_OWN = tuple(LOSSES.values())


def is_own(loss: Any) -> bool:
    """Whether the loss is one of this package, which computes the same for every sample."""
    return any(loss is own for own in _OWN)


def find_loss(loss: str | Loss) -> Loss:
    """The loss of that name, or the function itself.

    Raises ValueError for an unknown name, TypeError for what is neither a name nor a function.
    """
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ValueError(f"unknown loss {loss!r}; known: {', '.join(LOSSES)}")
        return LOSSES[loss]
    if isinstance(loss, type) or not callable(loss):
        raise TypeError(
            "the loss must be a name such as 'squared_error' or a function of target and "
            f"prediction, not {loss!r} ({type(loss).__name__})"
        )
    return loss
