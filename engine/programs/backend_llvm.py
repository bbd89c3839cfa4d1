"""Programs as machine code, by LLVM through llvmlite (extra `jit`)."""

from __future__ import annotations

import ctypes
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from typing import Any

from engine.programs.instructions import Instructions
from engine.programs.llvm_batch import Shape
from engine.programs.llvm_formulas import vector_function
from engine.programs.llvm_sample import LlvmModule
from engine.programs.llvm_train import evaluation_module, training_module
from engine.programs.lowering import lower
from engine.programs.recorded import Recorded
from engine.programs.rules import UpdateRule
from engine.programs.session import Outcome, Session

# In lanes everything is written out, and every parameter has a gradient in each lane; networks
# beyond these sizes take one row at a time, with loops over neighbours in memory.
MOST_IN_LANES = 1_500
LONGEST = 7
_CACHED = 64
_FUNCTIONS = "exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh erf erfc".split()

_pointer, _index, _double = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_TYPES: dict[str, Any] = {
    "train": (_index, [*[_pointer] * 5, *[_index] * 3, *[_double] * 2, *[_pointer] * 3]),
    "gradients": (_index, [*[_pointer] * 3, _index, _index, _double, *[_pointer] * 3]),
    "evaluate": (None, [_pointer, _pointer, _index, _pointer, _pointer]),
}


class _Host:
    """The machine that code is compiled for."""

    def __init__(self) -> None:
        import llvmlite.binding as llvm

        self.llvm = llvm
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.target = llvm.Target.from_default_triple()
        self.processor = llvm.get_host_cpu_name()
        features = llvm.get_host_cpu_features()
        self.features = features.flatten()
        self.width = 8 if features.get("avx512f") else 4
        self.vector_functions = self._vector_functions() if features.get("avx2") else []

    def _vector_functions(self) -> list[str]:
        """The functions of glibc's libmvec that are there; they err by at most 4 ulp."""
        try:
            self.llvm.load_library_permanently("libmvec.so.1")
        except RuntimeError:
            return []
        names = [vector_function(name, self.width) for name in _FUNCTIONS]
        names.append(vector_function("pow", self.width, 2))
        return [name for name in names if self.llvm.address_of_symbol(name)]

    def compile(self, text: str, name: str) -> Any:
        """One function of a module; it keeps its machine code alive."""
        llvm = self.llvm
        module = llvm.parse_assembly(text)
        machine = self.target.create_target_machine(
            cpu=self.processor, features=self.features, opt=1, jit=True
        )
        # The code is written as it should be run: what pays is inlining, numbers in registers, and
        # addresses folded into instructions. The usual levels take ten times as long.
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(1))
        passes = llvm.create_new_module_pass_manager()
        passes.add_always_inliner_pass()
        passes.add_sroa_pass()
        passes.add_instruction_combine_pass()
        passes.add_simplify_cfg_pass()
        passes.run(module, builder)
        engine = llvm.create_mcjit_compiler(module, machine)
        engine.finalize_object()
        result, arguments = _TYPES[name]
        address = engine.get_function_address(name)
        function: Any = ctypes.CFUNCTYPE(result, *arguments)(address)
        function.engine = engine
        return function


host = cache(_Host)
_compiled: OrderedDict[Any, tuple[Any, Shape]] = OrderedDict()


def is_available() -> bool:
    """Whether llvmlite can be imported."""
    from importlib.util import find_spec

    return find_spec("llvmlite") is not None


