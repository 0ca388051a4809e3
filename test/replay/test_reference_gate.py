# SPDX-License-Identifier: Apache-2.0
"""The gate's answers to a long trace of random inputs."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from wpt_core.safety import Gate, Motion, Now
from wpt_core.types import LateralCommand

TICKS, STEP_S, EVERY = 6000, 0.02, 20


def answers(seed: int) -> list[list[float]]:
    """State and curvature of every so many ticks."""
    generator, gate = np.random.default_rng(seed), Gate()
    speed_mps, x_m, hands, rows = 15.0, 0.0, False, []
    quiet_until = dict.fromkeys(('command', 'odometry', 'torque'), 0)
    for tick in range(TICKS):
        now = Now(1000.0 + tick * STEP_S, 50.0 + tick * STEP_S)
        draws = generator.random(8).tolist()
        speed_mps = min(max(speed_mps + 0.04 * (draws[0] - 0.5), 2.0), 30.0)
        x_m += speed_mps * STEP_S
        for name, draw in zip(quiet_until, draws[1:4], strict=True):
            if draw < 0.002:
                quiet_until[name] = tick + round(500 * draw * 100)
        if tick >= quiet_until['odometry']:
            gate.watch.take_odometry(now, Motion(now.stamp_s, speed_mps, 0.0, x_m, 0.0, 0.0))
        if tick >= quiet_until['command']:
            curvature = 0.02 * math.sin(tick / 90.0) + 0.01 * (draws[4] - 0.5)
            at_s = now.stamp_s
            gate.watch.take_command(
                now, LateralCommand(at_s, at_s - 0.05, curvature, 0.0, draws[5] > 0.001)
            )
        if tick >= quiet_until['torque']:
            gate.watch.take_torque(now)
        if draws[6] < 0.002:
            hands = not hands
            gate.take_driver(now, steers=hands)
        if draws[7] < 0.02:
            gate.engage(now)
        passed = gate.tick(now)
        if tick % EVERY == 0:
            rows.append([int(passed.state), passed.command.curvature_1pm])
    return rows


@pytest.mark.parametrize('seed', [1, 2])
def test_the_gate_answers_as_before(seed: int, reference: Callable[..., None]) -> None:
    rows = answers(seed)
    assert {state for state, _ in rows} >= {0, 1, 2}
    states = ''.join(str(int(state)) for state, _ in rows)
    curvatures = [round(curvature, 9) for _, curvature in rows]
    found = {'states': states, 'curvatures_1pm': curvatures}
    reference(f'gate_{seed}', found, tolerance=1e-7)
