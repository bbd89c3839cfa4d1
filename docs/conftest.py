"""A page whose examples need optional packages is left out where one is missing."""

from importlib.util import find_spec

PACKAGES = ("sympy", "networkx", "numpy", "safetensors")
collect_ignore = [] if all(map(find_spec, PACKAGES)) else ["exchange.md"]
