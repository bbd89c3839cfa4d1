"""One profile of Hypothesis for all tests: the same examples in every run, and no time limits."""

from hypothesis import settings

settings.register_profile(
    "chaingrad", max_examples=30, deadline=None, derandomize=True, database=None
)
settings.load_profile("chaingrad")
