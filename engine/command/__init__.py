"""The command `chaingrad`: a formula and its numbers in a terminal, and all that follows."""
