"""The machine that LLVM compiles for, through llvmlite."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from engine.programs.llvm.entry import NAME, entry
from engine.programs.llvm.library import vector_functions
from engine.programs.lower.ir import Function


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
        names = [
            *vector_functions(2),
            *vector_functions(4),
            *(vector_functions(8) if self.width == 8 else []),
        ]
        return [name for name in names if self.llvm.address_of_symbol(name)]

    def compile(self, text: str, function: Function, quick: bool = False) -> Any:
        """One function of a module, as one of the loops is; it keeps its machine code alive.

        It is given its arguments as `packing` of it puts them together.

        `quick`: in half the time or less, code that takes up to six times as long to run. The
        numbers are the same.
        """
        llvm = self.llvm
        module = llvm.parse_assembly(text + entry(function))
        machine = self.target.create_target_machine(
            cpu=self.processor, features=self.features, opt=0 if quick else 1, jit=True
        )
        # The code is written as it should be run: what pays is inlining, and numbers in registers.
        # The usual levels take ten times as long.
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(1))
        passes = llvm.create_new_module_pass_manager()
        passes.add_always_inliner_pass()
        passes.add_sroa_pass()
        passes.add_simplify_cfg_pass()
        passes.run(module, builder)
        engine = llvm.create_mcjit_compiler(module, machine)
        engine.finalize_object()
        result = None if function.result == "None" else ctypes.c_double
        prototype = ctypes.CFUNCTYPE(result, ctypes.c_void_p)
        compiled: Any = prototype(engine.get_function_address(NAME))
        compiled.engine = engine
        return compiled


host = cache(_Host)


def is_available() -> bool:
    """Whether llvmlite can be imported."""
    from importlib.util import find_spec

    return find_spec("llvmlite") is not None
