# SPDX-License-Identifier: Apache-2.0
"""A million ticks of anything: no command that is let through breaks a promise.

What is promised is worked out here once more from the messages alone, in other words than in the
code: a car that was told lies, floods, nothing, or numbers that are none.
"""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wpt_core.safety import Gate, GateState, Passed
from wpt_core.types import LateralCommand
from wpt_core.vehicle import VehicleParameters, wheel_angle_from_curvature

DRIVES, TICKS = 200, 5000
VEHICLE = VehicleParameters()
ODD = (math.nan, math.inf, -math.inf, 0.0, 1e300, -1e300)


@dataclass
class Promises:
    """What is known from outside of the gate."""

    plan_s: float = -math.inf
    torque_s: float = math.inf
    """When the torque was felt last; infinite as long as nobody ever has."""
    speed_mps: float = 0.0
    before_1pm: float | None = None
    asked_1pm: float | None = None
    then_s: float = -math.inf
    elapsed_s: float = 0.0
    granted: bool = False
    state: GateState = GateState.DISENGAGED

    def hold(self, now_s: float, passed: Passed, *, hands_on: bool) -> None:
        if now_s != self.then_s:
            self.before_1pm, self.elapsed_s = self.asked_1pm, min(now_s - self.then_s, 0.05)
        command, steering = passed.command, passed.state in (GateState.ENGAGED, GateState.DEGRADED)
        assert command.valid == steering
        if not steering:
            assert (command.curvature_1pm, command.curvature_rate_1pmps) == (0.0, 0.0)
            self.before_1pm = self.asked_1pm = None
        else:
            self._check_steering(now_s, passed, hands_on)
        if self.state is GateState.DISENGAGED and steering:
            assert self.granted
        if self.state is GateState.FAULT:
            assert passed.state in (GateState.FAULT, GateState.DISENGAGED)
        if passed.state is not GateState.ENGAGED:
            assert passed.reasons or passed.state is GateState.DISENGAGED
        self.state, self.granted, self.then_s = passed.state, False, now_s

    def _check_steering(self, now_s: float, passed: Passed, hands_on: bool) -> None:
        command = passed.command
        asked, square = command.curvature_1pm, max(self.speed_mps, 2.0) ** 2
        assert math.isfinite(asked)
        assert math.isfinite(command.curvature_rate_1pmps)
        assert abs(asked) * square <= 3.0 + 1e-9
        angle = wheel_angle_from_curvature(VEHICLE, asked, self.speed_mps)
        assert abs(angle) <= VEHICLE.max_wheel_angle_rad + 1e-9
        assert not hands_on
        age_s = now_s - min(self.plan_s, self.torque_s)
        assert age_s <= (0.3 if passed.state is GateState.ENGAGED else 0.9)
        if self.before_1pm is not None:
            change = abs(asked - self.before_1pm) * square
            # Only a speed that has risen may lower the curvature faster.
            capped = abs(asked) < abs(self.before_1pm) and abs(self.before_1pm) * square > 3.0
            lock = abs(abs(angle) - VEHICLE.max_wheel_angle_rad) < 1e-9
            assert capped or lock or change <= 5.0 * self.elapsed_s + 1e-9
        self.asked_1pm = asked


def drive(seed: int) -> set[GateState]:
    """One drive, in which things go wrong rarely enough to get somewhere in between."""
    generator = np.random.default_rng(seed)
    gate, promises = Gate(), Promises()
    now_s, hands_on, speed_mps = 100.0, False, float(generator.uniform(0.0, 40.0))
    trouble = float(generator.choice([0.0, 0.002, 0.02, 0.2]))
    feels_torque = bool(generator.random() < 0.5)
    silent_until_s = numb_until_s = told_s = -math.inf
    seen: set[GateState] = set()
    draws = generator.random((TICKS, 6))
    for draw in draws:
        pause = 0.3 * draw[1] if draw[0] < trouble * 0.1 else 0.01 + 0.01 * draw[1]
        pause *= draw[1] < 0.9  # now and then the same moment is judged twice
        now_s = now_s - 3.0 * draw[1] if draw[0] > 1.0 - trouble * 0.05 else now_s + pause
        if now_s < promises.then_s:
            promises.plan_s = told_s = -math.inf
            promises.torque_s = math.inf if promises.torque_s == math.inf else -math.inf
        if draw[2] < trouble * 0.2:
            silent_until_s = now_s + 1.5 * float(generator.random())
        if now_s >= silent_until_s:
            tell(gate, promises, generator, now_s, trouble)
        speed_mps = float(np.clip(speed_mps + generator.normal(0.0, 0.05), 0.0, 60.0))
        if draw[3] > trouble * 0.3:
            gate.watch.take_odometry(now_s, now_s, speed_mps, float(generator.normal(0.0, 0.02)))
            # A second one of the same moment does not count.
            promises.speed_mps = speed_mps if now_s > told_s else promises.speed_mps
            told_s = now_s
        elif draw[3] < trouble * 0.05:
            odd_mps = float(generator.choice(ODD))
            gate.watch.take_odometry(now_s, now_s, odd_mps, 0.0)
            promises.speed_mps = gate.watch.speed_mps
            told_s = now_s if odd_mps == 0.0 else told_s
        if feels_torque and now_s >= numb_until_s:
            gate.watch.take_torque(now_s)
            promises.torque_s = now_s
        if draw[4] > 1.0 - 0.1 * trouble:
            numb_until_s = now_s + 1.5 * float(generator.random())
        if draw[4] < 0.003:
            hands_on = not hands_on
            gate.take_driver(now_s, steers=hands_on)
        if draw[5] < 0.02:
            promises.granted = not gate.engage(now_s)
        elif draw[5] < 0.021:
            gate.disengage()
        passed = gate.tick(now_s)
        promises.hold(now_s, passed, hands_on=hands_on)
        seen.add(passed.state)
    return seen


def tell(
    gate: Gate, promises: Promises, generator: np.random.Generator, now_s: float, trouble: float
) -> None:
    """A command, often sound; sometimes many at once."""
    odd = generator.random() < trouble
    for _ in range(20 if odd and generator.random() < 0.2 else 1):
        plan_s = now_s - 0.1 * float(generator.random())
        curvature = float(generator.normal(0.0, 0.05))
        stamp_s, valid = now_s, True
        if odd:
            stamp_s += float(generator.normal(0.0, 0.5))
            plan_s += float(generator.normal(0.0, 0.5))
            valid = generator.random() < 0.8
            if generator.random() < 0.2:
                curvature = float(generator.choice(ODD))
        gate.watch.take_command(now_s, LateralCommand(stamp_s, plan_s, curvature, 0.0, valid))
        if valid and math.isfinite(curvature) and plan_s <= now_s + 0.05:
            promises.plan_s = max(promises.plan_s, plan_s)


@pytest.mark.slow
@settings(
    max_examples=DRIVES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 2**32 - 1))
def test_no_command_breaks_a_promise(seed: int) -> None:
    drive(seed)


def test_the_drives_go_everywhere() -> None:
    seen = set().union(*(drive(seed) for seed in range(20)))
    assert seen == set(GateState)
