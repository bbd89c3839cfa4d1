"""Which training is compared."""

from engine.testing import Recipe, Step
from tests.differential.reference import reference


def test_training_that_ends_a_step_on_a_kink_is_not_compared():
    """|celu(w)| falls and rises with slope 1 about 0, to which the second step leads back."""
    bent = (Step("celu", (0,), (1.0,)), Step("abs", (1,)))
    for weight, is_compared in ((-5.5e-58, False), (-5.5, True)):
        found = reference(Recipe(((),) * 5, (weight,), bent), second=False)
        assert ("training by batches" in found.entries) is is_compared
