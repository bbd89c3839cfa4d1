"""From a recorded graph to statements: what a row needs, forward and backward, and the loops."""
