"""Networks, layers and neurons: what has parameters, and what is computed and kept of it."""