class LlvmBackend:
    """Compiles when a function is first needed; equal graphs share their code."""

    name = "llvm"

    def __init__(self, recorded: Recorded, rule: UpdateRule | None) -> None:
        self.recorded = recorded
        self.rule = rule
        self.key = recorded.key()
        edges = sum(len(node.args) for node in recorded.nodes)
        self.in_lanes = edges <= MOST_IN_LANES

    # Texts.

    def lowered(self, width: int) -> Instructions:
        if width > 1:
            return lower(self.recorded, longest=MOST_IN_LANES, seed=True)
        return lower(self.recorded, longest=LONGEST)

    def training_text(self, single: bool, rule: UpdateRule | None) -> tuple[str, Shape]:
        """The module that trains on one row at a time, or on batches; gradients, without a rule."""
        width = host().width if self.in_lanes and not single else 1
        module = LlvmModule(host().vector_functions)
        shape = training_module(self.lowered(width), rule, width, single, module)
        return module.text(), shape

    def evaluation_text(self) -> tuple[str, Shape]:
        """The module that computes outputs only."""
        width = host().width if self.in_lanes else 1
        module = LlvmModule(host().vector_functions)
        shape = evaluation_module(self.lowered(width), width, module)
        return module.text(), shape

    def function(self, name: str, single: bool = False) -> tuple[Any, Shape]:
        """A compiled function, from the cache if any program of this structure has had it."""
        rule = self.rule if name == "train" else None
        key = (self.key, name, single, rule and (rule.formulas, tuple(rule.settings)))
        found = _compiled.pop(key, None)
        if found is None:
            if name == "evaluate":
                text, shape = self.evaluation_text()
            else:
                text, shape = self.training_text(single, rule)
            found = host().compile(text, name), shape
        _compiled[key] = found
        if len(_compiled) > _CACHED:
            _compiled.popitem(last=False)
        return found

    # What a program asks for.

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row; nan where one is undefined."""
        evaluate, shape = self.function("evaluate")
        count = session.rows.count
        results = _zeros((count + shape.width) * shape.outputs)
        work = _zeros(shape.scratch + shape.width * shape.outputs)
        evaluate(
            _address(session.parameters),
            _address_of_view(session.rows.numbers),
            count,
            _address(results),
            _address(work),
        )
        return results[: count * shape.outputs].tolist()

    def gradients(self, session: Session) -> tuple[Outcome, list[float]]:
        """The mean loss over all rows, and its gradients."""
        count = session.rows.count
        gradients_of, shape = self.function("gradients")
        sums, mean = _zeros(len(session.parameters)), _zeros(1)
        order, work = array("q", range(count)), _zeros(shape.scratch)
        found = gradients_of(
            _address(session.parameters),
            _address_of_view(session.rows.numbers),
            _address(order),
            0,
            count,
            1.0 / count,
            _address(mean),
            _address(sums),
            _address(work),
        )
        if found >= 0:
            return Outcome([], found, mean[0]), []
        return Outcome([mean[0]]), [gradient / count for gradient in sums]

    def train(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order`, in batches of `size`."""
        assert self.rule is not None
        # A rule with a sum over all parameters needs their gradients before it changes the first.
        single = size == 1 and not self.rule.reductions
        train, shape = self.function("train", single)
        count = len(order)
        numbers = order if isinstance(order, array) else array("q", order)
        means, gradients = _zeros(epochs), _zeros(len(session.parameters))
        settings, work = session.settings(), _zeros(shape.scratch)
        found = train(
            _address(session.parameters),
            _address(session.state),
            _address(settings),
            _address_of_view(session.rows.numbers),
            _address(numbers),
            count,
            size,
            epochs,
            1.0 / total,
            float(session.steps),
            _address(means),
            _address(gradients),
            _address(work),
        )
        updates = -(-count // size)
        if found == -1:
            session.steps += epochs * updates
            return Outcome(means.tolist())
        if found < -1:
            epoch = -found - 3
            session.steps += (epoch + 1) * updates
            bad = next(i for i, number in enumerate(session.parameters) if number - number != 0)
            return Outcome(means[:epoch].tolist(), parameter=bad)
        epoch, position = divmod(found, count)
        session.steps += epoch * updates + position // size
        return Outcome(means[:epoch].tolist(), numbers[position], means[epoch])


def _zeros(length: int) -> array[float]:
    return array("d", bytes(8 * max(length, 1)))


def _address(numbers: array[Any]) -> int:
    return numbers.buffer_info()[0]


def _address_of_view(view: memoryview[Any]) -> int | None:
    return ctypes.addressof(ctypes.c_char.from_buffer(view)) if view.nbytes else None
