# SPDX-License-Identifier: Apache-2.0
"""The gate as a node: what it lets through over real DDS, and what it makes of every trouble."""

import math
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from node_house import Probe, Running, running
from own_domain import quiet_domain

from wpt_core.safety import GateState
from wpt_core.types import EgoState, LateralCommand, Pose2
from wpt_ros import wires
from wpt_ros.conversions.commands import lateral_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.lifecycle.quality import type_of

SPEED_MPS, CURVATURE_1PM = 15.0, 0.004
PATIENT: dict[str, Any] = {'limits.gap_s': 5.0}
"""The machine that tests may stop the gate for longer than a car may."""
MOST_1PM = 3.0 / SPEED_MPS**2


class House:
    """A gate, and a controller and a car that speak to it 20 times a second."""

    def __init__(self, node: Running, probe: Probe) -> None:
        self.node, self.probe = node, probe
        self.commands = probe.hears(wires.COMMAND)
        self.states = probe.hears(wires.GATE_STATE)
        self.alerts = probe.hears(wires.ALERT)
        self.diagnosis = probe.diagnosis('gate')
        self._wanted = probe.speaks(wires.WANTED)
        self._odometry = probe.speaks(wires.ODOMETRY)
        self._torque = probe.speaks(wires.DRIVER_TORQUE)
        self.plans = self.moves = self.feels = True
        self.curvature_1pm = CURVATURE_1PM
        self.speed_mps = SPEED_MPS
        self.torque_nm = 0.1
        probe.steps.append(self.step)

    def step(self) -> None:
        now_s = self.probe.node.get_clock().now().nanoseconds * 1e-9
        if self.plans:
            made = LateralCommand(now_s, now_s - 0.05, self.curvature_1pm, 0.0, valid=True)
            self._wanted.publish(lateral_message(made))
        if self.moves:
            ego = EgoState(now_s, Pose2(0.0, 0.0, 0.0), self.speed_mps, 0.0, 0.0, 0.0)
            self._odometry.publish(odometry_message(ego))
        if self.feels:
            kind = type_of(wires.DRIVER_TORQUE.type_name)
            self._torque.publish(kind(data=self.torque_nm))

    @property
    def state(self) -> GateState | None:
        return GateState(self.states[-1].state) if self.states else None

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.states[-1].reasons]

    def reach(self, state: GateState) -> None:
        self.probe.until(lambda: self.state is state, state.name, otherwise=lambda: self.told)

    @property
    def told(self) -> str:
        return f'the state is {self.state}, the log says {self.node.said[-500:]!r}'

    def engaged(self) -> 'House':
        """Whatever was before."""
        self.plans = self.moves = self.feels = True
        self.curvature_1pm, self.speed_mps, self.torque_nm = CURVATURE_1PM, SPEED_MPS, 0.1
        self.probe.until(self._steers, 'engaging', otherwise=lambda: self.told)
        self.forget()
        self.probe.until(lambda: self.commands, 'commands')
        return self

    def _steers(self) -> bool:
        """Whether it does; asks for it if not, again where a pause of this process undid it."""
        if self.state is GateState.ENGAGED:
            return bool(self.commands and self.commands[-1].valid)
        if self.state is GateState.DISENGAGED:
            self.probe.call(wires.ENGAGE)
        return False

    def forget(self) -> None:
        del self.commands[:], self.alerts[:]


@pytest.fixture(scope='module')
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    log = tmp_path_factory.mktemp('gate') / 'log'
    with (
        quiet_domain(),
        Probe('gate_room') as probe,
        running('gate', log, namespace='gate_room') as n,
    ):
        yield House(n, probe)
        assert n.tracebacks == 0, n.said


def check_promises(house: House) -> None:
    """No command in what was heard leaves the limits."""
    for message in house.commands:
        assert math.isfinite(message.curvature_1pm)
        assert abs(message.curvature_1pm) <= MOST_1PM + 1e-9
        assert message.valid or message.curvature_1pm == 0.0


def test_engaging_is_refused_with_what_is_missing(house: House) -> None:
    house.plans = house.moves = False
    house.probe.until(lambda: house.states, 'the first state')
    answer = house.probe.call(wires.ENGAGE)
    assert not answer.success
    for what in ('plan', 'command', 'odometry'):
        assert what in answer.message
    assert not any(message.valid for message in house.commands)


def test_engaged_it_passes_the_curvature_on_and_disengaged_nothing(house: House) -> None:
    house.engaged()
    house.probe.until(
        lambda: house.commands[-1].curvature_1pm == pytest.approx(CURVATURE_1PM),
        'the curvature that is asked for',
    )
    check_promises(house)
    assert house.probe.call(wires.DISENGAGE).success
    house.reach(GateState.DISENGAGED)
    house.forget()
    house.probe.until(lambda: len(house.commands) > 20, 'more commands')
    assert not any(message.valid for message in house.commands)


def test_a_demand_beyond_the_limits_is_cut(house: House) -> None:
    house.engaged()
    house.curvature_1pm = 0.5
    house.probe.until(
        lambda: house.commands[-1].curvature_1pm == pytest.approx(MOST_1PM), 'the limit'
    )
    check_promises(house)


