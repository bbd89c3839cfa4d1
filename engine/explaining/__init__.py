"""Graphs in words: explanations, steps, trees, and checks that say what is wrong.

Not called `explain`: the import of a package puts it under its name into `engine`, in the place of
the function.
"""
