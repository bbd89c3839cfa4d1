"""The formula sheet: its operations, the language of its formulas, what follows from them."""
