"""Programs: a recorded graph compiled once, run over many rows. `engine.compile` makes them.

`recording` reads the graph. `lower` turns it into a kernel, the statements of one row, and has the
loops around it, written once: batch, train, evaluate. `write` prints both as Python, C and
JavaScript, `llvm` as LLVM; `run` computes them, in Python or in machine code.
"""
