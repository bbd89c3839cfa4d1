"""PyTorch in float64: the formulas on its tensors, and its own derivatives of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine.testing import Recipe
from engine.testing.ground import is_well_defined
from tests.differential.interpreter import Interpreter
from tests.differential.reference import Numbers, Reference, add, direction


class TorchWay:
    """Values, gradients and second derivatives of scalar tensors."""

    name = "torch"
    size = 1

    def __init__(self) -> None:
        try:
            import torch
        except ImportError:
            raise ImportError(
                "torch is not installed: python -m pip install torch==2.13.0"
            ) from None
        self.torch = torch
        torch.set_num_threads(1)
        self.operations = Interpreter(self._number, _functions(torch)).operations()

    def _number(self, number: float, leaf: bool = False) -> Any:
        return self.torch.tensor(float(number), dtype=self.torch.float64, requires_grad=leaf)

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        return [self._measured(each) for each in references]

    def _measured(self, reference: Reference) -> Numbers:
        numbers: Numbers = {}
        recipe = reference.recipe
        # On a kink PyTorch has derivatives of its own choice.
        if is_well_defined(recipe, exact_leaves=False):
            for row in recipe.rows:
                self._measure_row(recipe, row, "second derivative" in reference.entries, numbers)
        return numbers

    def _measure_row(
        self, recipe: Recipe, row: Sequence[float], second: bool, numbers: Numbers
    ) -> None:
        leaves = [self._number(number, leaf=True) for number in (*row, *recipe.parameters)]
        output = recipe.nodes(leaves, self.operations)[-1]
        first = self._gradient(output, leaves)
        add(numbers, "true value", [output.item()])
        slopes = first[len(row) :]
        add(numbers, "gradient", [slope.item() for slope in slopes])
        if second:
            add(numbers, "gradient graph", [slope.item() for slope in first])
            weighted = self._number(0.0)
            for factor, slope in zip(direction(len(slopes)), slopes):
                weighted = weighted + factor * slope
            found = self._gradient(weighted, leaves)
            add(numbers, "second derivative", [number.item() for number in found])

    def _gradient(self, output: Any, leaves: list[Any]) -> list[Any]:
        if not output.requires_grad:
            return [self._number(0.0) for _ in leaves]
        found = self.torch.autograd.grad(output, leaves, create_graph=True, allow_unused=True)
        return [self._number(0.0) if slope is None else slope for slope in found]


def _functions(torch: Any) -> dict[str, Any]:
    names = "abs exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan atan2 sinh"
    names += " cosh tanh asinh acosh atanh erf erfc hypot copysign floor ceil trunc round"
    return {
        **{name: getattr(torch, name) for name in names.split()},
        "pi": torch.tensor(math.pi, dtype=torch.float64),
        # Equal ones share the gradient, as on the sheet.
        "max": lambda numbers: torch.stack(numbers).amax(),
        "min": lambda numbers: torch.stack(numbers).amin(),
        "cbrt": lambda a: torch.sign(a) * torch.abs(a) ** (1 / 3),
    }
