"""Modes that are left in any order, around bodies of every kind, with parentheses or without."""

import asyncio
import contextvars
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, detect_anomaly, no_grad, scope
from engine.graph.modes import current_mode, settled


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
