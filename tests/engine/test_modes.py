"""Modes that are left in any order, around bodies of every kind, with parentheses or without."""

import asyncio
import contextvars
import gc
import inspect
import threading
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, detect_anomaly, no_grad, scope
from engine.context import current_mode, settled


def recorded():
    return (Value(1.0) * 2).op is not None


def here():
    return (Value(1.0) * 2).scope


def holding(block):
    with block:
        while True:
            yield recorded(), here()


def opened(block):
    generator = holding(block)
    next(generator)
    return generator


def test_generators_that_are_closed_in_the_order_of_their_start_leave_nothing_behind():
    first, second = opened(no_grad()), opened(no_grad())
    first.close()
    assert not recorded()
    second.close()
    assert recorded()
    assert current_mode() is None


KINDS = st.sampled_from(["no_grad", "detect_anomaly", "a", "b"])
# What to open, or the number of the one to close; each in one of two threads.
ACTIONS = st.lists(st.tuples(st.booleans(), KINDS | st.integers(0, 9)), max_size=14)


def block_of(kind):
    return {"no_grad": no_grad, "detect_anomaly": detect_anomaly}.get(kind, lambda: scope(kind))()


@given(actions=ACTIONS, shared=st.booleans())
def test_after_any_order_of_opening_and_closing_what_is_open_holds(actions, shared):
    """`shared`: one block that is entered again and again, instead of a new one each time."""
    blocks = {kind: block_of(kind) for kind in ("no_grad", "detect_anomaly", "a", "b")}
    open_now = []
    for _, action in actions:
        if isinstance(action, str):
            block = blocks[action] if shared else block_of(action)
            open_now.append((action, opened(block)))
        elif open_now:
            open_now.pop(action % len(open_now))[1].close()
        kinds = [kind for kind, _ in open_now]
        names = [kind for kind in kinds if kind in ("a", "b")]
        assert recorded() == ("no_grad" not in kinds)
        if not shared:
            assert here() == (" / ".join(names) or None)
        if "detect_anomaly" in kinds:
            with pytest.raises(FloatingPointError):
                Value(1000.0).exp()
        else:
            Value(1000.0).exp()
    while open_now:
        open_now.pop(0)[1].close()
    assert current_mode() is None


@given(actions=ACTIONS)
def test_what_is_closed_from_another_thread_is_open_nowhere(actions):
    """Each context acts when it is told to, as threads and tasks of their own would."""
    contexts = (contextvars.copy_context(), contextvars.copy_context())
    open_in = ([], [])
    for second, action in actions:
        context = contexts[second]
        if isinstance(action, str):
            open_in[second].append((action, context.run(opened, block_of(action))))
        else:
            # The other one closes what this one has opened.
            mine = open_in[second]
            if mine:
                contexts[1 - second].run(mine.pop(action % len(mine))[1].close)
        for place in (0, 1):
            kinds = [kind for kind, _ in open_in[place]]
            assert contexts[place].run(recorded) == ("no_grad" not in kinds)
            names = [kind for kind in kinds if kind in ("a", "b")]
            assert contexts[place].run(here) == (" / ".join(names) or None)
    for generators in open_in:
        for _, generator in generators:
            generator.close()
    assert [context.run(settled) for context in contexts] == [None, None]
    assert current_mode() is None


def test_a_generator_that_is_dropped_within_another_scope_takes_its_own_away_only():
    generator = opened(no_grad())
    with scope("s"):
        assert not recorded()
        del generator
        gc.collect()
        assert (recorded(), here()) == (True, "s")
    assert (recorded(), here()) == (True, None)


def test_a_task_keeps_what_was_open_where_it_was_made():
    async def work():
        await asyncio.sleep(0)
        return recorded(), here()

    async def main():
        with no_grad(), scope("outer"):
            task = asyncio.create_task(work())
        assert recorded()
        return await task

    assert asyncio.run(main()) == (False, "outer")
    assert current_mode() is None


def test_an_asynchronous_generator_that_is_not_gone_through_leaves_nothing_behind():
    async def rows():
        with no_grad():
            for number in range(10):
                yield Value(1.0) * number

    async def main():
        async for row in rows():
            assert row.op is None
            break
        gc.collect()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return recorded()

    assert asyncio.run(main())


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
def test_what_is_no_function_is_not_decorated(bad):
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
