# SPDX-License-Identifier: Apache-2.0
"""The benchmark of camera sets: the same arrivals for both, and the targets are met."""

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from benchmarks.camera_sets import FAULTS, PERIODS, arrivals, by_assembler, by_synchroniser

SEEDS = range(100, 105)


def streams(name: str) -> list[list]:
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    return [arrivals(fault, np.random.default_rng(seed)) for seed in SEEDS]


def test_without_a_fault_both_deliver_every_set() -> None:
    for stream in streams('nothing'):
        assert len(stream) == 6 * PERIODS
        assert by_assembler(stream) == by_synchroniser(stream) == PERIODS


@pytest.mark.parametrize('fault', FAULTS, ids=lambda fault: fault.name)
def test_as_many_sets_as_wanted_are_left(fault) -> None:
    found = [by_assembler(stream) for stream in streams(fault.name)]
    assert np.mean(found) >= fault.wanted
    assert max(found) <= PERIODS


def test_a_set_needs_all_cameras_only_for_the_synchroniser() -> None:
    for stream in streams('one camera dead'):
        assert by_assembler(stream) == PERIODS
        assert by_synchroniser(stream) == 0
    for stream in streams('30 % of pictures lost'):
        assert by_synchroniser(stream) < 40


def test_arrivals_are_heard_in_order_and_after_they_were_taken() -> None:
    for stream in streams('10 % of pictures lost'):
        heard_s = [one.heard_s for one in stream]
        assert heard_s == sorted(heard_s)
        assert all(one.heard_s > one.stamp_s for one in stream)
