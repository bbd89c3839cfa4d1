"""The lesson and what belongs to it, one short script each: `python -m demos`."""

# In the order in which a learner reads them; the first is the main job.
PARTS = {
    "The lesson": ("lesson", "worked_example", "ten_by_ten", "general_form"),
    "The how: real data": ("regression", "classification", "moons", "digits"),
    "The why": ("activations", "learning_rate", "initialisation", "scaling", "optimisers"),
    "Beyond": ("gpt", "sweep"),
}
NAMES = tuple(name for names in PARTS.values() for name in names)
