# SPDX-License-Identifier: Apache-2.0
"""Boundary values of times and stamps; all numbers are exact in binary."""

import math

import pytest
from gate_car import at, motion

from wpt_core.safety import Doubts, Gate, GateSettings, GateState, Now
from wpt_core.types import LateralCommand, Level, Notice

TICK_S = 1 / 64
SETTINGS = GateSettings(
    late_s=0.25, lost_s=1.0, ahead_s=0.0625, gap_s=0.25, release_s=0.5, override_s=4.0
)
AHEAD_S, LEAST_S = SETTINGS.ahead_s, 2.0**-38
NOTICE = Notice(Level.ERROR, 'intruder', '/somebody')


def made(stamp_s: float, plan_s: float) -> LateralCommand:
    return LateralCommand(stamp_s, plan_s, 0.004, 0.0, valid=True)


class Drive:
    """A gate that steers, with all messages as fresh as can be."""

    def __init__(self) -> None:
        self.gate, self.now_s = Gate(SETTINGS), 16.0
        self.tell()
        assert self.gate.engage(self.now) == ()
        assert self.tick(0.0) is GateState.ENGAGED

    @property
    def now(self) -> Now:
        return at(self.now_s)

    def tell(self) -> None:
        self.gate.watch.take_command(self.now, made(self.now_s, self.now_s))
        self.gate.watch.take_odometry(self.now, motion(self.now_s, 16.0))

    def tick(self, elapsed_s: float = TICK_S) -> GateState:
        self.now_s += elapsed_s
        return self.gate.tick(self.now).state

    def until(self, end_s: float) -> GateState:
        while self.now_s < end_s:
            self.tell()
            state = self.tick()
        return state


@pytest.mark.parametrize(
    ('command', 'kept'),
    [
        (made(8.0 + AHEAD_S, 8.0), True),
        (made(8.0 + AHEAD_S + LEAST_S, 8.0), False),
        (made(8.0 + AHEAD_S, 8.0 + AHEAD_S), True),
        (made(8.0 + AHEAD_S, 8.0 + AHEAD_S + LEAST_S), False),
        (made(8.0 - AHEAD_S, 8.0), True),
        (made(8.0 - AHEAD_S - LEAST_S, 8.0), False),
    ],
)
def test_stamps_of_a_command(command: LateralCommand, kept: bool) -> None:
    watch = Gate(SETTINGS).watch
    watch.take_command(at(8.0), command)
    assert (watch.command == command) is kept


@pytest.mark.parametrize(
    ('command', 'kept'),
    [
        (made(8.0, 7.75), True),
        (made(8.0, 7.875), True),
        (made(8.0 - LEAST_S, 7.75), False),
        (made(8.0, 7.75 - LEAST_S), False),
        (made(8.125, 7.75 - LEAST_S), False),
        (made(8.0 - LEAST_S, 7.875), False),
    ],
)
def test_a_command_may_not_be_older_than_the_last_nor_rest_on_an_older_plan(
    command: LateralCommand, kept: bool
) -> None:
    watch = Gate(SETTINGS).watch
    watch.take_command(at(8.25), made(8.0, 7.75))
    watch.take_command(at(8.25), command)
    assert (watch.command == command) is kept


@pytest.mark.parametrize(
    ('stamp_s', 'speed_mps'),
    [(8.0, 5.0), (8.0 + LEAST_S, 9.0), (8.5 + AHEAD_S, 9.0), (8.5 + AHEAD_S + LEAST_S, 5.0)],
)
def test_odometry_must_be_newer_and_not_from_the_future(stamp_s: float, speed_mps: float) -> None:
    watch = Gate(SETTINGS).watch
    watch.take_odometry(at(8.0), motion(8.0, 5.0))
    watch.take_odometry(at(8.5), motion(stamp_s, 9.0))
    assert watch.speed_mps == speed_mps


