"""The passes over the loops, run in Python: the same sums, whatever way rows are gone through."""

import pytest

from engine.programs.lower.loops import BATCH, EVALUATE, loop
from engine.programs.lower.passes import in_lanes, in_place, strip_mined
from engine.programs.lower.statements import function
from engine.programs.write.python import PythonWriter
from engine.sheet.defining import compile_source

ROWS = [[float(1 << i), float(i)] for i in range(11)]
ORDER = [3, 1, 9, 2, 0, 10, 8, 4, 6, 5]
WIDTH = 4


def run(loop, **callees):
    """The function in Python, with what it calls."""
    text = "\n".join(PythonWriter().function(loop))
    module = compile_source(text + "\n", f"<{hash(text)}>", None)
    module.update(callees)
    return module[loop.name]


def gradients(parameters, row, gradient):
    """The loss 10·a, whose gradients are those of a row: a and b."""
    gradient[:] = row
    return 10 * row[0]


def add_gradients(parameters, row, gradient):
    gradient[:] = [before + number for before, number in zip(gradient, row)]
    return 10 * row[0]


def sums(rows):
    return [sum(column) for column in zip(*rows)]


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 4), (2, 5), (1, 10)])
def test_rows_that_add_in_place(start, stop):
    rows = [ROWS[place] for place in ORDER[start:stop]]
    given = [0.0], ROWS, ORDER, start, stop, 0.5
    means, found = [7.0, 7.0], [0.0, 0.0]
    loss = run(loop(BATCH, 2), gradients=gradients)(*given, means, [0.0, 0.0])
    added = run(in_place(loop(BATCH, 2)), add_gradients=add_gradients)(*given, found, None)
    assert found == sums(rows) == [mean * (stop - start) for mean in means]
    assert added == loss == 5 * found[0]


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 3), (0, 4), (2, 9), (1, 10)])
def test_weights_are_added_after_each_tile(start, stop):
    tile, tiles = {}, []

    def kept(row, number):
        tile[number] = row
        return row

    def weights(parameters, gradient, work, count, first):
        assert sorted(tile) == list(range(count))
        assert first == (not tiles)
        tiles.append([tile[number] for number in range(count)])
        tile.clear()

    batch = strip_mined(in_place(loop(BATCH, 2)), 3)
    found = [0.0, 0.0]
    callees = {"add_gradients": add_gradients, "kept": kept, "weights": weights}
    loss = run(batch, **callees)([0.0], ROWS, ORDER, start, stop, 0.5, found, None)
    rows = [ROWS[place] for place in ORDER[start:stop]]
    assert tiles == [rows[i : i + 3] for i in range(0, len(rows), 3)]
    assert found == sums(rows)
    assert loss == 5 * found[0]


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 3), (0, 4), (1, 10)])
def test_the_last_tile_may_be_left_to_the_update(start, stop):
    tile, added = [], []

    def kept(row, number):
        tile[number:] = [row]
        return row

    def weights(parameters, gradient, work, count, first):
        assert len(tile) == count == 3
        added.extend(tile)

    batch = strip_mined(in_place(loop(BATCH, 2)), 3, last=False)
    callees = {"add_gradients": add_gradients, "kept": kept, "weights": weights}
    run(batch, **callees)([0.0], ROWS, ORDER, start, stop, 0.5, [0.0, 0.0], None)
    left = (stop - start - 1) % 3 + 1
    assert added + tile[:left] == [ROWS[place] for place in ORDER[start:stop]]


class Vector(list):
    """A number in each lane."""

    def __mul__(self, factor):
        return Vector(number * factor for number in self)

    def __radd__(self, other):
        return Vector(a + b for a, b in zip(other or [0.0] * WIDTH, self))

    __add__ = __radd__


def gathered(*rows):
    assert len(rows) == WIDTH
    return [Vector(column) for column in zip(*rows)]


def counted(numbers, count):
    return Vector(number if lane < count else 0.0 for lane, number in enumerate(numbers))


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 4), (2, 9), (1, 10), (0, 8)])
def test_rows_in_lanes(start, stop):
    vectors = []

    def add(parameters, row, gradient):
        vectors.append(list(row[0]))
        gradient[:] = [number + (before or 0) for before, number in zip(gradient, row)]
        return row[0] * 10

    batch = in_lanes(in_place(loop(BATCH, 2)), WIDTH, 2)
    found, full, rest = [0.0, 0.0], [9.0, 9.0], [9.0, 9.0]
    callees = {"add_gradients": add, "gathered": gathered, "counted": counted, "total": sum}
    made = run(batch, **callees, full=full, rest=rest)
    loss = made([0.0], ROWS, ORDER, start, stop, 0.5, found, None)
    rows = [ROWS[place] for place in ORDER[start:stop]]
    assert found == sums(rows)
    assert loss == 5 * found[0]
    # The last row is repeated.
    repeated = [row[0] for row in rows] + [rows[-1][0]] * (-len(rows) % WIDTH)
    assert vectors == [repeated[i : i + WIDTH] for i in range(0, len(repeated), WIDTH)]


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 4), (2, 9), (1, 10), (0, 8)])
def test_tiles_of_rows_in_lanes(start, stop):
    kept, tiles = {}, []

    def keep(row, number):
        kept[number] = row
        return row

    def weights(parameters, gradient, work, count, first):
        vectors = [kept[number] for number in range(0, count, WIDTH)]
        tiles.append([number for vector in vectors for number in vector[1]][:count])

    batch = strip_mined(in_lanes(in_place(loop(BATCH, 2)), WIDTH), 2 * WIDTH)
    callees = {"add_gradients": lambda parameters, row, gradient: row[0] * 10}
    callees |= {"gathered": gathered, "counted": counted, "total": sum}
    made = run(batch, **callees, kept=keep, weights=weights)
    loss = made([0.0], ROWS, ORDER, start, stop, 0.5, [0.0, 0.0], None)
    rows = [ROWS[place] for place in ORDER[start:stop]]
    assert loss == 5 * sums(rows)[0]
    assert [number for tile in tiles for number in tile] == [row[1] for row in rows]


def test_outputs_in_lanes():
    stored = {}

    class Outputs:
        __setitem__ = staticmethod(stored.__setitem__)

    evaluate = run(
        in_lanes(loop(EVALUATE, 2), WIDTH, 2),
        forward=lambda parameters, row: row[1],
        gathered=gathered,
    )
    evaluate([0.0], ROWS, 6, Outputs())
    assert stored == {0: [0.0, 1.0, 2.0, 3.0], 4: [4.0, 5.0, 5.0, 5.0]}


def test_a_function_without_rows():
    update = function("def update(a: Numbers) -> None:\n    'About.'\n    a[0] = 1.0", {})
    with pytest.raises(ValueError, match=r"^update has no loop over rows$"):
        in_lanes(update, WIDTH, 2)
