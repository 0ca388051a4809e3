# SPDX-License-Identifier: Apache-2.0
"""Short drives of the expert and of the student that ships, step by step."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.simulators.proving_ground.student_driver import student_kind
from wpt_core.model.artifact import load_artifact
from wpt_core.model.runtime import EagerBackend
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig
from wpt_sim.drive import World
from wpt_sim.drivers import EXPERT, AnyDriverKind, make_driver
from wpt_sim.suites import find_scenario, find_suite

DRIVES = [
    ('lane_centre', 'bend_200_left', 3),
    ('lane_centre', 'straight_12_right', 4),
    ('lane_change', '', 5),
]
ROUTE = ('routes', '', 6)
EXPERT_STEPS, STUDENT_STEPS, EVERY = 160, 40, 4
Row = list[float]


def driven(kind: AnyDriverKind, suite: str, scenario: str, seed: int, *, steps: int) -> list[Row]:
    """Place along the road and across it, speed, curvature asked for, of some steps."""
    suites = find_suite(suite)
    chosen = find_scenario(suites, scenario) if scenario else suites.scenarios[0]
    world = World(chosen, seed, rig=surround_rig(), longitudinal=kind.longitudinal)
    driver, rows = make_driver(kind, world), []
    for step in range(steps):
        frames = kind.needs_cameras and step % kind.frames_every == 0
        action = driver.act(world.observe(frames=frames))
        if step % EVERY == 0:
            place = world.road_position
            rows.append([place.s_m, place.offset_m, world.ego.speed_mps, action.curvature_1pm])
        world.step(action)
    return rows


def test_the_expert_drives_as_before(reference: Callable[..., None]) -> None:
    found = {
        f'{suite} {scenario} {seed}': driven(EXPERT, suite, scenario, seed, steps=EXPERT_STEPS)
        for suite, scenario, seed in (*DRIVES, ROUTE)
    }
    reference('expert_drives', found, tolerance=1e-6)


@pytest.mark.parametrize('drive', DRIVES, ids=lambda drive: drive[0] + drive[1])
def test_the_student_drives_as_before(
    root: Path, drive: tuple[str, str, int], reference: Callable[..., None]
) -> None:
    artifact, rig = load_artifact(root / 'models' / 'student'), surround_rig()
    backend = EagerBackend(artifact.student, precision='float32', threads=1)

    def planner() -> Planner:
        return Planner.of(artifact, backend, rig)

    kind = student_kind('student', planner, plan_every=2)
    suite, scenario, seed = drive
    rows = driven(kind, suite, scenario, seed, steps=STUDENT_STEPS)
    reference(f'student_{suite}_{seed}', {'rows': rows}, tolerance=1e-3)
