"""Programs at work: in generated Python, and in machine code."""
