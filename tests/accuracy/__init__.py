"""How accurate every operation is on every backend, against mpmath: `python -m tests.accuracy`."""
