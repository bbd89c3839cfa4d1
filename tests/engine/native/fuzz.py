"""`python -m tests.engine.native.fuzz [SECONDS] [SEED]`: hostile programs on the native core.

Operands whose conversion runs code, sequences that change others while they are gone through,
nodes with destructors, collections at any moment: whatever runs does anything to any node, and so
on some levels deep. Nothing may crash (a build with sanitizers sees it best: docs/testing.md), no
SystemError may come out, and after every round all nodes must be given back.
"""

import gc
import random
import sys
import time

import engine
from engine import Value
from engine.eager.functions import EAGER
from engine.native import extension
from tests.engine.native.fuzz_actions import ACTIONS
from tests.engine.native.fuzzer import DEEPEST, Fuzzer

ROUND = 300


def count() -> int:
    """How many nodes there are: without the collector's header, and with it."""
    for _ in range(3):
        # The first one runs destructors, those after it free what these have kept.
        gc.collect()
    alive: int = extension.alive()
    return alive + sum(isinstance(thing, Value) for thing in gc.get_objects())


def play(seed: int) -> int:
    """One round; how many actions it took. AssertionError where nodes are left at its end."""
    before = count()
    fuzzer = Fuzzer(seed, ACTIONS)
    # Code at every collection: on Python 3.11 that is wherever a container is made.
    gc.callbacks.append(fuzzer.collected)
    try:
        for _ in range(ROUND):
            fuzzer.act()
    finally:
        gc.callbacks.remove(fuzzer.collected)
        gc.set_threshold(700, 10, 10)
    fuzzer.depth = DEEPEST
    fuzzer.end()
    actions = fuzzer.actions
    del fuzzer
    left = count() - before
    assert left == 0, f"seed {seed}: {left} nodes are left"
    return actions


def main() -> None:
    """Plays rounds for some seconds; shows every hundredth seed, to repeat a crash from there."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    first = seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    assert engine.core == "native", "the fuzzer is for the native core"
    for operation in EAGER.values():
        # What is generated on first use is so before anything disturbs it.
        assert hasattr(operation, "__wrapped__")
    start, actions = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        if (seed - first) % 100 == 0:
            print(f"seed {seed}", flush=True)
        actions += play(seed)
        seed += 1
    print(
        f"{actions:,} actions in {seed - first:,} rounds from seed {first}: "
        "nothing crashed, no node is left"
    )


if __name__ == "__main__":
    main()
