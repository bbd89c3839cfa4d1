"""A sample of the logic in Python, altered: gradients, paths, programs, explanations, losses."""

from __future__ import annotations

from tests.mutation.changes import Change

_BACKWARD = (
    "tests/engine/graph/test_value_backward.py",
    "tests/engine/graph/test_dead_branches.py",
)
_GRAPH = ("tests/engine/graph/test_walks.py", *_BACKWARD)
_DERIVATIVE = (
    "tests/engine/eager/test_derivative.py",
    "tests/engine/eager/test_derivative_kinks.py",
    "tests/engine/graph/test_dead_branches.py",
)
_EXPLAIN = ("tests/engine/explaining/test_explanation.py", "tests/engine/explaining/test_paths.py")
_PATHS = ("tests/engine/graph/test_paths.py", *_EXPLAIN)
_PROGRAM = ("tests/engine/programs/lower/test_lowering.py", "tests/engine/programs/test_program.py")
_PROGRAM_ENDS = (*_PROGRAM, "tests/engine/programs/lower/test_dead_ends.py")
_LOSSES = ("tests/nn/train/test_losses.py",)
_FIT = ("tests/nn/train/test_fit_parts.py", "tests/nn/train/test_fit_hooks.py")

_VALUE, _GRAPHS, _WAYS = "engine/graph/value.py", "engine/graph/walks.py", "engine/graph/paths.py"
_DERIVED, _RULES = "engine/eager/derivative.py", "engine/eager/contributions.py"
_LOWER, _SHOWN = "engine/programs/lower/lowering.py", "engine/explaining/paths.py"

