"""Whether the tests notice that the project is altered: `python -m tests.mutation`."""
