# SPDX-License-Identifier: Apache-2.0
"""A million ticks of anything: no command that is let through breaks a promise.

What is promised is worked out here once more, in other words than in the code, from the messages
and from what the car truly does: its odometry falls silent, is scaled, freezes, is swapped for
another source, its clock is set; the controller floods, falls silent, and sends what is no number.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wpt_core.safety import Gate, GateOutput, GateState, Motion, Now
from wpt_core.types import LateralCommand
from wpt_core.vehicle import VehicleParameters, wheel_angle_from_curvature

DRIVES, TICKS = 200, 5000
VEHICLE = VehicleParameters()
ODD = (math.nan, math.inf, -math.inf, 0.0, 1e300, -1e300)
TOLERANCE = 1.25
"""Limit of lateral acceleration at the true speed, as in docs/safety.md."""


class Truth:
    """A car on a road that winds, which speeds up and brakes as hard as it can, and stops."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self.speed_mps = float(generator.uniform(0.0, 40.0))
        self._acceleration_mps2 = self._curvature_1pm = 0.0
        self.motion = Motion(0.0, self.speed_mps, 0.0, 0.0, 0.0, 0.0)

    def drive(self, elapsed_s: float, stamp_s: float) -> None:
        generator = self._generator
        if generator.random() < 0.02:
            low, high = -VEHICLE.max_braking_mps2, VEHICLE.max_acceleration_mps2
            self._acceleration_mps2 = float(generator.uniform(low, high)) * generator.integers(2)
            self._curvature_1pm = float(generator.normal(0.0, 0.01))
        change_mps = self._acceleration_mps2 * elapsed_s
        self.speed_mps = min(max(self.speed_mps + change_mps, 0.0), 50.0)
        most_1pm = 5.0 / max(self.speed_mps, 2.0) ** 2
        wanted_radps = self.speed_mps * min(max(self._curvature_1pm, -most_1pm), most_1pm)
        before, most_radps = self.motion, 2.0 * elapsed_s
        turned = min(max(wanted_radps - before.yaw_rate_radps, -most_radps), most_radps)
        yaw_rad = before.yaw_rad + before.yaw_rate_radps * elapsed_s
        way_m = self.speed_mps * elapsed_s
        self.motion = Motion(
            stamp_s,
            self.speed_mps,
            before.yaw_rate_radps + turned,
            before.x_m + way_m * math.cos(yaw_rad),
            before.y_m + way_m * math.sin(yaw_rad),
            yaw_rad,
        )


class Source:
    """The odometry of that car, right until it is wrong in one of the ways that happen.

    A source that is wrong by a factor has true poses: where these are wrong by the same factor, or
    it was wrong before anybody listened, nothing that it says can tell.
    """

    KINDS = ('silent', 'scaled', 'frozen', 'swapped', 'poses frozen', 'jumping')

    def __init__(self, generator: np.random.Generator, trouble: float) -> None:
        self._generator, self._trouble = generator, trouble
        self._kind, self._until_s, self._since = '', -math.inf, Motion(*[0.0] * 6)
        self._factor = 1.0
        self._heard_s = -math.inf

    def told(self, truth: Motion) -> Motion | None:
        generator, now_s = self._generator, truth.stamp_s
        if now_s >= self._until_s:
            self._kind = ''
            settled = now_s - self._heard_s < 0.3
            if settled and generator.random() < 0.1 * self._trouble:
                self._kind = str(generator.choice(self.KINDS))
                self._until_s = now_s + float(generator.choice([0.05, 0.5, 2.0, 10.0]))
                self._since, self._factor = truth, float(generator.choice([0.0, 0.5, 0.8, 1.5]))
        if self._kind == 'silent':
            return None
        self._heard_s = now_s
        return self._wrong(truth)

    def _wrong(self, truth: Motion) -> Motion:
        since = self._since
        if self._kind == 'scaled':
            return replace(truth, speed_mps=self._factor * truth.speed_mps)
        if self._kind == 'frozen':
            return replace(since, stamp_s=truth.stamp_s)
        if self._kind == 'poses frozen':
            return replace(truth, x_m=since.x_m, y_m=since.y_m, yaw_rad=since.yaw_rad)
        if self._kind == 'swapped':
            return Motion(truth.stamp_s, 0.0, 0.0, 0.0, 0.0, 0.0)
        if self._kind == 'jumping':
            return replace(truth, x_m=truth.x_m + float(self._generator.normal(0.0, 20.0)))
        return truth


