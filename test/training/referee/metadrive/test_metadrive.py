# SPDX-License-Identifier: Apache-2.0
"""The arena metadrive, with a stand-in for MetaDrive; and with MetaDrive where it is installed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from training.referee import metadrive
from training.referee.arena import Case
from training.referee.metadrive import ARENA
from training.referee.metadrive.drive import MetaDriveWorld
from training.referee.metadrive.process import ENVIRONMENT, MetaDriveProcess, find_command
from training.referee.metadrive.scenarios import NATIVE, WIDENED, find_map_scenario
from training.referee.rows import Row, student_row
from wpt_core.types import Action, InputError, WptError

FAKE = [sys.executable, str(Path(__file__).with_name('fake_metadrive.py'))]
CASE = Case('metadrive_native', 'bends_00', 1000)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[MetaDriveProcess]:
    process = MetaDriveProcess(FAKE)
    monkeypatch.setattr(metadrive, '_process', lambda: process)
    yield process
    process.close()


@pytest.mark.usefixtures('fake')
def test_the_expert_passes_and_going_straight_on_does_not() -> None:
    passed = ARENA.drive(Row('expert'), CASE)
    assert passed.passed, passed.reasons
    assert passed.completion == 1.0
    assert abs(passed.final_offset_m) < 0.2
    failed = ARENA.drive(Row('constant_velocity'), CASE)
    assert not failed.passed
    assert failed.reasons[-1] == 'ended in another lane or off the road'
    assert failed.completion < 1.0
    assert failed.ended_s < passed.ended_s


def test_signs_and_places_are_those_of_the_project(fake: MetaDriveProcess) -> None:
    world = MetaDriveWorld(fake, find_map_scenario(CASE.suite, CASE.scenario), 1000)
    start = world.now
    assert start.offset_m == pytest.approx(0.5, abs=0.01)
    assert start.left_wheel_m == pytest.approx(0.5 + 0.9, abs=0.01)
    assert start.aim_m == pytest.approx(0.0, abs=0.1)
    assert world.set_speed_mps == pytest.approx((1.8 * 40.0) ** 0.5, rel=0.02)
    for _ in range(30):
        world.step(Action(0.02, 0.0))
    assert world.now.offset_m > start.offset_m
    assert world.now.heading_error_rad > 0.05
    trace = world.trace()
    assert trace.left_clearances_m[0] == pytest.approx(1.75 - 1.4, abs=0.01)
    assert trace.right_clearances_m[0] == pytest.approx(1.75 - 0.4, abs=0.01)


def test_a_command_waits_a_tenth_of_a_second(fake: MetaDriveProcess) -> None:
    world = MetaDriveWorld(fake, NATIVE[2], 1000)
    rates = []
    for _ in range(4):
        world.step(Action(0.02, 0.0))
        rates.append(world.now.yaw_rate_radps)
    assert rates[:2] == [0.0, 0.0]
    assert rates[2] > 0.1


def test_images_come_ten_times_a_second(fake: MetaDriveProcess) -> None:
    world = MetaDriveWorld(fake, NATIVE[2], 1000)
    counts = []
    for _ in range(4):
        counts.append(len(world.observe(images=True).frames))
        world.step(Action(0.0, 0.0))
    assert counts == [1, 0, 1, 0]
    assert not world.observe(images=False).frames


@pytest.mark.slow
@pytest.mark.usefixtures('fake')
def test_students_are_driven_and_the_blind_one_sees_grey(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []
    greyed = metadrive._greyed

    def noted(observation: object) -> object:
        grey = greyed(observation)
        seen.extend(frame.image for frame in grey.frames)
        return grey

    monkeypatch.setattr(metadrive, '_greyed', noted)
    blind = ARENA.drive(Row('blind'), CASE)
    assert not blind.passed
    assert seen
    assert all((image == 128).all() for image in seen)
    count = len(seen)
    row = student_row('student', root / 'models' / 'student')
    ARENA.film(row, CASE, tmp_path / 'film.mp4')
    assert len(seen) == count
    assert (tmp_path / 'film.mp4').stat().st_size > 5000


@pytest.mark.parametrize(
    ('fault', 'timeout_s', 'message'),
    [
        ('dies', 30.0, r"did not answer 'step' .*: the graphics driver is gone$"),
        ('hangs', 0.5, r"did not answer 'step' within 0 s or ended; its last line was: \(none\)$"),
    ],
)
def test_a_process_that_fails_is_one_sentence(fault: str, timeout_s: float, message: str) -> None:
    process = MetaDriveProcess([*FAKE, fault], timeout_s=30.0)
    world = MetaDriveWorld(process, NATIVE[0], 0)
    process._timeout_s = timeout_s
    with pytest.raises(WptError, match=message):
        world.step(Action(0.0, 0.0))
    process.close()


def test_missing_parts_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('WPT_METADRIVE_PYTHON', str(tmp_path / 'python'))
    with pytest.raises(InputError, match=r'run `python -m training\.referee\.metadrive\.install`'):
        find_command()
    monkeypatch.setenv('WPT_METADRIVE_PYTHON', sys.executable)
    monkeypatch.delenv('DISPLAY', raising=False)
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(InputError, match='install xvfb, xauth and libgl1-mesa-dri'):
        find_command()


def test_every_drive_has_a_map_of_its_own() -> None:
    assert len(NATIVE) == len(WIDENED) == 12
    seeds = {
        scenario.map_seed(seed) for scenario in (*NATIVE, *WIDENED) for seed in range(1000, 1003)
    }
    assert len(seeds) == 72


@pytest.mark.soak
@pytest.mark.skipif(not ENVIRONMENT.is_dir(), reason='MetaDrive is not installed')
@pytest.mark.parametrize('suite', ['metadrive_native', 'metadrive_widened'])
def test_the_expert_drives_in_metadrive_itself(suite: str) -> None:
    found = ARENA.drive(Row('expert'), Case(suite, 'bends_02', 1000))
    assert found.passed, found.reasons
