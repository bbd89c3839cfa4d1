"""The profile of Hypothesis for all tests: the same examples in every run, and no time limits.

`pytest --hypothesis-profile=thorough` draws ten times as many, and others in every run.
"""

import gc

import pytest
from hypothesis import settings

settings.register_profile(
    "chaingrad", max_examples=20, deadline=None, derandomize=True, database=None
)
settings.register_profile("thorough", max_examples=200, deadline=None, database=None)
settings.load_profile("chaingrad")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Puts the thousands of tests out of the collector's sight: many of them run it themselves."""
    gc.collect()
    gc.freeze()
