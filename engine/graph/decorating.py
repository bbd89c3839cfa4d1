"""Functions within a block of `engine.graph.modes`: plain ones, generators, coroutines.

The block is entered for every step of the body anew, so that between steps, when others run, it is
open for none of them.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from functools import wraps
from typing import TYPE_CHECKING, Any

from engine.base.numbers import given

if TYPE_CHECKING:
    from engine.graph.modes import Block


def decorated(function: Any, block: Block) -> Any:
    """The function, with the block open while its body runs."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(decorated(function.__func__, block))
    if not callable(function) or inspect.isclass(function):
        raise TypeError(f"{block!r} takes the function to decorate, not {given(function)}")
    wrapper = _wrapper(function, block)
    return wraps(function)(wrapper)


def _wrapper(function: Callable[..., Any], block: Block) -> Callable[..., Any]:
    if _is(function, inspect.isasyncgenfunction):

        async def async_generator(*args: Any, **keywords: Any) -> AsyncIterator[Any]:
            generator = function(*args, **keywords)
            step, given = generator.asend, None
            while True:
                try:
                    result = await _Steps(step(given), block)
                except StopAsyncIteration:
                    return
                try:
                    given, step = (yield result), generator.asend
                except GeneratorExit:
                    await _Steps(generator.aclose(), block)
                    raise
                except BaseException as error:
                    given, step = error, generator.athrow

        return async_generator
    if _is(function, inspect.iscoroutinefunction):

        async def coroutine(*args: Any, **keywords: Any) -> Any:
            return await _Steps(function(*args, **keywords), block)

        return coroutine
    if _is(function, inspect.isgeneratorfunction):

        def generator(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
            return (yield from _steps(function(*args, **keywords), block))

        return generator

    def plain(*args: Any, **keywords: Any) -> Any:
        with block:
            return function(*args, **keywords)

    return plain


def _is(function: Any, kind: Callable[[Any], bool]) -> bool:
    # An object that is called has its body in a method.
    return kind(function) or kind(getattr(function, "__call__", None))  # noqa: B004


def _steps(body: Any, block: Block) -> Generator[Any, Any, Any]:
    """Goes through a generator, or what a coroutine waits for, with the block open at each step."""
    step, given = body.send, None
    while True:
        try:
            with block:
                result = step(given)
        except StopIteration as end:
            return end.value
        try:
            given, step = (yield result), body.send
        except GeneratorExit:
            with block:
                body.close()
            raise
        except BaseException as error:
            given, step = error, body.throw


class _Steps:
    """The same for `await`."""

    def __init__(self, awaited: Awaitable[Any], block: Block) -> None:
        self._awaited = awaited
        self._block = block

    def __await__(self) -> Generator[Any, Any, Any]:
        return _steps(self._awaited.__await__(), self._block)
