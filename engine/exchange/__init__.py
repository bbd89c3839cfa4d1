"""Graphs as others write them, and back: sympy, networkx, node-link JSON, Mermaid, TikZ."""
