"""A sample of the core in C, altered: graphs, memory, cycles, numbers, calls."""

from __future__ import annotations

from tests.mutation.changes import Change

_ANY = "engine/native/*.c"
_BACKWARD = (
    "tests/engine/graph/test_value_backward.py",
    "tests/engine/graph/test_dead_branches.py",
    "tests/engine/graph/test_walks.py",
)
_MEMORY = (
    "tests/engine/native/test_reuse.py",
    "tests/engine/native/test_memory.py",
    "tests/engine/graph/test_value_backward.py",
)
_ORDER = (
    "tests/engine/native/test_same.py::test_gradients_of_many_paths_are_added_up_in_the_same_order",
)
_CALLS = ("tests/engine/native/test_core.py", "tests/engine/native/test_texts.py")
_VALUES = ("tests/engine/graph/test_value.py", "tests/engine/graph/test_attributes.py", *_CALLS)
_POINTS = ("tests/engine/sheet/test_points.py", "tests/engine/graph/test_dead_branches.py")
_CURRENT = ("tests/engine/eager/test_current.py",)

C_CORE = (
    # Walks.
    Change(_ANY, "inner ? count - 1 - done : done", "done", _ORDER),
    Change(_ANY, "path->steps[i].node->flags &= (unsigned short)~ENTERED;", ";", _MEMORY),
    Change(_ANY, "order->nodes[i]->flags &= (unsigned short)~ENTERED;", ";", _BACKWARD),
    Change(_ANY, "order.nodes[i]->grad = 0.0;", ";", _BACKWARD),
    Change(_ANY, "output->grad += seed;", "output->grad = seed;", _BACKWARD),
    Change(_ANY, "->grad += added;", "->grad = added;", _BACKWARD),
    Change(_ANY, "(added == added || !is_dead(edges[i].number))", "(added == added)", _BACKWARD),
    Change(_ANY, "(added == added || !is_dead(edges[i].number))", "(1)", _BACKWARD),
    Change(_ANY, "!isfinite(edges[i].number) && !is_dead", "!is_dead", _BACKWARD),
    Change(_ANY, "if (node->flags & LIVE)\n                    ((Node", "((Node", _BACKWARD),
    Change(_ANY, "    if (marked)\n        unmark_live(&order);\n", "", _BACKWARD),
    Change(
        _ANY,
        "        unmark_live(&order);\n    PyMem_RawFree(order.nodes);",
        "unmark_live(&order);",
        _MEMORY,
    ),
    # Memory and the collector.
    Change(_ANY, "#define MOST_ROOM 8\n", "#define MOST_ROOM 0\n", _MEMORY),
    Change(_ANY, "((size_t)256 << 10)", "((size_t)256 << 40)", _MEMORY),
    Change(_ANY, "        bytes_kept -= SIZE_WITH(room);\n", "", _MEMORY),
    Change(_ANY, "            bytes_kept += SIZE_WITH(room);\n", "", _MEMORY),
    Change(_ANY, "((Node *)value)->flags & BARE;", "1;", _MEMORY),
    Change(_ANY, "Py_TYPE(value)->tp_dictoffset == 0 && ", "", _MEMORY),
    Change(_ANY, "if (freeing == thread)\n        return;", "", _MEMORY),
    Change(_ANY, "    freeing = 0;\n    Py_RETURN_NONE;", "    Py_RETURN_NONE;", _MEMORY),
    Change(_ANY, "    free_edges(old, old_count);\n    return 0;", "    return 0;", _MEMORY),
    Change(_ANY, "        PyMem_Free(memory);\n", "", _MEMORY),
    Change(
        *(_ANY, "#define SHORT 40", "#define SHORT 4", _MEMORY),
        reason="rows lie elsewhere in memory, which takes longer",
    ),
    # Numbers and calls.
    Change(_ANY, "row[other + i] == 0.0 && !nodes[other + i]", "row[other + i] == 0.0", _POINTS),
    Change(
        _ANY,
        "    if (zeros)\n        end_at_constants",
        "    if (0)\n        end_at_constants",
        _POINTS,
    ),
    Change(_ANY, "1e-12 * fmax", "1e-2 * fmax", _CURRENT),
    Change(_ANY, "&& isfinite(a) && isfinite(b)", "", _CURRENT),
    Change(_ANY, "length >= 0 && own != length", "0", _MEMORY),
    Change(_ANY, "if (place < 0 || arranged[place])", "if (place < 0)", _CALLS),
    Change(_ANY, "if (count > entry->parameters)\n        return 0;", "", _CALLS),
    Change(
        *(_ANY, "return hash == -1 ? -2 : hash;", "return hash;", _VALUES),
        reason="no node lies at the last address there is",
    ),
    Change(_ANY, "((Node *)self)->data != 0.0;", "((Node *)self)->data > 0.0;", _VALUES),
    Change(
        _ANY, "is_dead(edges[i].number) ? PyLong_FromLong(0)", "0 ? PyLong_FromLong(0)", _POINTS
    ),
)
