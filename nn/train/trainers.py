"""Which trainer computes the epochs: by a program where that pays, or where it was asked for."""

from __future__ import annotations

from collections.abc import Hashable

from nn.models.structure import structure_of
from nn.train.costs import Work
from nn.train.eager import EagerTrainer
from nn.train.trainer import Trainer

# Work of fewer gradients than this is done before a program is made, even of compiled code.
_WORTH_A_PROGRAM = 20_000
# What there is machine code of in this process.
_compiled: set[Hashable] = set()


def trainer_for(eager: EagerTrainer, epochs: int, backend: str) -> Trainer:
    """The eager trainer, or one by a program in its place; ValueError where there cannot be one."""
    # The compilers are loaded only when something is trained.
    from nn.train.compiled import CompiledTrainer
    from nn.train.recording import training_program

    optimizer, count = eager.optimizer, len(eager.samples)
    batches = -(-count // eager.batch_size)
    work = Work(count * epochs, batches * epochs, len(optimizer.parameters))
    kind = _kind(eager) if backend == "auto" else None
    if backend == "eager" or (backend == "auto" and not _worth_a_program(work, kind)):
        return eager
    samples = [*eager.samples, *eager.validation]
    found = training_program(eager.model, eager.loss, optimizer, samples, backend)
    if found is not None:
        if kind is not None and found[0].backend_for(work.samples).name == "llvm":
            _compiled.add(kind)
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


def _worth_a_program(work: Work, kind: Hashable) -> bool:
    if work.samples * work.parameters < _WORTH_A_PROGRAM:
        return False
    return (work.by_machine_code and kind in _compiled) or work.by_program < work.on_nodes


def _kind(eager: EagerTrainer) -> Hashable:
    """What models and trainings share that share their machine code; None for others."""
    structure, rule = structure_of(eager.model), getattr(eager.optimizer, "rule", None)
    if structure is None or rule is None:
        return None
    neurons = tuple((len(each.weights), each.activation) for each in structure.neurons)
    return structure.shape, neurons, eager.loss, tuple(rule), eager.batch_size == 1