@pytest.mark.parametrize('oldest', range(3))
def test_the_oldest_counts(oldest: int) -> None:
    stamps = [8.0, 7.96875, 8.0]
    stamps[oldest] = 7.9375
    watch = Gate(SETTINGS).watch
    watch.take_command(at(8.0), made(stamps[0], stamps[1]))
    watch.take_odometry(at(8.0), motion(stamps[2], 5.0))
    assert watch.oldest_s(at(8.5)) == 8.5 - min(stamps)


def test_what_was_heard_is_forgotten() -> None:
    watch = Gate(SETTINGS).watch
    watch.take_command(at(8.0), made(8.0, 8.0))
    watch.reset(-1.0, simulated=False)
    assert watch.command is None
    assert watch.oldest_s(at(8.0)) == math.inf


@pytest.mark.parametrize(('pause_s', 'state'), [(0.25, 'ENGAGED'), (0.25 + LEAST_S, 'FAULT')])
def test_a_pause_of_the_gate(pause_s: float, state: str) -> None:
    assert Drive().tick(pause_s) is GateState[state]


def test_a_fault_heals_exactly_in_time() -> None:
    drive = Drive()
    drive.gate.watch.take_sources(Doubts(intruders=(NOTICE,)))
    reasons = drive.gate.tick(drive.now).reasons
    assert reasons == (NOTICE,)
    drive.gate.watch.take_sources(Doubts())
    assert drive.until(17.0 - TICK_S) is GateState.FAULT
    assert drive.until(17.0) is GateState.DISENGAGED


def test_a_driver_keeps_the_wheel_after_exactly_so_long() -> None:
    drive = Drive()
    drive.gate.take_driver(at(16.0), steers=True)
    assert drive.until(20.0) is GateState.OVERRIDDEN
    assert drive.until(20.0 + TICK_S) is GateState.DISENGAGED


def test_a_driver_has_let_go_after_exactly_so_long() -> None:
    drive = Drive()
    drive.gate.take_driver(at(16.0), steers=True)
    drive.until(17.0)
    drive.gate.take_driver(at(17.0), steers=False)
    assert drive.until(17.5 - TICK_S) is GateState.OVERRIDDEN
    assert drive.until(17.5) is GateState.ENGAGED


def test_the_last_curvature_is_held_for_half_of_the_time_then_fades() -> None:
    drive = Drive()
    drive.until(18.0)
    asked = []
    while drive.now_s < 19.0:
        drive.now_s += TICK_S
        asked.append(drive.gate.tick(drive.now).command.curvature_1pm)
    # The last message is one tick older than the first tick of the silence.
    held = [value for value in asked if value == 0.004]
    assert len(held) == round((0.625 - TICK_S) / TICK_S)
    assert asked[-1] == 0.0
    middle = asked[round((0.8125 - TICK_S) / TICK_S) - 1]
    assert middle == pytest.approx(0.002)


def test_alerts_say_why() -> None:
    drive = Drive()
    said = {}
    while drive.now_s < 17.25:
        drive.now_s += TICK_S
        alert = drive.gate.tick(drive.now).alert
        if alert is not None:
            said[alert.code] = alert
    assert list(said) == ['degraded', 'take_over']
    assert said['degraded'].level is Level.WARNING
    assert said['take_over'].level is Level.ERROR
    for notice in said.values():
        assert 'The plan is ' in notice.text
        assert ' The command is ' in notice.text


def test_the_first_tick_moves_nothing() -> None:
    gate = Gate(SETTINGS)
    gate.watch.take_command(at(16.0), made(16.0, 16.0))
    gate.watch.take_odometry(at(16.0), motion(16.0, 16.0))
    gate.engage(at(16.0))
    command = gate.tick(at(16.0)).command
    assert command == LateralCommand(16.0, 16.0, 0.0, 0.0, valid=True)
    assert Gate().tick(at(math.nan)).command.stamp_s == 0.0
