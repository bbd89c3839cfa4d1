"""Statements as LLVM: rows in the lanes of vectors, gradients that wait, loops over memory."""
