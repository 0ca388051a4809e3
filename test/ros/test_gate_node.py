# SPDX-License-Identifier: Apache-2.0
"""The gate as a node: what it lets through over real DDS, and what it makes of every trouble."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gate_harness import CURVATURE_1PM, SPEED_MPS, GateHarness
from node_harness import Probe, running
from own_domain import quiet_domain
from rcl_interfaces.msg import Parameter, ParameterValue
from rcl_interfaces.srv import SetParameters

from wpt_core.safety import GateState
from wpt_core.types import EgoState, LateralCommand, Pose2
from wpt_ros import topics
from wpt_ros.conversions.commands import lateral_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.qos import type_of
from wpt_ros.topics import Topic

MOST_1PM = 3.0 / SPEED_MPS**2


@pytest.fixture(scope='module')
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateHarness]:
    log = tmp_path_factory.mktemp('gate') / 'log'
    with (
        quiet_domain(),
        Probe('gate_room') as probe,
        running('gate', log, namespace='gate_room', command_from='probe') as n,
    ):
        yield GateHarness(n, probe)
        assert n.tracebacks == 0, n.log_text


def check_promises(house: GateHarness) -> None:
    """No command in what was heard leaves the limits."""
    for message in house.commands:
        assert math.isfinite(message.curvature_1pm)
        assert abs(message.curvature_1pm) <= MOST_1PM + 1e-9
        assert message.valid or message.curvature_1pm == 0.0


def test_engaging_is_refused_with_what_is_missing(house: GateHarness) -> None:
    house.plans = house.moves = False
    house.probe.until(lambda: house.states, 'the first state')
    answer = house.probe.call(topics.ENGAGE)
    assert not answer.success
    for what in ('plan', 'command', 'odometry'):
        assert what in answer.message
    assert not any(message.valid for message in house.commands)


def test_engaged_it_passes_the_curvature_on_and_disengaged_nothing(house: GateHarness) -> None:
    house.engaged()
    house.probe.until(
        lambda: house.commands[-1].curvature_1pm == pytest.approx(CURVATURE_1PM),
        'the curvature that is asked for',
    )
    check_promises(house)
    assert house.probe.call(topics.DISENGAGE).success
    house.reach(GateState.DISENGAGED)
    house.forget()
    house.probe.until(lambda: len(house.commands) > 20, 'more commands')
    assert not any(message.valid for message in house.commands)


def test_a_demand_beyond_the_limits_is_cut(house: GateHarness) -> None:
    house.engaged()
    house.curvature_1pm = 0.5
    # The speed that bounds is that of the last odometry, and what the car can gain since then.
    house.probe.until(lambda: house.commands[-1].curvature_1pm > 0.9 * MOST_1PM, 'the limit')
    check_promises(house)


@pytest.mark.parametrize('silent', ['plans', 'moves', 'feels'])
def test_silence_degrades_then_disengages_with_an_alert(house: GateHarness, silent: str) -> None:
    house.engaged()
    before = len(house.states)
    setattr(house, silent, False)
    house.reach(GateState.DISENGAGED)
    seen = [GateState(message.state) for message in house.states[before:]]
    assert GateState.DEGRADED in seen
    house.probe.until(lambda: house.alerts[-1].code == 'take_over', 'the alert')
    house.probe.until(lambda: not house.commands[-1].valid, 'no valid command')
    check_promises(house)


def test_the_hands_of_the_driver_win_and_letting_go_gives_it_back(house: GateHarness) -> None:
    hands = house.probe.advertise(topics.DRIVER_STEERS)
    house.engaged()
    hands.publish(type_of(topics.DRIVER_STEERS.type_name)(data=True))
    house.reach(GateState.OVERRIDDEN)
    house.forget()
    house.probe.until(lambda: len(house.commands) > 5, 'more commands')
    assert not any(message.valid for message in house.commands)
    hands.publish(type_of(topics.DRIVER_STEERS.type_name)(data=False))
    house.reach(GateState.ENGAGED)
    house.probe.node.destroy_publisher(hands)


@pytest.mark.parametrize('torque_nm', [5.0, -5.0, math.nan])
def test_torque_counts_as_hands_and_so_does_a_broken_sensor(
    house: GateHarness, torque_nm: float
) -> None:
    house.engaged()
    house.torque_nm = torque_nm
    house.reach(GateState.OVERRIDDEN)
    house.torque_nm = 0.1
    house.reach(GateState.ENGAGED)


def test_a_number_that_is_none_is_a_fault_until_it_is_gone(house: GateHarness) -> None:
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


def test_a_second_controller_is_a_fault_and_blocks_engaging(house: GateHarness) -> None:
    house.engaged()
    other = house.probe.advertise(topics.WANTED)
    house.reach(GateState.FAULT)
    assert house.codes == ['second_source']
    assert topics.WANTED.name in house.states[-1].reasons[0].text
    assert not house.probe.call(topics.ENGAGE).success
    house.probe.node.destroy_publisher(other)
    house.reach(GateState.DISENGAGED)


@pytest.mark.parametrize('topic', [topics.WANTED, topics.ODOMETRY])
def test_no_message_of_a_second_publisher_is_obeyed(house: GateHarness, topic: Topic) -> None:
    house.engaged()
    house.curvature_1pm = 0.0
    house.probe.until(lambda: abs(house.commands[-1].curvature_1pm) < 1e-6, 'straight ahead')
    other = house.probe.advertise(topic)
    now_s = house.probe.node.get_clock().now().nanoseconds * 1e-9
    if topic is topics.WANTED:
        made = LateralCommand(now_s, now_s - 0.05, MOST_1PM, 0.0, valid=True)
        other.publish(lateral_message(made))
    else:
        ego = EgoState(now_s, Pose2(0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0)
        other.publish(odometry_message(ego))
    house.forget()
    house.reach(GateState.FAULT)
    assert house.codes == ['second_source']
    assert all(abs(one.curvature_1pm) < 1e-6 for one in house.commands)
    house.probe.node.destroy_publisher(other)
    house.reach(GateState.DISENGAGED)


def test_time_cannot_be_taken_over(house: GateHarness) -> None:
    probe = house.probe
    setting = Parameter(name='use_sim_time', value=ParameterValue(type=1, bool_value=True))
    request = SetParameters.Request(parameters=[setting])
    answer = probe.asked(SetParameters, 'gate/set_parameters', request)
    assert not answer.results[0].successful
    house.engaged()


def test_the_odometry_falls_to_zero_in_a_bend(house: GateHarness) -> None:
    house.engaged()
    house.speed_mps = 0.0
    house.curvature_1pm = 0.5
    house.reach(GateState.FAULT)
    assert house.codes == ['speed_jump']
    house.probe.spin(0.5)
    house.speed_mps, house.curvature_1pm = SPEED_MPS, CURVATURE_1PM
    house.probe.spin(1.5)
    assert house.state is GateState.FAULT, 'a source that was wrong is not believed again'
    check_promises(house)
    assert house.probe.change('gate', 'deactivate')
    assert house.probe.change('gate', 'activate')
    house.probe.until(lambda: house.alerts[-1].code == 'gate_started', 'the alert of a new gate')
    house.engaged()


def test_an_odometry_that_repeats_itself_is_a_fault(house: GateHarness) -> None:
    house.engaged()
    house.frozen = True
    house.reach(GateState.FAULT)
    assert house.codes == ['odometry_frozen']
    house.frozen = False
    house.probe.change('gate', 'deactivate')
    house.probe.change('gate', 'activate')


@pytest.mark.slow  # so that no other test runs beside it
def test_a_flood_leaves_it_its_rate_and_its_promises(house: GateHarness) -> None:
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


def test_a_speed_that_no_car_has_is_a_fault(house: GateHarness) -> None:
    house.engaged()
    house.speed_mps = 200.0
    house.reach(GateState.FAULT)
    assert house.codes == ['speed_impossible']
    house.speed_mps = SPEED_MPS
    house.reach(GateState.DISENGAGED)


def test_the_lifecycle_goes_round_and_inactive_it_says_nothing(house: GateHarness) -> None:
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


@pytest.mark.parametrize(
    ('parameters', 'sentence'),
    [
        ({'rate_hz': 0.0}, 'gate: parameter rate_hz must be between 20 and 500, got 0'),
        ({'rate': 10.0}, "gate: unknown parameter 'rate'"),
        (
            {'limits.late_s': 2.0},
            'gate: parameter limits.late_s must be between 0.1 and 0.5, got 2',
        ),
        (
            {'limits.late_s': 0.4, 'limits.lost_s': 0.35},
            'GateSettings.late_s must be less than lost_s',
        ),
        ({'limits.lateral_mps2': 1e9}, 'must be between 0.5 and 3'),
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
        assert sentence in node.log_text
        assert node.tracebacks == 0
