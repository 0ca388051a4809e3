# SPDX-License-Identifier: Apache-2.0
"""The proving ground in worker processes: the same bits, and a death costs its rollouts alone."""

import os
import signal
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pytest

from training.simulators.protocol import TimeStep
from training.simulators.proving_ground import (
    ProvingGround,
    ProvingGroundStart,
    Style,
    on_policy_start,
)
from training.simulators.proving_ground.road_truth import RoadTruth
from training.simulators.recorder import drive
from wpt_core.types import Action, InputError

STARTS = [
    ProvingGroundStart(3, Style.PERTURBED, demonstrated=True, cameras=('front',)),
    ProvingGroundStart(4, Style.BESIDE, demonstrated=True, cameras=('front',)),
    ProvingGroundStart(200_001, Style.CLEAN, cameras=('front',)),
]


@pytest.fixture(scope='module')
def remote() -> Iterator[ProvingGround]:
    simulator = ProvingGround(workers=2)
    yield simulator
    simulator.close()


def action_of(step: TimeStep[RoadTruth]) -> Action:
    """Of the demonstration; where there is none, straight on."""
    if step.truth is None or step.truth.demonstration is None:
        return Action(0.0, 0.0)
    return step.truth.demonstration


def stepped(simulator: ProvingGround, count: int) -> list[list[TimeStep[RoadTruth]]]:
    rows = [simulator.reset(STARTS)]
    for _ in range(count):
        rows.append(simulator.step([action_of(step) for step in rows[-1]]))
    return rows


@pytest.mark.slow
def test_worker_processes_change_no_bit(remote: ProvingGround) -> None:
    here, there = stepped(ProvingGround(), 9), stepped(remote, 9)
    shown = 0
    for ours, theirs in zip(here, there, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert one.ego == other.ego
            assert one.truth is not None
            assert other.truth is not None
            assert asdict(one.truth.situation) == asdict(other.truth.situation)
            assert one.truth.demonstration == other.truth.demonstration
            for frame, same in zip(one.observation.frames, other.observation.frames, strict=True):
                assert np.array_equal(frame.image, same.image)
                shown += 1
    assert shown == 3 * 3
    assert len({step.ego.pose for step in here[-1]}) == 3


@pytest.mark.slow
def test_a_killed_worker_costs_its_rollouts_and_no_other(remote: ProvingGround) -> None:
    before = stepped(remote, 1)[-1]
    killed, _ = remote.pids
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    after = remote.step([Action(0.0, 0.0)] * 3)
    assert [step.lost for step in after] == [True, False, True]
    assert [step.done for step in after] == [True, False, True]
    assert after[1].ego.stamp_s > before[1].ego.stamp_s
    assert after[0].ego == before[0].ego
    assert remote.step([Action(0.0, 0.0)] * 3)[1].ego.stamp_s > after[1].ego.stamp_s
    again = remote.reset(STARTS)
    assert not any(step.lost for step in again)


def test_half_of_the_on_policy_starts_are_pushed_and_none_is_demonstrated() -> None:
    starts = [on_policy_start(number) for number in range(6)]
    assert len({start.key for start in starts}) == 6
    assert [start.style for start in starts[:2]] == [Style.CLEAN, Style.PERTURBED]
    assert not any(start.demonstrated or start.clean for start in starts)


def test_wrong_counts_are_refused() -> None:
    with pytest.raises(InputError, match='workers must be 0 or more, not -1'):
        ProvingGround(workers=-1)
    with pytest.raises(InputError, match='at least one start'):
        ProvingGround().reset([])
    with pytest.raises(InputError, match='expected 0 actions'):
        ProvingGround().step([Action(0.0, 0.0)])


class Losing:
    """Two rollouts of three steps; the worker of the first dies in the second step."""

    def __init__(self, step: TimeStep[None]) -> None:
        self._step, self._count = step, 0

    def reset(self, starts: list[None]) -> list[TimeStep[None]]:
        return [self._step for _ in starts]

    def step(self, actions: list[Action]) -> list[TimeStep[None]]:
        assert len(actions) == 2
        self._count += 1
        seen, ego = self._step.observation, self._step.ego
        return [
            TimeStep(seen, ego, done=self._count >= 2, lost=self._count >= 2),
            TimeStep(seen, ego, done=self._count >= 3),
        ]

    def close(self) -> None: ...


def test_a_lost_rollout_is_none_and_the_others_are_whole() -> None:
    first = ProvingGround().reset([ProvingGroundStart(7, cameras=('front',))])[0]
    step: TimeStep[None] = TimeStep(first.observation, first.ego)
    lost, whole = drive(Losing(step), [lambda _: Action(0.0, 0.0)] * 2, [None, None])
    assert lost is None
    assert whole is not None
    assert whole.actions is not None
    assert len(whole.actions) == 3
