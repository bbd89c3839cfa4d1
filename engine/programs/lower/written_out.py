"""The pass `written_out`: what loops over neighbours compute, as instructions one after the other.

Then what one of them hands to the next may stay in a register. The numbers are those of the loops:
a product that is added may be rounded together with the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from engine.programs.lower.ir import (
    Assign,
    Guard,
    Instruction,
    Kernel,
    Map,
    Names,
    Operand,
    Reduce,
    Span,
    Variable,
)
from engine.programs.lower.row import target_of


def written_out(kernel: Kernel, deferred: Sequence[Map | Assign] = ()) -> Kernel:
    """The kernel without loops, but for those in `deferred`: what they go over stays in memory."""
    pass_ = _WrittenOut(kernel, deferred)
    return replace(
        kernel,
        forward=list(chain.from_iterable(map(pass_.written, kernel.forward))),
        backward=list(chain.from_iterable(map(pass_.written, kernel.backward))),
        outputs=list(map(pass_.operand, kernel.outputs)),
    )


class _WrittenOut:
    def __init__(self, kernel: Kernel, deferred: Sequence[Map | Assign]) -> None:
        self.leaves = {"input": kernel.inputs, "parameter": kernel.parameters}
        self.deferred = set(map(id, deferred))
        self.kept: set[tuple[str, int]] = set()
        for waiting in deferred:
            self.kept.update(places_read(waiting))
        # Those that were in memory for loops, by their places.
        self.found: dict[tuple[str, int], Variable] = {}
        for each in chain(kernel.forward, kernel.backward):
            target = target_of(each)
            if target is not None and target.stored:
                self.variable(target.kind, target.index, target.name)

    def variable(self, kind: str, index: int, name: str = "") -> Variable:
        if kind in self.leaves:
            return self.leaves[kind][index]
        found = self.found.get((kind, index))
        if found is None:
            stored = (kind, index) in self.kept
            found = Variable(kind, index, name or f"{kind}{index}", stored)
            self.found[kind, index] = found
        return found

    def operand(self, operand: Operand) -> Operand:
        if isinstance(operand, Variable) and operand.stored:
            return self.variable(operand.kind, operand.index, operand.name)
        return operand

    def names(self, names: Names) -> dict[str, Operand]:
        return {name: self.operand(operand) for name, operand in names.items()}

    def elements(self, spans: Mapping[str, Span], length: int) -> Iterator[dict[str, Operand]]:
        for place in range(length):
            yield {
                name: self.variable(span.kind, span.start + place) for name, span in spans.items()
            }

    def written(self, instruction: Instruction) -> Iterator[Instruction]:
        if id(instruction) in self.deferred:
            yield instruction
            return
        match instruction:
            case Assign(target, _, names):
                target = self.variable(target.kind, target.index) if target.stored else target
                yield replace(instruction, target=target, names=self.names(names))
            case Guard(_, names):
                yield replace(instruction, names=self.names(names))
            case Reduce(names=names, elements=elements, spans=spans, length=length):
                listed = map(self.names, elements)
                yield replace(
                    instruction,
                    names=self.names(names),
                    elements=[*(listed if spans is None else self.elements(spans, length))],
                    spans=None,
                    fused=spans is not None,
                )
            case Map(target, tree, names, spans, accumulate):
                common = self.names(names)
                for place, own in enumerate(self.elements(spans, target.length)):
                    one = self.variable(target.kind, target.start + place)
                    yield Assign(one, tree, {**common, **own}, accumulate, fused=accumulate)
            case _:
                yield instruction


def places_read(each: Map | Assign) -> Iterator[tuple[str, int]]:
    """The places of what an instruction reads."""
    for operand in each.names.values():
        if isinstance(operand, Variable):
            yield operand.kind, operand.index
    for span in each.spans.values() if isinstance(each, Map) else ():
        for index in span.indices:
            yield span.kind, index
