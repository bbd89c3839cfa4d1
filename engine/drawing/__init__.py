"""Graphs as pictures, in three views.

Not called `draw`: the import of a package puts it under its name into `engine`, in the place of the
function.
"""
