"""Programs as text: one writer of statements for each language, and the text of a whole program."""
