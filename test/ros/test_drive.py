# SPDX-License-Identifier: Apache-2.0
"""The whole graph drives: every byte over topics, as in one process, and whatever goes wrong."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from benchmarks.promises import LOST_S, broken_promises
from training.simulators.proving_ground.student_driver import student_kind
from wpt_core.bags import Bag
from wpt_core.model.artifact import load_artifact
from wpt_core.model.runtime import best_backend
from wpt_core.pipeline import Planner
from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Rig
from wpt_ros.conversions.stamps import seconds
from wpt_sim.drive import World
from wpt_sim.drivers import make_driver
from wpt_sim.suites import find_scenario, find_suite, judge

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures('domain')]

SCENARIO, SEED = 'straight_12_right', 3
PATIENCE_S = 400.0
STEP_S = 0.05
NOTICED_S = 0.2
"""So long a frozen camera may be believed."""


@dataclass(frozen=True)
class Driven:
    """What `wpt drive` has left behind."""

    code: int
    result: dict[str, Any]
    folder: Path
    said: str

    def messages(self, topic: str) -> list[Any]:
        with Bag.open(self.folder / 'bag') as bag:
            return [message.message for message in bag.messages([topic])]


def drive(runs: Path, *words: str, scenario: str = SCENARIO) -> Driven:
    command = [sys.executable, '-m', 'wpt_ros.cli', 'drive', '--scenario', scenario]
    command += ['--seed', str(SEED), '--out', str(runs), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    (result,) = runs.glob('drive/*/result.json')
    said = done.stdout + done.stderr
    assert 'Traceback' not in said
    for log in result.parent.glob('logs/*.log'):
        assert 'Traceback' not in log.read_text(), log
    return Driven(done.returncode, json.loads(result.read_text()), result.parent, said)


def check_gate(driven: Driven) -> None:
    """No command that the gate let through breaks a promise, by what was recorded."""
    assert broken_promises(driven.folder / 'bag') == []


def states(driven: Driven) -> list[int]:
    """Of the gate, without repetitions."""
    seen = [message.state for message in driven.messages('/gate/state')]
    return [state for index, state in enumerate(seen) if not index or state != seen[index - 1]]


def in_one_process(scenario: str, rig: Rig, seconds: float) -> World:
    """The drive so far, at its end or after so many seconds."""
    artifact = load_artifact(Path('models/student'))
    backend = best_backend(artifact.student, threads=1)

    def planner() -> Planner:
        return Planner.of(artifact, backend, rig)

    kind = student_kind('student', planner)
    chosen = find_scenario(find_suite('lane_centre'), scenario)
    world = World(chosen, SEED, rig=rig, longitudinal=kind.longitudinal)
    driver = make_driver(kind, world)
    while not world.done and world.time_s < seconds - STEP_S / 2:
        world.step(driver.act(world.observe()))
    return world


DISENGAGED, ENGAGED, DEGRADED, FAULT = 0, 1, 2, 4


def soak(*values: Any) -> Any:
    """A drive that `./wpt test` leaves out, as each takes up to a minute: `pytest -m soak`."""
    return pytest.param(*values, marks=pytest.mark.soak)


@pytest.mark.parametrize(('cameras', 'seconds'), [('front', 8.0), soak('all', 60.0)])
def test_over_topics_it_drives_as_in_one_process(
    tmp_path: Path,
    root: Path,
    front_rig: Path,
    monkeypatch: pytest.MonkeyPatch,
    cameras: str,
    seconds: float,
) -> None:
    monkeypatch.chdir(root)
    words = ('--rig', str(front_rig)) if cameras == 'front' else ()
    rig = load_rig(front_rig) if cameras == 'front' else surround_rig()
    driven = drive(tmp_path, '--seconds', str(seconds), *words)
    alone = in_one_process(SCENARIO, rig, seconds)
    if alone.done:
        verdict = judge(alone.scenario, alone.log, alone.road, driver='student', seed=SEED)
        assert driven.result['passed'] == verdict.passed
        assert driven.code == (0 if verdict.passed else 1)
    assert driven.result['gate_interventions'] == []
    progress = driven.messages('/world/progress')
    there = min(progress, key=lambda one: abs(one.time_s - alone.time_s))
    assert there.time_s == pytest.approx(alone.time_s, abs=1e-3)
    assert there.position_error_m == pytest.approx(alone.log.position_error_m[-1], abs=0.1)
    check_gate(driven)
    assert (driven.folder / 'drive.mp4').stat().st_size > 10_000
    assert driven.result['distance_m'] == pytest.approx(alone.log.s_m[-1], rel=0.02)


@pytest.mark.parametrize(
    ('faults', 'path', 'last'),
    [
        ('planner=kill@1.5s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        soak('planner=hang@1.5s+2s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        soak('controller=kill@1.5s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        soak('cameras=dead@1.5s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        ('camera:front=dead@1.5s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        soak('camera:front=freeze@1.5s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        soak('odometry=dead@1.5s', [ENGAGED, DEGRADED, DISENGAGED], DISENGAGED),
        soak('commands=flood@1.5s+1s', [ENGAGED, FAULT], None),
    ],
)
def test_whatever_dies_the_gate_hands_over_in_time(
    tmp_path: Path, front_rig: Path, faults: str, path: list[int], last: int | None
) -> None:
    driven = drive(tmp_path, '--faults', faults, '--seconds', '5.5', '--rig', str(front_rig))
    check_gate(driven)
    assert driven.code == 1
    seen = states(driven)
    begun = seen.index(ENGAGED)
    assert seen[begun : begun + len(path)] == path, driven.result['alerts']
    assert last is None or seen[-1] == last
    assert any(alert.startswith('take_over') for alert in driven.result['alerts'])
    valid = [m for m in driven.messages('/gate/command') if m.valid]
    at_last = driven.messages('/world/progress')[-1]
    start_s = seconds(at_last.header.stamp) - at_last.time_s
    seen_s = NOTICED_S if 'freeze' in faults else 0.0
    assert seconds(valid[-1].header.stamp) - start_s <= 1.5 + seen_s + LOST_S + 4 * STEP_S


@pytest.mark.parametrize(
    ('faults', 'codes'),
    [
        ('odometry=zero@1.5s', {'speed_jump'}),
        soak('odometry=freeze@1.5s', {'odometry_frozen'}),
        soak('odometry=second@1.5s', {'second_source', 'intruder'}),
        soak('clock=stop@1.5s+1s', {'clock_still'}),
        soak('clock=jump@1.5s', {'time_jumped_ahead'}),
        ('commands=impostor@1.5s', {'second_source'}),
    ],
)
def test_what_cannot_be_true_is_a_fault_with_its_name(
    tmp_path: Path, front_rig: Path, faults: str, codes: set[str]
) -> None:
    driven = drive(tmp_path, '--faults', faults, '--seconds', '3.5', '--rig', str(front_rig))
    check_gate(driven)
    assert driven.code == 1
    seen = states(driven)
    assert seen[seen.index(ENGAGED) + 1] == FAULT, driven.result['alerts']
    told = [m for m in driven.messages('/gate/state') if m.state == FAULT]
    assert told[0].reasons[0].code in codes
    assert any(alert.startswith('take_over') for alert in driven.result['alerts'])


@pytest.mark.parametrize(
    'faults', [soak('camera:back_left=dead@1.5s'), 'camera:front_left=garbage@1.5s+2s']
)
def test_one_camera_less_is_seen_and_survived(tmp_path: Path, faults: str) -> None:
    driven = drive(tmp_path, '--faults', faults, '--seconds', '5.5')
    check_gate(driven)
    assert states(driven)[-1] == ENGAGED
    camera = faults.split(':')[1].split('=')[0]
    told = [n.text for m in driven.messages('/planner/status') for n in m.notices]
    assert any(camera in text for text in told)


def test_what_cannot_be_wished_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, '-m', 'wpt_ros.cli', 'drive', '--out', str(tmp_path)]
    done = subprocess.run(
        [*command, '--faults', 'planner=sneeze@3s'], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("wpt: --faults: cannot read 'planner=sneeze@3s'")
    assert done.stderr.count('\n') == 1


def test_a_student_that_is_not_there_ends_the_drive_at_once(tmp_path: Path) -> None:
    command = [sys.executable, '-m', 'wpt_ros.cli', 'drive', '--out', str(tmp_path)]
    done = subprocess.run(
        [*command, '--model', str(tmp_path / 'nobody')],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f'wpt: the planner refuses to start: {tmp_path / "nobody"}')
    assert 'Traceback' not in done.stderr
