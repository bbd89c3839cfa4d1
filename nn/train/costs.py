"""What training costs on nodes and by a program, roughly: for the choice between the two.

Seconds on one Zen 4 core. Another machine is faster or slower at both, and what counts is which of
them is the smaller. `python -m tests.benchmarks` measures both.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec

from engine import core

# Of a sample's graph, for the sample and for each parameter, both ways.
_SAMPLE, _WEIGHT = (1.3e-6, 22e-9) if core == "native" else (12e-6, 270e-9)
# Of an update on nodes.
_UPDATE, _STEP = 0.4e-6, 75e-9
# To import LLVM, once in a process.
_IMPORT = 26e-3
# So many operations, two for each parameter, are worth machine code to a program.
_OPERATIONS = 200_000


@dataclass(frozen=True)
class Work:
    """How many samples there are in all epochs, updates, and parameters."""

    samples: int
    updates: int
    parameters: int

    @property
    def by_machine_code(self) -> bool:
        """Whether a program does it in machine code."""
        enough = 2 * self.samples * self.parameters >= _OPERATIONS
        return enough and find_spec("llvmlite") is not None

    @property
    def on_nodes(self) -> float:
        """Seconds without a program."""
        graphs = self.samples * (_SAMPLE + self.parameters * _WEIGHT)
        return graphs + self.updates * (_UPDATE + self.parameters * _STEP)

    @property
    def by_program(self) -> float:
        """Seconds by a program that has yet to be made."""
        if not self.by_machine_code:
            run = self.samples * (0.1e-6 + self.parameters * 68e-9)
            return 3e-3 + self.parameters * 50e-6 + run
        # More neurons of one form soon take no more lines, but for batches of small networks, which
        # are written out for the lanes of vectors.
        few = min(self.parameters, 60) * 0.5e-3 + min(self.parameters, 960) * 30e-6
        written_out = self.updates < self.samples and self.parameters < 750
        made = 8e-3 + few + self.parameters * 1.8e-6 + written_out * 40e-3
        return made if "llvmlite.binding" in sys.modules else made + _IMPORT
