"""Sheets for students, each with numbers of its own, and their marking.

`quantities` says what a graph's two passes ask for and computes it on any numbers: the right ones,
or those a student came to. `friendly` finds numbers that stay short, `sheet` is one student's sheet
and `classroom` those of a class, `layout` and the writers beside it print them, `reading` reads
what comes back, `marking` marks it, and `slips` says what went wrong.
"""
