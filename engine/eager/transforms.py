"""Derivatives of functions rather than of graphs, as users of HIPS autograd and JAX write them.

`grad`, `value_and_grad`, `jvp`, `vjp` and `hvp` take a function and the numbers it is applied to;
arguments may be numbers, Values, and lists, tuples, dicts and NumPy arrays of them, nested. Numbers
in give numbers out. Values in give Values out, and the derivative goes on through them: so
functions of these functions can be differentiated again.

Each call runs the function once on nodes of its own. Two derivatives that are under way at the same
time therefore never take one's variable for the other's, and a number that an inner function takes
from an outer one stays a variable of the outer one:

>>> grad(lambda x: x * grad(lambda y: x + y)(x))(1.0)
1.0
>>> grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0)
6.0

All of them record also inside `no_grad()`; Values that come out there are leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any

from engine.eager.calls import Call, like, one_number, recording, weighted
from engine.eager.derivative import gradient
from engine.eager.tangents import tangents_as_values, tangents_of
from engine.graph.structures import flatten, holds_values
from engine.graph.value import Value


def grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that computes the gradient of `f`, which returns one number.

    `argnums`: the positional argument to differentiate with respect to, or several of them, whose
    gradients come as a tuple. Each gradient has the structure of its argument. Other arguments and
    keyword arguments are passed through. With `has_aux` `f` returns a pair, the number and
    something else, and so does the function: the gradient and that.

    Costs one call of `f` and one pass backward. Raises TypeError where `f` returns anything but one
    number, or there is no such argument.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2)
    12.0
    >>> grad(lambda w, x: w["a"] * x + w["b"], argnums=(0, 1))({"a": 2.0, "b": 1.0}, 5.0)
    ({'a': 5.0, 'b': 1.0}, 2.0)
    """
    both = value_and_grad(f, argnums, has_aux=has_aux)

    def gradient_function(*args: Any, **kwargs: Any) -> Any:
        value, gradients = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return _named(gradient_function, f, "grad")


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that computes the value of `f` and its gradient, as `grad` does.

    With `has_aux` the value is the pair that `f` returns.

    >>> value_and_grad(lambda x, y: x * y)(2.0, 3.0)
    (6.0, 3.0)
    """
    _check_function(f, "value_and_grad")
    chosen = _chosen(argnums)

    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        positions = [_position(argnum, args) for argnum in chosen]
        if len(set(positions)) < len(positions):
            raise ValueError(f"argnums names an argument twice: {argnums!r}")
        call = Call(f, args, kwargs, positions)
        with recording():
            y = call.result
            aux = None
            if has_aux:
                y, aux = _pair(y)
            y = one_number(y)
            found = call.gradients(y)
        gradients = call.like_arguments(found)
        value = call.out(y)
        if has_aux:
            value = value, call.out_of(aux)
        return value, gradients[0] if isinstance(argnums, int) else tuple(gradients)

    return _named(value_and_gradient, f, "value_and_grad")


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of `f` at the arguments `primals`, and its derivative in the direction `tangents`.

    The product of the Jacobian of `f` with a vector, by forward mode: one pass over the graph, in
    which each node's tangent is the sum of its local derivatives times the tangents of its
    operands. `tangents` has the structure of `primals`, and both results that of f's output.

    Costs one call of `f` and one pass; where Values are given, two passes of `gradient`, so that
    the result is a graph again.

    >>> jvp(lambda x, y: [x * y, x.sin()], (0.0, 2.0), (1.0, 0.0))
    ([0.0, 0.0], [2.0, 1.0])
    """
    call, directions = _directed(f, primals, tangents, "jvp")
    with recording():
        outputs = flatten(call.result, "the result of f")
        call.look_at(outputs.numbers)
        nodes = [y for y in outputs.numbers if isinstance(y, Value)]
        compute = tangents_as_values if call.goes_on else tangents_of
        found = compute(nodes, dict(zip(call.variables, directions)))
        tangent = [found.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in outputs.numbers]
    return (
        outputs.rebuild([call.out(y) for y in outputs.numbers]),
        outputs.rebuild([call.out(each) for each in tangent]),
    )


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of `f`, and the function that takes a vector times the Jacobian of `f`.

    That function takes a number for each number in f's output, in the same structure, and returns
    a tuple, for each argument what has its structure: one pass backward for all outputs together.
    It may be called any number of times.

    >>> y, back = vjp(lambda x, w: [x * w[0], x * w[1]], 2.0, [3.0, 4.0])
    >>> y, back([1.0, 0.0]), back([1.0, 10.0])
    ([6.0, 8.0], (3.0, [2.0, 0.0]), (43.0, [2.0, 20.0]))
    """
    _check_function(f, "vjp")
    call = Call(f, primals, {}, range(len(primals)))
    outputs = flatten(call.result, "the result of f")
    call.look_at(outputs.numbers)

    def pull_back(cotangents: Any) -> tuple[Any, ...]:
        weights = like(outputs, cotangents, "the cotangents", "the result of f")
        with recording():
            y = weighted(weights.numbers, outputs.numbers)
            found = call.gradients(y, weights.holds_values)
        return tuple(call.like_arguments(found, weights.holds_values))

    return outputs.rebuild([call.out(y) for y in outputs.numbers]), pull_back


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of `f` times the vector `tangents`: how the gradient changes in that direction.

    Has the structure of the argument, or is a tuple of those of several. `f` returns one number.
    The Hessian is never formed: it is the gradient of (gradient · tangents), which costs a small
    multiple of one gradient, whatever the number of arguments.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    call, directions = _directed(f, primals, tangents, "hvp")
    with recording():
        y = one_number(call.result)
        call.look_at([y])
        first = gradient(y, call.variables) if isinstance(y, Value) else []
        found = call.gradients(weighted(directions, first))
    products = call.like_arguments(found)
    return products[0] if len(products) == 1 else tuple(products)


def _directed(
    f: Callable[..., Any], primals: Any, tangents: Any, name: str
) -> tuple[Call, list[Any]]:
    """The call at the primals, and a tangent for each of its variables."""
    _check_function(f, name)
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (list, tuple)):
            raise TypeError(
                f"{name}: {what} must be a tuple with one item for each argument of f, such as "
                f"(x,), not {given!r} ({type(given).__name__})"
            )
    if len(primals) != len(tangents):
        raise ValueError(f"{name}: {len(primals)} primals but {len(tangents)} tangents")
    call = Call(f, primals, {}, range(len(primals)))
    directions: list[Any] = []
    for i, (row, tangent) in enumerate(zip(call.rows, tangents)):
        directions += like(row, tangent, f"{name}: tangents[{i}]", f"primals[{i}]").numbers
    call.goes_on = call.goes_on or holds_values(tangents)
    return call, directions


def _pair(y: Any) -> tuple[Any, Any]:
    if not isinstance(y, tuple) or len(y) != 2:
        raise TypeError(f"with has_aux f must return a pair (number, anything), not {y!r}")
    return y


def _chosen(argnums: Any) -> tuple[int, ...]:
    chosen = argnums if isinstance(argnums, tuple) else (argnums,)
    if not chosen or any(not isinstance(n, int) or isinstance(n, bool) for n in chosen):
        raise TypeError(
            f"argnums must be the position of an argument or a tuple of positions, not {argnums!r}"
        )
    return chosen


def _position(argnum: int, args: Sequence[Any]) -> int:
    if not -len(args) <= argnum < len(args):
        raise TypeError(
            f"argnums is {argnum}, but {len(args)} positional arguments were given; keyword "
            "arguments are not differentiated"
        )
    return argnum % len(args)


def _check_function(f: Any, name: str) -> None:
    if not callable(f):
        hint = "; the derivative of a Value is gradient(y, x)" if isinstance(f, Value) else ""
        raise TypeError(f"{name} takes a function, not {f!r} ({type(f).__name__}){hint}")


def _named(function: Callable[..., Any], f: Any, what: str) -> Callable[..., Any]:
    """With the signature of f, and a name that says what it is."""
    update_wrapper(function, f)
    function.__name__ = f"{what}({getattr(f, '__name__', repr(f))})"
    function.__doc__ = f"{what} of: {f.__doc__}" if getattr(f, "__doc__", None) else None
    return function
