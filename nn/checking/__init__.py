"""Checks of what is written by hand beside a network, for tests."""
