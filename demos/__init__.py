"""The lesson and what belongs to it, one short script each: `python -m demos`."""

# In the order in which a learner reads them; the first is the main job.
NAMES = ("lesson", "worked_example", "ten_by_ten", "general_form")
