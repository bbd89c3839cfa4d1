"""The transformer on scalars against the same in NumPy, and what its training rests on."""

import math
import random
import re
from itertools import pairwise

import numpy as np
import pytest

from demos import gpt, padded_names, transformer
from demos.module_names import LONGEST, Names, pair_table, pairs_loss
from engine import mean
from nn import AdamW
from tests.demos.shared import printed


@pytest.fixture(scope="module")
def names():
    return Names(random.Random(1))


@pytest.fixture(scope="module")
def model(names):
    return transformer.Transformer(len(names.letters), random.Random(2))


def array(matrix):
    return np.array([[parameter.data for parameter in row] for row in matrix])


def scores_in_numpy(model, numbers):
    """All scores of a sequence at once, in matrices, with a mask for what is yet to come."""

    def normalised(x):
        return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-5)

    x = array(model.letters).T[numbers] + array(model.places)[: len(numbers)]
    inside = normalised(x)
    query, key, value = (inside @ array(w).T for w in (model.query, model.key, model.value))
    size, heads = transformer.WIDTH // transformer.HEADS, []
    for head in range(transformer.HEADS):
        part = slice(head * size, (head + 1) * size)
        matches = query[:, part] @ key[:, part].T / math.sqrt(size)
        matches[np.triu_indices(len(numbers), 1)] = -np.inf
        weights = np.exp(matches - matches.max(axis=1, keepdims=True))
        heads.append(weights / weights.sum(axis=1, keepdims=True) @ value[:, part])
    x = x + np.hstack(heads) @ array(model.joined).T
    x = x + np.maximum(normalised(x) @ array(model.wide).T, 0) @ array(model.narrow).T
    return normalised(x) @ array(model.scores).T


def test_its_scores_are_those_of_the_matrix_form(names, model):
    numbers = names.numbers("asyncio")[:-1]
    memory = transformer.Memory()
    scores = [[score.data for score in model(letter, memory)] for letter in numbers]
    np.testing.assert_allclose(scores, scores_in_numpy(model, numbers), rtol=1e-10, atol=1e-12)


def test_each_head_listens_to_what_was_so_far_and_to_all_of_it_together(names, model):
    memory = transformer.Memory()
    for letter in names.numbers("zlib")[:-1]:
        model(letter, memory)
    assert [[len(weights) for weights in row] for row in memory.attention] == [
        [length] * transformer.HEADS for length in range(1, 6)
    ]
    for row in memory.attention:
        assert [sum(weights) for weights in row] == pytest.approx(
            [1.0] * transformer.HEADS, rel=1e-12
        )


@pytest.mark.parametrize("matrix", ["letters", "places", "query", "key", "value", "joined"])
def test_the_gradient_reaches_every_part_and_is_the_slope_of_the_loss(names, model, matrix):
    numbers = names.numbers("abc")
    parameter = getattr(model, matrix)[1][0 if matrix != "letters" else numbers[1]]
    model.zero_grad()
    mean(transformer.losses(model, numbers)).backward()
    gradient, start = parameter.grad, parameter.data
    slopes = []
    for step in (1e-5, -1e-5):
        parameter.data = start + step
        slopes.append(mean(transformer.losses(model, numbers)).data / step)
    parameter.data = start
    assert gradient == pytest.approx(sum(slopes) / 2, rel=1e-5, abs=1e-9)
    assert gradient != 0


def test_no_name_is_in_both_parts_and_each_can_be_spelt(names):
    assert not {*names.training} & {*names.held_out}
    assert {*names.training} | {*names.held_out} == {*names.all}
    assert len(names.held_out) == math.ceil(len(names.all) / 6)
    for name in names.all:
        first, *middle, last = names.numbers(name)
        assert first == last == 0
        assert "".join(names.letters[letter] for letter in middle) == name
        assert len(middle) < LONGEST


def test_the_table_of_pairs_is_that_of_their_counts(names):
    count = np.full((len(names.letters),) * 2, 0.1)
    for name in names.training:
        for first, second in pairwise(names.numbers(name)):
            count[first, second] += 1
    chances = count / count.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(pair_table(names), chances, rtol=1e-12)
    held_out = [pair for name in names.held_out for pair in pairwise(names.numbers(name))]
    expected = np.mean([-np.log(chances[pair]) for pair in held_out])
    assert pairs_loss(names) == pytest.approx(expected, rel=1e-12)


def test_an_untrained_model_guesses_and_training_teaches_it_something(names, model):
    guess = math.log(len(names.letters))
    assert gpt.mean_loss(model, names, names.held_out[:5]) == pytest.approx(guess, abs=0.3)
    rows = re.findall(r"(?m)^ +(\d+) +([\d.]+) +([\d.]+)   \S*$", printed("gpt"))
    assert [int(step) for step, *_ in rows] == [4, 8]
    assert guess > float(rows[0][2]) > float(rows[1][2])


def test_a_name_is_the_same_from_the_same_source_and_never_too_long(names, model):
    first = [gpt.invent(model, names, random.Random(seed)) for seed in range(5)]
    assert first == [gpt.invent(model, names, random.Random(seed)) for seed in range(5)]
    assert len({*first}) > 1
    assert all(len(name) < LONGEST for name in first)


@pytest.mark.parametrize("some", [["abc", "x"], ["os"]])
def test_a_program_for_names_of_every_length_takes_the_steps_of_the_nodes(names, monkeypatch, some):
    pytest.importorskip("llvmlite")
    for module in (padded_names, transformer):
        monkeypatch.setattr(module, "LONGEST", 4)
    found = []
    for way in (padded_names.OnNodes, padded_names.PaddedNames):
        model = transformer.Transformer(len(names.letters), random.Random(2))
        optimizer = AdamW(model.parameters(), 0.01, weight_decay=0.2)
        update = way(model, optimizer, names).update
        losses = [update(some), update(["z"])]
        optimizer.learning_rate = 0.001
        losses.append(update(some))
        found.append(losses + [parameter.data for parameter in model.parameters()])
    assert found[0][2] < found[0][0] < 4
    assert found[1] == pytest.approx(found[0], rel=1e-9, abs=1e-12)
