"""Programs: a recorded graph compiled once, run over many rows. `engine.compile` makes them.

`recorded` reads the graph, `lowering` turns it into instructions; from these `source_python` and
`source_c` write programs to read, and `llvm_functions` machine code.
"""
