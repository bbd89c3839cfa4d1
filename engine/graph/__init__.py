"""Nodes and the graphs that they make: `Value`, modes, walks, paths, copies, names."""
