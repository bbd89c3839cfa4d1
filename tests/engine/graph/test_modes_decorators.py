"""Blocks as decorators: of functions, generators, coroutines and asynchronous generators."""

import asyncio
import inspect
import threading
from functools import partial

import pytest

from engine import Value, detect_anomaly, no_grad, scope
from engine.graph.modes import current_mode
from tests.engine.graph.test_modes_left import here, recorded


def test_a_generator_function_runs_within_the_block_and_its_user_does_not():
    @no_grad()
    @scope("rows")
    def rows(x):
        """Doc."""
        got = yield x * 1
        while got is not None:
            try:
                got = yield x * got
            except KeyError:
                got = yield "caught"
        return x * 3

    assert inspect.isgeneratorfunction(rows)
    assert (rows.__name__, rows.__doc__) == ("rows", "Doc.")
    generator = rows(Value(2.0))
    seen = [next(generator)]
    assert (recorded(), here()) == (True, None)
    seen.append(generator.send(5))
    assert generator.throw(KeyError()) == "caught"
    with pytest.raises(StopIteration) as stop:
        generator.send(None)
    seen.append(stop.value.value)
    assert [(node.data, node.op, node.scope) for node in seen] == [
        (2.0, None, "rows"),
        (10.0, None, "rows"),
        (6.0, None, "rows"),
    ]
    generator = rows(Value(2.0))
    next(generator)
    with pytest.raises(ZeroDivisionError):
        generator.throw(ZeroDivisionError())
    assert current_mode() is None


def test_a_generator_function_is_closed_within_the_block():
    seen = []

    @no_grad
    def rows():
        try:
            yield
        finally:
            seen.append(recorded())

    generator = rows()
    next(generator)
    generator.close()
    assert seen == [False]


def test_a_coroutine_runs_within_the_block_and_others_meanwhile_do_not():
    @no_grad()
    @scope("work")
    async def work():
        before = recorded(), here()
        await asyncio.sleep(0)
        return before, (recorded(), here())

    assert inspect.iscoroutinefunction(work)
    coroutine = work()
    pending = coroutine.send(None)
    assert (recorded(), here(), pending) == (True, None, None)
    coroutine.close()
    assert asyncio.run(work()) == ((False, "work"), (False, "work"))

    @detect_anomaly
    async def explode():
        await asyncio.sleep(0)
        Value(1000.0).exp()

    with pytest.raises(FloatingPointError):
        asyncio.run(explode())


def test_an_asynchronous_generator_function_runs_within_the_block():
    closed = []

    @no_grad
    async def rows():
        try:
            for number in (1, 2, 3):
                await asyncio.sleep(0)
                got = yield Value(1.0) * number
                assert got in (None, "sent")
        except ValueError:
            yield "caught"
        finally:
            closed.append(recorded())

    async def main():
        seen = []
        async for row in rows():
            seen.append((row.op, recorded()))
        generator = rows()
        await generator.__anext__()
        assert (await generator.asend("sent")).data == 2.0
        assert await generator.athrow(ValueError()) == "caught"
        await generator.aclose()
        return seen

    assert inspect.isasyncgenfunction(rows)
    assert asyncio.run(main()) == [(None, True)] * 3
    assert closed == [False, False]
    assert current_mode() is None


@pytest.mark.parametrize("block", [no_grad, no_grad()], ids=["without", "with"])
def test_parentheses_may_be_left_out(block):
    assert not block(recorded)()
    with block:
        assert not recorded()
        with block:
            assert not recorded()
        assert not recorded()
    with block, scope("s"):
        assert (recorded(), here()) == (False, "s")
    assert recorded()

    class Model:
        @block
        def predict(self):
            return recorded()

        @block
        @staticmethod
        def static():
            return recorded()

        @classmethod
        @block
        def of_class(cls):
            return recorded()

        @block
        @classmethod
        def of_class_too(cls):
            return recorded()

    model = Model()
    assert not any([model.predict(), Model.static(), model.of_class(), Model.of_class_too()])
    assert not block(partial(recorded))()
    assert repr(block) == "no_grad()"


def test_one_block_is_safe_in_several_threads():
    block, results = no_grad(), []
    barrier = threading.Barrier(4, timeout=20)

    def work():
        for _ in range(50):
            with block:
                barrier.wait()
                inside = recorded()
            results.append((inside, recorded()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert set(results) == {(False, True)}
    assert recorded()


@pytest.mark.parametrize("bad", [None, 3, "f", int, Value], ids=repr)
def test_what_is_not_a_function_is_not_decorated(bad):
    with pytest.raises(TypeError, match=r"^no_grad\(\) takes the function to decorate, not "):
        no_grad(bad)
    with pytest.raises(TypeError, match=r"not 2 things$"):
        detect_anomaly(recorded, recorded)


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        (3, TypeError, r'^scope takes a name, as in scope\("layer 1"\), not 3 \(int\)$'),
        (recorded, TypeError, "^scope takes a name, .*, not <function recorded"),
        (None, TypeError, "not None"),
        ("", ValueError, "^the name of a scope must be text for a name, not '' .*: it is empty$"),
        ("a\0", ValueError, "NUL"),
        ("\udfff", ValueError, "surrogate"),
    ],
    ids=repr,
)
def test_a_scope_needs_a_name(bad, kind, message):
    with pytest.raises(kind, match=message):
        scope(bad)
    assert current_mode() is None
