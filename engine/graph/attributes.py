"""What the attributes of a `Value` may be: every assignment is looked at, on both cores alike.

The core in Python keeps them in slots of other names, `_data_` for `data`, which the generated
operations and `backward` write to directly; the native core asks the same functions here for
whatever is not an ordinary number or text.
"""

from __future__ import annotations

from operator import attrgetter

from engine.base.numbers import as_number, given
from engine.sheet.op import Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from engine.graph.value import Value

NAMES = ("args", "data", "grad", "label", "op", "partials", "scope")


def stored(name: str) -> str:
    """The name of the slot behind an attribute."""
    return f"_{name}_"


def as_data(number: Any) -> float:
    """A number for `data`, that of a Value too: `w.data = w - 0.1 * w.grad` keeps no history."""
    return as_number(number, "data")


def as_grad(number: Any) -> float:
    """A number for `grad`."""
    if number is None:
        raise TypeError("grad must be a real number, not None (NoneType); no gradient is 0.0")
    return as_number(number, "grad")


def as_seed(number: Any) -> float:
    """A number that `backward` begins with."""
    return as_number(number, "backward: seed")


def as_label(text: Any, what: str = "label") -> str | None:
    """Text, or None for a node without a name; of a class derived from `str` plain text."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"{what} must be text or None, not {given(text)}")
    return str.__str__(text)


def as_scope(text: Any, what: str = "scope") -> str | None:
    """Text of which a name can be made, or None for a node outside of every scope."""
    plain = as_label(text, what)
    if plain is None:
        return None
    wrong = "it is empty" if not plain else "it has a NUL character" if "\0" in plain else ""
    if any("\ud800" <= character <= "\udfff" for character in plain):
        wrong = "it has half of a surrogate pair, which no file can hold"
    if wrong:
        raise ValueError(f"{what} must be text for a name, not {given(plain)}: {wrong}")
    return plain


def as_op(op: Any) -> Op | None:
    """A line of the sheet, or None for a leaf."""
    if op is not None and not isinstance(op, Op):
        raise TypeError(f"op must be an Op or None, not {given(op)}")
    return op


def as_args(args: Any, nodes: type[Value]) -> tuple[Value | float, ...]:
    """Operands: nodes, which are of the class `nodes`, as they are, everything else as a float."""
    return tuple(
        [
            arg if isinstance(arg, nodes) else as_number(arg, f"args: operand {place}")
            for place, arg in enumerate(_checked_tuple(args, "args"), 1)
        ]
    )


def as_partials(partials: Any) -> tuple[float | None, ...]:
    """Local derivatives; whether they fit the operands is for `check_fit`.

    The int 0 stays one: there a path ends, as `engine.graph.walks.is_dead` says.
    """
    return tuple(
        [
            partial if _is_kept(partial) else as_number(partial, f"partials: place {place}")
            for place, partial in enumerate(_checked_tuple(partials, "partials"), 1)
        ]
    )


def _is_kept(partial: Any) -> bool:
    return partial is None or (type(partial) is int and partial == 0)


def check_fit(partials: tuple[float | None, ...], args: tuple[Value | float, ...]) -> None:
    """ValueError where there is not one local derivative for each operand that is a Value."""
    if len(partials) != len(args):
        raise ValueError(
            f"partials must hold one local derivative for each of args: {len(args)}, "
            f"not {len(partials)}"
        )
    for place, (partial, arg) in enumerate(zip(partials, args), 1):
        if (partial is None) != (type(arg) is float):
            raise ValueError(
                "partials must hold a number for a Value among args and None for a plain number; "
                f"it is the other way round at place {place}"
            )


def _checked_tuple(things: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(things, tuple):
        raise TypeError(f"{name} must be a tuple, not {type(things).__name__}")
    return things


def checks(nodes: type[Value]) -> dict[str, Callable[[Any], Any]]:
    """What is asked, by the attribute, for whatever the native core does not take as it is."""
    return {
        "args": lambda args: as_args(args, nodes),
        "data": as_data,
        "grad": as_grad,
        "label": as_label,
        "op": as_op,
        "partials": as_partials,
        "scope": as_scope,
    }


def refuse_class(node: Value, kind: Any) -> NoReturn:
    """Raises TypeError: a node does not change its class."""
    raise TypeError(
        f"the class of a node cannot be changed, from {type(node).__name__}; make another node, "
        "such as Parameter(node.data, node.label)"
    )


def properties(nodes: type[Value]) -> dict[str, property]:
    """The attributes of the `Value` in Python, by their names."""
    made = {"op": property(attrgetter(stored("op")), _set_op, _refuser("op"))}
    made["label"] = property(attrgetter(stored("label")), _set_label, _refuser("label"))
    made["scope"] = property(attrgetter(stored("scope")), _set_scope, _refuser("scope"))
    made["data"] = property(attrgetter(stored("data")), _set_data, _refuser("data"))
    made["grad"] = property(attrgetter(stored("grad")), _set_grad, _refuser("grad"))
    made["args"] = property(attrgetter(stored("args")), _args_setter(nodes), _refuser("args"))
    made["partials"] = property(attrgetter(stored("partials")), _set_partials, _refuser("partials"))
    # To be read under micrograd's names too, as the lectures' `draw_dot` does.
    made["_prev"] = property(_operands)
    made["_op"] = property(_symbol)
    made["_backward"] = property(_refuse_backward)
    return made


def _operands(node: Value) -> tuple[Value, ...]:
    """The nodes among the operands, each once."""
    return tuple(dict.fromkeys([arg for arg in node.args if not isinstance(arg, float)]))


def _symbol(node: Value) -> str:
    """The sign of the operation; nothing for a leaf."""
    return "" if node.op is None else node.op.symbol


def _refuse_backward(node: Value) -> NoReturn:
    raise AttributeError(
        "a node has no _backward: .partials holds its local derivatives, .backward() adds up the "
        "gradients of the whole graph, and engine.steps shows that step by step"
    )


# Written out, because labels, scopes and numbers are assigned in loops.


def _set_label(node: Any, text: Any) -> None:
    node._label_ = text if type(text) is str and text.isascii() else as_label(text)


def _set_scope(node: Any, text: Any) -> None:
    plain = type(text) is str and text.isascii() and text and "\0" not in text
    node._scope_ = text if plain else as_scope(text)


def _set_op(node: Any, op: Any) -> None:
    node._op_ = as_op(op)


def _set_data(node: Any, number: Any) -> None:
    node._data_ = number if type(number) is float else as_data(number)


def _set_grad(node: Any, number: Any) -> None:
    if type(number) is not float:
        number = 0.0 if type(number) is int and number == 0 else as_grad(number)
    node._grad_ = number


def _args_setter(nodes: type[Value]) -> Callable[[Any, Any], None]:
    def set_args(node: Any, args: Any) -> None:
        found = as_args(args, nodes)
        node._args_ = found
        # The local derivatives of other operands would be wrong ones.
        node._partials_ = tuple([None if type(arg) is float else 0.0 for arg in found])

    return set_args


def _set_partials(node: Any, partials: Any) -> None:
    found = as_partials(partials)
    check_fit(found, node._args_)
    node._partials_ = found


def _refuser(name: str) -> Callable[[Value], NoReturn]:
    def refuse(node: Value) -> NoReturn:
        raise AttributeError(f"{name} cannot be deleted: every node has it")

    return refuse


# Stands in the body of the class, because assigned to it this would be the class of the class.
CLASS = property(type, refuse_class, _refuser("__class__"))