@dataclass
class Promises:
    """Observer outside of the gate."""

    plan_s: float = -math.inf
    torque_s: float = math.inf
    """Time of the last torque message; infinite before the first."""
    before_1pm: float | None = None
    asked_1pm: float | None = None
    then_s: float = -math.inf
    elapsed_s: float = 0.0
    granted: bool = False
    state: GateState = GateState.DISENGAGED

    def hold(self, now_s: float, passed: GateOutput, truth_mps: float, *, hands_on: bool) -> None:
        """`now_s`: of the steady clock, which is the true one."""
        if now_s != self.then_s:
            self.before_1pm, self.elapsed_s = self.asked_1pm, min(now_s - self.then_s, 0.05)
        command, steering = passed.command, passed.state in (GateState.ENGAGED, GateState.DEGRADED)
        assert command.valid == steering
        if not steering:
            assert (command.curvature_1pm, command.curvature_rate_1pmps) == (0.0, 0.0)
            self.before_1pm = self.asked_1pm = None
        else:
            self._check_steering(now_s, passed, truth_mps, hands_on)
        if self.state is GateState.DISENGAGED and steering:
            assert self.granted
        if self.state is GateState.FAULT:
            assert passed.state in (GateState.FAULT, GateState.DISENGAGED)
        if passed.state is not GateState.ENGAGED:
            assert passed.reasons or passed.state is GateState.DISENGAGED
        self.state, self.granted, self.then_s = passed.state, False, now_s

    def _check_steering(
        self, now_s: float, passed: GateOutput, truth_mps: float, hands_on: bool
    ) -> None:
        command = passed.command
        asked, square = command.curvature_1pm, max(truth_mps, 2.0) ** 2
        assert math.isfinite(asked)
        assert math.isfinite(command.curvature_rate_1pmps)
        assert abs(asked) * square <= TOLERANCE * 3.0
        angle = wheel_angle_from_curvature(VEHICLE, asked, truth_mps)
        assert abs(angle) <= VEHICLE.max_wheel_angle_rad + 1e-9
        assert not hands_on
        age_s = now_s - min(self.plan_s, self.torque_s)
        assert age_s <= (0.3 if passed.state is GateState.ENGAGED else 0.9) + 1e-9
        if self.before_1pm is not None:
            change = abs(asked - self.before_1pm) * square
            # Only a speed that has risen may lower the curvature faster.
            capped = abs(asked) < abs(self.before_1pm)
            assert capped or change <= TOLERANCE * 5.0 * self.elapsed_s + 1e-9
        self.asked_1pm = asked


def drive(seed: int) -> set[GateState]:
    """One drive, in which things go wrong rarely enough to get somewhere in between."""
    generator = np.random.default_rng(seed)
    gate, promises = Gate(), Promises()
    trouble = float(generator.choice([0.0, 0.002, 0.02, 0.2]))
    truth, source = Truth(generator), Source(generator, trouble)
    steady_s, set_s, hands_on = 100.0, 1e5, False
    feels_torque = bool(generator.random() < 0.5)
    silent_until_s = numb_until_s = -math.inf
    seen: set[GateState] = set()
    draws = generator.random((TICKS, 6))
    for draw in draws:
        pause = 0.3 * draw[1] if draw[0] < trouble * 0.1 else 0.01 + 0.01 * draw[1]
        pause *= draw[1] < 0.9  # now and then the same moment is judged twice
        steady_s += pause
        if draw[0] > 1.0 - trouble * 0.05:
            set_s += 3.0 * draw[1] - 1.5
        now = Now(steady_s + set_s, steady_s)
        truth.drive(pause, now.stamp_s)
        if draw[2] < trouble * 0.2:
            silent_until_s = steady_s + 1.5 * float(generator.random())
        if steady_s >= silent_until_s:
            tell(gate, promises, generator, now, trouble)
        if draw[3] > trouble * 0.3 and (told := source.told(truth.motion)) is not None:
            gate.watch.take_odometry(now, told)
        elif draw[3] < trouble * 0.05:
            odd_mps = float(generator.choice(ODD))
            gate.watch.take_odometry(now, replace(truth.motion, speed_mps=odd_mps))
        if feels_torque and steady_s >= numb_until_s:
            gate.watch.take_torque(now)
            promises.torque_s = steady_s
        if draw[4] > 1.0 - 0.1 * trouble:
            numb_until_s = steady_s + 1.5 * float(generator.random())
        if draw[4] < 0.003:
            hands_on = not hands_on
            gate.take_driver(now, steers=hands_on)
        if draw[5] < 0.02:
            promises.granted = not gate.engage(now)
        elif draw[5] < 0.021:
            gate.disengage()
        passed = gate.tick(now)
        promises.hold(steady_s, passed, truth.speed_mps, hands_on=hands_on)
        seen.add(passed.state)
    return seen


def tell(
    gate: Gate, promises: Promises, generator: np.random.Generator, now: Now, trouble: float
) -> None:
    """A command, often valid; sometimes several."""
    odd = generator.random() < trouble
    for _ in range(20 if odd and generator.random() < 0.2 else 1):
        age_s = 0.1 * float(generator.random())
        curvature = float(generator.normal(0.0, 0.05))
        ahead_s, valid = 0.0, True
        if odd:
            ahead_s = float(generator.normal(0.0, 0.5))
            age_s += float(generator.normal(0.0, 0.5))
            valid = generator.random() < 0.8
            if generator.random() < 0.2:
                curvature = float(generator.choice(ODD))
        made = LateralCommand(now.stamp_s + ahead_s, now.stamp_s - age_s, curvature, 0.0, valid)
        gate.watch.take_command(now, made)
        if valid and math.isfinite(curvature) and age_s >= -0.05:
            promises.plan_s = max(promises.plan_s, now.steady_s - age_s)


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
