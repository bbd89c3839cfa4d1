"""Which trainer computes the epochs: by a program where that pays, or where it was asked for."""

from __future__ import annotations

from nn.train.eager import EagerTrainer
from nn.train.trainer import Trainer

# Work of fewer gradients than this is done before a program is compiled.
_WORTH_A_PROGRAM = 20_000


def trainer_for(eager: EagerTrainer, epochs: int, backend: str) -> Trainer:
    """The eager trainer, or one by a program in its place; ValueError where there cannot be one."""
    # The compilers are loaded only when something is trained.
    from nn.train.compiled import CompiledTrainer
    from nn.train.recording import training_program

    optimizer, count = eager.optimizer, len(eager.samples)
    work = count * epochs
    small = work * len(optimizer.parameters) < _WORTH_A_PROGRAM
    if backend == "eager" or (backend == "auto" and small):
        return eager
    samples = [*eager.samples, *eager.validation]
    found = training_program(eager.model, eager.loss, optimizer, samples, backend)
    if found is not None:
        return CompiledTrainer(*found, epochs, eager, backend)
    if backend == "auto":
        return eager
    # Either computing a sample raises, or nothing is wrong with them but that they differ.
    for number in range(count):
        eager.sample(1, number)
    raise ValueError(
        f"fit: backend={backend!r} cannot repeat this training: the samples must look alike, and "
        "neither detect_anomaly nor another context may be active"
    )
