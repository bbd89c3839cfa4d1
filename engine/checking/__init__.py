"""Gradients that somebody claims: right, or which of the usual slips they are.

`diagnosing` ranks what the other modules list: slips in the factors of the chain (`of_factors`), in
its paths (`of_paths`), in its nodes (`of_nodes`), and in the loop around it (`of_training`). Every
slip is computed from the graph and the sheet; none is known for one network.
"""
