# SPDX-License-Identifier: Apache-2.0
"""The planner over real DDS: what it makes of six cameras, its lives, and its parameters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from fake_car import FakeCar
from image_faults import cut_off, nothing
from node_harness import PATIENCE_S, Probe, running
from own_domain import quiet_domain
from planner_harness import DEGRADED, PLANNING, WAITING, Drive, small_student
from std_msgs.msg import Float32

from wpt_core.sensing import surround_rig
from wpt_ros import topics
from wpt_ros.executables import CANNOT_CONFIGURE
from wpt_ros.qos import Reliability


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@pytest.fixture(scope='module')
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_student(tmp_path_factory.mktemp('model') / 'student')


def test_six_cameras_become_plans_paths_and_a_status(model: str, tmp_path: Path) -> None:
    with (
        Probe('six') as probe,
        running('planner', tmp_path / 'log', namespace='six', model=model) as node,
    ):
        drive = Drive(node, probe, FakeCar(probe))
        drive.recovers()
        stamps = drive.makes_plans(6)
        assert sorted(set(stamps)) == stamps
        assert {sec * 10**9 + nanosec for sec, nanosec in stamps} <= set(drive.car.sent_ns)
        plan = drive.plans[-1]
        assert plan.header.frame_id == 'base_link'
        assert len(plan.hypotheses) == 3
        probe.until(
            lambda: any(path.header.stamp == plan.header.stamp for path in drive.paths), 'its path'
        )
        assert len(plan.times_s) == len(drive.paths[-1].poses) == 33
        _check_status(drive)
        _check_delay(drive)
        for call in (topics.CHANGE_LEFT, topics.CHANGE_RIGHT):
            assert probe.call(call).success
        drive.recovers()


def _check_status(drive: Drive) -> None:
    status = drive.comes_to(PLANNING)
    assert list(status.cameras) == list(surround_rig().names)
    assert max(status.camera_ages_s) < 0.16
    assert status.latency_s > 0.0
    drive.probe.until(lambda: drive.statuses[-1].rate_hz > 1.0, 'more than one plan a second')
    drive.probe.until(lambda: int(drive.figures.get('sets', 0)) > 5, 'the count of sets')
    assert {'decode_ms', 'think_ms', 'publish_ms', 'dropped'} <= drive.figures.keys()


def _check_delay(drive: Drive) -> None:
    """What the controller has learnt about the steering is planned with."""
    delays = drive.probe.advertise(topics.STEERING_DELAY)
    for delay_s in (0.25, 0.5):
        delays.publish(Float32(data=delay_s))
        drive.probe.until(
            lambda wanted_s=delay_s: drive.plans[-1].action_delay_s == wanted_s, 'it in a plan'
        )


@pytest.mark.slow
def test_the_compressed_pictures_of_cameras_that_know_their_lens(
    model: str, tmp_path: Path
) -> None:
    given = {'model': model, 'compressed': True, 'calibration': 'camera_info'}
    with (
        Probe('lenses') as probe,
        running('planner', tmp_path / 'log', namespace='lenses', **given) as node,
    ):
        car = FakeCar(probe, compressed=True)
        car.spoilt['back'] = nothing
        drive = Drive(node, probe, car)
        drive.comes_to(DEGRADED, "Camera 'back' is masked")
        car.spoilt.clear()  # a camera that starts late
        drive.recovers()
        car.spoilt['front_left'] = cut_off
        drive.comes_to(DEGRADED, 'cut off', "Camera 'front_left' is masked")
        drive.is_diagnosed('cut off')
        car.spoilt.clear()
        drive.recovers()
        left = car.cameras['front_left']
        lens = replace(
            left.intrinsics, width_px=128, height_px=64, fx_px=91.4, fy_px=91.4, cx_px=64.0
        )
        car.cameras['front_left'] = replace(left, intrinsics=replace(lens, cy_px=32.0))
        drive.recovers()  # a camera that changes its resolution, and says so


@pytest.mark.slow
def test_who_publishes_with_another_quality_is_told(model: str, tmp_path: Path) -> None:
    given = {'model': model, 'reliability': 'reliable'}
    with (
        Probe('quality') as probe,
        running('planner', tmp_path / 'log', namespace='quality', **given) as node,
    ):
        loose = FakeCar(probe)
        drive = Drive(node, probe, loose)
        drive.comes_to(WAITING, 'set the parameter reliability')
        drive.probe.until(lambda: drive.diagnosis() is not None, 'diagnostics')
        drive.is_diagnosed('front/image_raw', 'reliability')
        assert not drive.plans
        probe.steps.remove(loose.step)
        drive.car = FakeCar(probe, sensors=Reliability.RELIABLE)
        drive.comes_to(PLANNING)
        assert node.tracebacks == 0, node.log_text


@pytest.mark.slow
def test_an_inactive_planner_hears_nothing_and_a_new_life_is_like_the_first(
    model: str, tmp_path: Path
) -> None:
    given = {'model': model, 'autostart': False}
    with (
        Probe('lives') as probe,
        running('planner', tmp_path / 'log', namespace='lives', **given) as node,
    ):
        drive = Drive(node, probe, FakeCar(probe))
        picture = topics.IMAGE.of('front').name
        assert probe.state('planner') == 'unconfigured'
        for _ in range(2):
            assert probe.change('planner', 'configure')
            assert probe.state('planner') == 'inactive'
            probe.until(lambda: not probe.node.count_subscribers(picture), 'no subscription')
            drive.plans.clear()
            drive.statuses.clear()
            probe.spin(0.5)
            assert not drive.plans
            assert not drive.statuses
            for _ in range(2):
                assert probe.change('planner', 'activate')
                drive.recovers()
                assert probe.change('planner', 'deactivate')
                probe.until(lambda: not probe.node.count_subscribers(picture), 'no subscription')
            assert probe.change('planner', 'cleanup')
            assert probe.state('planner') == 'unconfigured'
        assert not probe.node.count_publishers(topics.PLAN.name)


@pytest.mark.slow
def test_a_model_that_cannot_be_read_ends_the_node_with_its_sentence(tmp_path: Path) -> None:
    folder = str(tmp_path / 'nowhere')
    with running('planner', tmp_path / 'log', namespace='nowhere', model=folder) as node:
        assert node.process.wait(PATIENCE_S) == CANNOT_CONFIGURE
        assert node.log_text.splitlines()[-1].startswith('planner: configure: ')
        assert folder in node.log_text
        assert node.tracebacks == 0, node.log_text


@pytest.mark.slow
def test_a_lifecycle_manager_finds_the_node_unconfigured(tmp_path: Path) -> None:
    given = {'model': str(tmp_path / 'nowhere'), 'autostart': False}
    with (
        Probe('managed') as probe,
        running('planner', tmp_path / 'log', namespace='managed', **given) as node,
    ):
        diagnosis = probe.diagnosis('planner')
        assert probe.state('planner') == 'unconfigured'
        assert not probe.change('planner', 'configure')
        assert probe.state('planner') == 'unconfigured'
        probe.until(
            lambda: diagnosis() is not None and given['model'] in diagnosis().message,
            'the folder in the diagnostics',
        )
        assert node.tracebacks == 0, node.log_text


@pytest.mark.slow
@pytest.mark.parametrize(
    ('given', 'words'),
    [
        ({'modle': 'x'}, ["unknown parameter 'modle'", 'model']),
        ({'wait_s': -1.0}, ['wait_s', 'between 0.001 and 0.2']),
        ({'threads': 100_000_000}, ['threads', 'between 1 and 64']),
        ({'calibration': 'guess'}, ['calibration', 'camera_info']),
        ({'threads': 'many'}, ['threads', 'a whole number']),
    ],
)
def test_a_parameter_that_is_none_is_refused_in_one_sentence(
    tmp_path: Path, given: dict[str, Any], words: list[str]
) -> None:
    with running('planner', tmp_path / 'log', namespace='faulty', **given) as node:
        assert node.process.wait(PATIENCE_S) == CANNOT_CONFIGURE
        assert node.tracebacks == 0
        assert all(word in node.log_text for word in words), node.log_text
