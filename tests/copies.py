"""Copies of a thing, which must be as good as the thing: by `copy.deepcopy` and by a pickle."""

import copy
import pickle
from typing import Any

import pytest


def by_pickle(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


over_copies = pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, by_pickle], ids=["deepcopy", "pickle"]
)