@pytest.mark.parametrize('silent', ['plans', 'moves', 'feels'])
def test_silence_degrades_then_disengages_with_an_alert(house: House, silent: str) -> None:
    house.engaged()
    before = len(house.states)
    setattr(house, silent, False)
    house.reach(GateState.DISENGAGED)
    seen = [GateState(message.state) for message in house.states[before:]]
    assert GateState.DEGRADED in seen
    house.probe.until(lambda: house.alerts[-1].code == 'take_over', 'the alert')
    house.probe.until(lambda: not house.commands[-1].valid, 'no valid command')
    check_promises(house)


def test_the_hands_of_the_driver_win_and_letting_go_gives_it_back(house: House) -> None:
    hands = house.probe.speaks(wires.DRIVER_STEERS)
    house.engaged()
    hands.publish(type_of(wires.DRIVER_STEERS.type_name)(data=True))
    house.reach(GateState.OVERRIDDEN)
    house.forget()
    house.probe.until(lambda: len(house.commands) > 5, 'more commands')
    assert not any(message.valid for message in house.commands)
    hands.publish(type_of(wires.DRIVER_STEERS.type_name)(data=False))
    house.reach(GateState.ENGAGED)
    house.probe.node.destroy_publisher(hands)


@pytest.mark.parametrize('torque_nm', [5.0, -5.0, math.nan])
def test_torque_counts_as_hands_and_so_does_a_broken_sensor(
    house: House, torque_nm: float
) -> None:
    house.engaged()
    house.torque_nm = torque_nm
    house.reach(GateState.OVERRIDDEN)
    house.torque_nm = 0.1
    house.reach(GateState.ENGAGED)


def test_a_number_that_is_none_is_a_fault_until_it_is_gone(house: House) -> None:
    house.engaged()
    house.curvature_1pm = math.nan
    house.reach(GateState.FAULT)
    assert house.codes == ['command_not_finite']
    house.probe.until(
        lambda: (found := house.diagnosis()) is not None and 'not finite' in found.message,
        'the diagnostics to say so',
    )
    house.curvature_1pm = CURVATURE_1PM
    house.reach(GateState.DISENGAGED)
    check_promises(house)


def test_a_second_controller_is_a_fault_and_blocks_engaging(house: House) -> None:
    house.engaged()
    other = house.probe.speaks(wires.WANTED)
    house.reach(GateState.FAULT)
    assert house.codes == ['intruder']
    assert wires.WANTED.name in house.states[-1].reasons[0].text
    assert not house.probe.call(wires.ENGAGE).success
    house.probe.node.destroy_publisher(other)
    house.reach(GateState.DISENGAGED)


def test_a_flood_leaves_it_its_rate_and_its_promises(house: House) -> None:
    house.engaged()

    def flood() -> None:
        for _ in range(100):
            house.step()

    house.probe.steps.append(flood)
    house.forget()
    house.probe.until(lambda: len(house.commands) > 200, 'commands in a flood')
    house.probe.steps.remove(flood)
    assert house.state is GateState.ENGAGED
    check_promises(house)


def test_a_speed_that_no_car_has_is_a_fault(house: House) -> None:
    house.engaged()
    house.speed_mps = 200.0
    house.reach(GateState.FAULT)
    assert house.codes == ['speed_impossible']
    house.speed_mps = SPEED_MPS
    house.reach(GateState.DISENGAGED)


def test_the_lifecycle_goes_round_and_inactive_it_says_nothing(house: House) -> None:
    probe = house.probe
    house.engaged()
    assert probe.change('gate', 'deactivate')
    assert not house.commands[-1].valid, 'the last word'
    house.forget()
    probe.spin(0.5)
    assert house.commands == []
    assert probe.change('gate', 'cleanup')
    assert probe.change('gate', 'configure')
    assert probe.state('gate') == 'inactive'
    assert probe.change('gate', 'activate')
    house.engaged()


def test_its_last_word_when_it_is_told_to_end_is_not_to_obey(tmp_path: Path) -> None:
    with (
        quiet_domain(),
        Probe('gate_end') as probe,
        running('gate', tmp_path / 'log', namespace='gate_end', **PATIENT) as n,
    ):
        heard: list[Any] = probe.hears(wires.COMMAND)
        other = House(n, probe)
        other.engaged()
        del heard[:]
        n.process.send_signal(signal.SIGTERM)
        probe.until(lambda: n.process.poll() is not None, 'its end')
        assert n.process.returncode == 0
        probe.until(lambda: heard, 'a word after it was told')
        probe.spin(0.3)
        assert not heard[-1].valid


@pytest.mark.parametrize(
    ('parameters', 'sentence'),
    [
        ({'rate_hz': 0.0}, 'parameter rate_hz must be a finite number above 0'),
        ({'rate': 10.0}, "gate: unknown parameter 'rate'"),
        ({'limits.late_s': 2.0}, 'GateSettings.late_s must be less than lost_s'),
        ({'limits.late_s': 'soon'}, 'gate: parameter limits.late_s must be a number'),
        ({'autostart': 3}, 'gate: parameter autostart must be true or false, got 3'),
        ({'reliability': 'perhaps'}, 'must be one of best_effort, reliable'),
    ],
)
def test_wrong_parameters_are_one_sentence(
    tmp_path: Path, parameters: dict[str, Any], sentence: str
) -> None:
    log = tmp_path / 'log'
    with quiet_domain(), running('gate', log, namespace='gate_wrong', **parameters) as node:
        assert node.process.wait(60.0) == 2
        assert sentence in node.said
        assert node.tracebacks == 0
