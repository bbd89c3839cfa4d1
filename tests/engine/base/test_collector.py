"""The cyclic collector is off within the block, and afterwards as it was before."""

import gc

import pytest

from engine.base.collector import without_collector


def test_it_is_off_within_and_on_again_whatever_happens():
    with pytest.raises(KeyError, match="False"), without_collector():
        {}[gc.isenabled()]
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    try:
        with without_collector(), without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