LOGIC = (
    Change(_VALUE, "node._grad_ = 0.0\n        self", "pass\n        self", _BACKWARD),
    Change(_VALUE, "self._grad_ += factor", "self._grad_ = factor", _BACKWARD),
    Change(_VALUE, "operand._grad_ += partial", "operand._grad_ = partial", _BACKWARD),
    Change(
        _VALUE, "in reversed(order):\n            grad", "in order:\n            grad", _BACKWARD
    ),
    Change(_VALUE, "grad - grad != 0.0 and type(partial) is float", "False", _BACKWARD),
    Change(
        _VALUE, "grad - grad != 0.0 and type(partial) is float", "grad - grad != 0.0", _BACKWARD
    ),
    Change(_VALUE, "if partial and partial - partial != 0.0:", "if False:", _BACKWARD),
    Change(_VALUE, "if node in live:\n", "if True:\n", _BACKWARD),
    Change(_GRAPHS, "list(reversed(outputs))", "list(outputs)", _GRAPH),
    Change(_GRAPHS, "for arg in reversed(args) if", "for arg in args if", _GRAPH),
    Change(_GRAPHS, "partial is not None and not is_dead(partial)", "partial is not None", _GRAPH),
    Change(_GRAPHS, "is_dead(partial) or is_dead(further)", "is_dead(partial)", _PATHS),
    Change(_GRAPHS, "is_dead(partial) or is_dead(further)", "is_dead(further)", _PATHS),
    Change(_GRAPHS, "is_dead(partial) or node not in live", "node not in live", _GRAPH),
    Change(_GRAPHS, "is_dead(partial) or node not in live", "is_dead(partial)", _PATHS),
    Change(_GRAPHS, "found.get(operand, 0.0) + added", "added", _PATHS),
    Change(_DERIVED, "if former is None else former + contribution", "", _DERIVATIVE),
    Change(_DERIVED, "{y: 1.0}", "{y: 2.0}", _DERIVATIVE),
    Change(_DERIVED, "if node in liveness.guarded:", "if False:", _DERIVATIVE),
    Change(_DERIVED, "adjoints.get(x, 0.0)", "adjoints.get(x, 1.0)", _DERIVATIVE),
    Change(
        _DERIVED,
        "    check_current(order)\n    return _gradient(order, xs, {})",
        "    return _gradient(order, xs, {})",
        _DERIVATIVE,
    ),
    Change(_RULES, "if partial == 0.0:\n            return None", "", _DERIVATIVE),
    Change(_RULES, "if self.dead and not is_one(adjoint):", "if False:", _DERIVATIVE),
    Change(_RULES, "key = node, self.position\n", "key = node\n", _DERIVATIVE),
    Change(_RULES, "key = node, name, place\n", "key = node, name\n", _DERIVATIVE),
    Change(_RULES, "partial.weighted is not None and not is_one(adjoint)", "False", _DERIVATIVE),
    Change(_WAYS, "{x: 1}", "{x: 2}", _PATHS),
    Change(_WAYS, "adjoints(y).get(x, 0.0)", "adjoints(y).get(x, 1.0)", _PATHS),
    Change(_WAYS, "in reversed(list(self._edges(node)))", "in self._edges(node)", _PATHS),
    Change(_WAYS, "heapq.nlargest", "heapq.nsmallest", _PATHS),
    Change(_WAYS, "_size(along(edge.partial, size))", "along(edge.partial, size)", _PATHS),
    Change(_WAYS, "math.inf if number != number else abs(number)", "abs(number)", _PATHS),
    Change(_WAYS, "_, edge, rank = best[node][rank]", "_, edge, rank = best[node][0]", _PATHS),
    Change(
        _LOWER,
        "accumulate = self.started[target.kind].add_one(target.index)",
        "accumulate = False",
        _PROGRAM,
    ),
    Change(_LOWER, "accumulate = started.any(run.indices)", "accumulate = True", _PROGRAM),
    Change(_LOWER, "if formulas.undefined is not None:", "if False:", _PROGRAM),
    Change(_LOWER, "or node not in self.ends.reached", "", _PROGRAM_ENDS),
    Change(_LOWER, "elif self.ends.may_be_infinite(node, name):", "elif False:", _PROGRAM_ENDS),
    Change(_LOWER, "if asked:", "if False:", _PROGRAM_ENDS),
    Change(
        *(_LOWER, "1.0 if node is output else", "2.0 if node is output else", _PROGRAM),
        reason="nothing is multiplied by the adjoint of the output",
    ),
    Change(_LOWER, "in reversed(self.recording.nodes):", "in self.recording.nodes:", _PROGRAM),
    Change(_LOWER, "longest: int = 16", "longest: int = 2", _PROGRAM),
    Change(_SHOWN, "len(path.edges) - _FACTORS", "len(path.edges) - _FACTORS + 1", _EXPLAIN),
    Change(
        *(_SHOWN, "if len(edges) > _FACTORS:", "if len(edges) >= _FACTORS:", _EXPLAIN),
        reason="of as many there are none too many",
    ),
    Change(_SHOWN, "line.insert(_FACTORS // 2,", "line.insert(_FACTORS,", _EXPLAIN),
    Change(_SHOWN, "edges[-_FACTORS // 2 :]", "edges[-_FACTORS // 2 + 1 :]", _EXPLAIN),
    Change(_SHOWN, "_FACTORS = 24", "_FACTORS = 22", _EXPLAIN),
    Change("nn/train/losses.py", "len(probabilities) == 1:", "len(probabilities) == 2:", _LOSSES),
    Change("nn/train/losses.py", "classes < 2", "classes < 1", _LOSSES),
    Change("nn/train/losses.py", "return -dot(checked", "return dot(checked", _LOSSES),
    Change("nn/train/losses.py", "0 <= index < classes", "0 <= index <= classes", _LOSSES),
    Change("nn/train/losses.py", "0 <= target <= 1", "0 <= target < 1", _LOSSES),
    Change("nn/train/losses.py", "return mean([single", "return sum([single", _LOSSES),
    Change(
        "nn/train/plateau.py", "self.stale >= self.patience", "self.stale > self.patience", _FIT
    ),
    Change("nn/train/plateau.py", "loss < self.best - margin", "loss < self.best", _FIT),
    Change("nn/train/plateau.py", "self.best, self.stale = loss, 0", "self.best = loss", _FIT),
    Change("nn/train/order.py", "range(first)", "range(first + 1)", _FIT),
    Change("nn/train/best_epoch.py", "self.history.best_epoch == len(losses)", "True", _FIT),
    Change("nn/train/loop.py", "self.trainer = self.trainer.refresh()", "pass", _FIT),
    Change("nn/train/loop.py", "if self.hooked:", "if False:", _FIT),
    Change("nn/train/compiled.py", "taken > 4 * _TIME_SLICE", "taken > _TIME_SLICE", _FIT),
)
