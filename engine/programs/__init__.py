"""Programs: a recorded graph compiled once, run over many rows. `engine.compile` makes them.

`recording` reads the graph and `lowering` turns it into a kernel: the statements of one row (`ir`,
`row`). `loops` are the statements around it, written once: batch, train, evaluate. `write` prints
both as Python, C and JavaScript, `run` computes them: in Python, and by the `llvm_…` modules in
machine code.
"""
