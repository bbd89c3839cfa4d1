"""Whatever is tried on a node, both cores answer alike: the same result, or the same error."""

import pytest

from tests.engine.native.cores import core

# Each is run with `v`, a leaf with a label, and `y`, which is v · 2.
TRIED = """
v.foo
v.foo()
setattr(v, "foo", 1) or v.foo
setattr(v, "_prev", ()) or v
[setattr(v, "foo", 1), delattr(v, "foo"), v.foo]
y.backward(1, 2)
y.backward("2")
y.backward(gradient=1)
y.backward(2, seed=1)
delattr(v, "data")
delattr(v, "foo")
setattr(v, "data", None)
setattr(v, "data", 10 ** 400)
setattr(v, "grad", "x")
setattr(v, "label", 3)
setattr(v, "scope", "")
setattr(v, "op", 5)
setattr(v, "__class__", Parameter)
setattr(v, "__class__", 3)
setattr(y, "args", [v])
setattr(y, "args", (v, "2"))
setattr(y, "partials", (1.0, None, 3.0))
setattr(y, "partials", (1.0, 2.0))
setattr(y, "partials", (None, None))
setattr(y, "partials", (1j, None))
y.__setattr__("args", (v, v, v)) or y.partials
object.__dict__["__class__"].__get__(v)
v @ v
v @ 2
v << 1
v & v
~v
v + "text"
"text" + v
v + None
v + [1]
v * object()
object() * v
v ** "2"
pow(v, 2, 5)
pow(v, v, 5)
pow(2, v, 5)
pow(2, 3, v)
v.__pow__(2, 5)
v.__radd__(1)
v.__rsub__(1)
v.__rtruediv__(4)
v.__rpow__(2)
v.__iadd__(1)
v % "a"
divmod(v, None)
divmod(v, 0.75)
divmod(7, v)
v // 0
v % 0
range(v)
[1, 2][v]
"abc" * v
float(v)
int(v)
int(Value(float("inf")))
int(Value(float("nan")))
complex(v)
bool(Value(float("nan")))
round(v)
round(v, 1)
round(v, "a")
format(v, ".2f")
format(v, "no")
format(v, "")
f"{v!r:>40}"
v < None
v < "a"
None >= v
v < 1j
v == "a"
v == 1.0
v != 1.0
v in [1.0]
sorted([v, 0.5, Value(-1.0)])
max(v, Value(3.0))
hash(v) == hash(v)
len(v)
iter(v)
v[0]
v()
with_statement(v)
sum([v, v])
Value()
Value(1.0, "a", 3)
Value(1.0, name="a")
Value(1.0, "a", label="b")
Value(label="a")
Value(data=1.0, label="q")
Value(v)
Value("3")
Value(b"1")
Value(None)
Value(10 ** 400)
Value(1.0, 5)
Value(1.0, ("a",))
Parameter()
Parameter("much")
Parameter(v)
Value.__init__(v, "x")
Value.__init__(5, 1.0)
Value.exp()
Value.exp(1.0)
Value.exp("a")
v.exp(2)
v.exp(a=3)
v.leaky_relu(slope=v)
v.leaky_relu(slope="a")
v.leaky_relu(2, 3, 4)
v.backward(1)
v.detach(1)
vars(v)
__import__("weakref").ref(v)
__import__("math").sqrt(v)
__import__("math").floor(v)
__import__("math").sqrt(Value(-1.0))
__import__("copy").copy(y)
__import__("copy").deepcopy(y)
__import__("pickle").loads(__import__("pickle").dumps(y))
type(v)
type(v).__name__, type(v).__qualname__, type(v).__module__
Value.__slots__
Value.__mro__
isinstance(v, Value), isinstance(v, Parameter), isinstance(v, float)
str(__import__("inspect").signature(Value))
str(__import__("inspect").signature(Value.exp))
type("Sub", (Value,), {})(1.0) * 2
type("Sub", (Value,), {"__mul__": lambda s, o: "sub"})(1.0) * 2
Value(1.0) * type("Sub", (Value,), {"__rmul__": lambda s, o: "rsub"})(1.0)
Value(1.0) + type("Sub", (Value,), {"__float__": lambda s: 99.0})(1.0)
type("Sub", (Value,), {"data": property(lambda s: 7.0)})(1.0) * 2
type("F", (float,), {"__radd__": lambda s, o: "rf"})(1.0) + v
v + type("F", (float,), {"__radd__": lambda s, o: "rf"})(1.0)
v * type("I", (int,), {})(3)
v + type("N", (), {"__float__": lambda s: 1 / 0, "__radd__": lambda s, o: "asked"})()
dot([v], [1, 2])
dot([v], 3)
dot(v, [v])
dot("ab", [v, v])
dot([v])
dot([v], [v], [v])
total([])
total(3)
total([v, None])
total(v)
total(iter([v, 1]))
topological_order(v, 3)
leaves([v])
gradient(3.0, [v])
gradient(y, {v: 1})
tree(3)
v._prev, v._op, y._prev, y._op
y._backward
"""


def answers(name):
    with core(name).in_place() as own:
        engine = own.engine
        found = {}
        for text in TRIED.strip().splitlines():
            v = engine.Value(1.0, label="v")
            names = {
                **{name: getattr(engine, name) for name in engine.__all__},
                **{"v": v, "y": v * 2, "total": engine.sum, "with_statement": entered},
            }
            try:
                found[text] = repr(eval(text, names))
            except Exception as error:
                found[text] = f"{type(error).__name__}: {error}"
        return found


def entered(thing):
    with thing:
        return


def test_both_cores_answer_alike():
    python, native = answers("python"), answers("native")
    assert {text: answer for text, answer in native.items() if answer != python[text]} == {}
    everything = "\n".join(python.values())
    assert "<lambda>" not in everything
    assert "<locals>.<lambda>" not in everything
    assert python["v.foo"] == "AttributeError: 'Value' object has no attribute 'foo'"
    assert python["v @ v"] == "TypeError: unsupported operand type(s) for @: 'Value' and 'Value'"
    assert python["pow(v, 2, 5)"].startswith("TypeError: pow(a, b, modulus) is not differentiable")


@pytest.mark.parametrize("name", ["python", "native"])
def test_a_refused_call_leaves_the_nodes_as_they_were(name):
    with core(name).in_place() as own:
        v = own.engine.Value(1.0, label="v")
        for attribute, bad in [("data", "a"), ("grad", None), ("label", 3), ("op", 3), ("args", 3)]:
            with pytest.raises(TypeError):
                setattr(v, attribute, bad)
        assert (v.data, v.grad, v.label, v.op, v.args) == (1.0, 0.0, "v", None, ())
