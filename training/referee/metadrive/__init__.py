# SPDX-License-Identifier: Apache-2.0
"""MetaDrive as an arena: renderer, roads and car that no student has learnt from."""

import atexit
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

import wpt_core
from training.referee.arena import UNDISTURBED, Case, Suite
from training.referee.metadrive.drive import (
    CAMERA,
    MetaDriveWorld,
    camera_request,
    privileged,
)
from training.referee.metadrive.process import MetaDriveProcess, find_command
from training.referee.metadrive.scenarios import DURATION_S, NATIVE, WIDENED, find_map_scenario
from training.referee.outcome import DriveResult, HeldOut, Trace, digest_of_code
from training.referee.rows import Row, planner_of, student_row
from training.simulators.proving_ground.student_driver import StudentDriver
from wpt_core.drawing import caption
from wpt_core.metrics import Trajectory, comfort_score, judge_lane_centre
from wpt_core.types import Action, Observation, Rig, unknown_name
from wpt_sim.films import FILM_RATE_HZ, VideoWriter
from wpt_sim.suites import find_suite

__all__ = ['ARENA', 'MetaDriveArena']

_RULE = find_suite('lane_centre').rule
_GREY = 128
_TRACE_EVERY = 2
_SHIPPED = Path(wpt_core.__file__).resolve().parents[1] / 'models' / 'student'


class MetaDriveArena:
    """The arena; needs MetaDrive in an environment of its own, see `install.py`."""

    suites = (
        Suite('metadrive_native', _RULE, tuple(scenario.name for scenario in NATIVE)),
        Suite('metadrive_widened', _RULE, tuple(scenario.name for scenario in WIDENED)),
    )
    drivers = ('expert', 'constant_velocity', 'blind')
    conditions = (UNDISTURBED,)
    rig = Rig((CAMERA,))
    about = (
        'MetaDrive 0.3.0.1 without traffic: students see the front camera, their own speed and a '
        'delay of the steering of 0.15 s; a cruise control keeps the speed. `expert` knows the '
        'map, `blind` is the student that ships and sees grey images. Maps are drawn anew for '
        'every drive'
    )

    def code_digest(self) -> str:
        return _code_digest()

    def description(self, case: Case) -> str:
        if case.condition != UNDISTURBED:
            raise unknown_name('condition', case.condition, self.conditions)
        return repr(('metadrive', find_map_scenario(case.suite, case.scenario), case.seed))

    def drive(
        self, row: Row, case: Case, observer: Callable[[MetaDriveWorld], None] | None = None
    ) -> DriveResult:
        """One drive, judged; `observer` is shown the world before every step."""
        self.description(case)
        world = MetaDriveWorld(_process(), find_map_scenario(case.suite, case.scenario), case.seed)
        driver = _driver(row, world)
        while not world.done:
            if observer is not None:
                observer(world)
            world.step(driver(world.observe(images=row.learned or row.name == 'blind')))
        return _result(row, case, world)

    def film(self, row: Row, case: Case, path: Path) -> None:
        with VideoWriter(path, rate_hz=FILM_RATE_HZ) as video:
            self.drive(row, case, _Film(video))

    def plan_along(self, _rows: Sequence[Row], _case: Case) -> dict[str, HeldOut]:
        """There is no open loop here: nobody else is on these roads."""
        return {}


ARENA = MetaDriveArena()


@lru_cache(maxsize=1)
def _process() -> MetaDriveProcess:
    """One for each worker: it starts once and serves all drives."""
    process = MetaDriveProcess(find_command())
    atexit.register(process.close)
    process.request('open', camera=camera_request())
    return process


@lru_cache(maxsize=1)
def _code_digest() -> str:
    root = Path(str(wpt_core.__file__)).parents[1]
    files = [
        root / 'wpt_core' / 'pipeline.py',
        *(root / 'training/referee/metadrive').glob('*.py'),
    ]
    rooms = ('geometry', 'metrics', 'model', 'planning', 'sensing', 'types')
    for room in rooms:
        files += sorted((root / 'wpt_core' / room).rglob('*.py'))
    return digest_of_code(sorted(files))


def _driver(row: Row, world: MetaDriveWorld) -> Callable[[Observation], Action]:
    if row.name == 'expert':
        return privileged(world)
    if row.name == 'constant_velocity':
        return lambda _: Action(0.0, 0.0)
    blind = not row.learned
    if blind and row.name != 'blind':
        raise unknown_name('driver', row.name, MetaDriveArena.drivers)
    student = student_row(row.name, _SHIPPED) if blind else row
    driver = StudentDriver(planner_of(student, MetaDriveArena.rig), plan_every=2)
    return lambda seen: driver.act(_greyed(seen) if blind else seen)


def _greyed(seen: Observation) -> Observation:
    frames = tuple(replace(frame, image=np.full_like(frame.image, _GREY)) for frame in seen.frames)
    return replace(seen, frames=frames)


class _Film:
    """The front view, three times as large, with where the car is in its lane."""

    def __init__(self, video: VideoWriter) -> None:
        self._video = video

    def __call__(self, world: MetaDriveWorld) -> None:
        seen = world.observe(images=True)
        if seen.frames:
            now, large = world.now, seen.frames[0].image.repeat(3, axis=0).repeat(3, axis=1)
            off_m = now.offset_m - now.aim_m
            text = f'{now.time_s:5.1f} s   {now.speed_mps:4.1f} m/s   {off_m:+.2f} m off'
            self._video.add(caption(large, text))


def _result(row: Row, case: Case, world: MetaDriveWorld) -> DriveResult:
    trace, looks = world.trace(), world.looks
    verdict = judge_lane_centre(trace)
    reasons = verdict.reasons
    left_lane = abs(world.now.offset_m) > 0.5 * world.lane.width_m
    if left_lane and not verdict.passed:
        reasons = (*reasons, 'ended in another lane or off the road')
    driven = Trajectory(
        trace.times_s,
        np.array([(look.pose.x_m, look.pose.y_m) for look in looks]),
        np.array([look.pose.yaw_rad for look in looks]),
    )
    columns = (
        trace.times_s,
        trace.offsets_m,
        trace.heading_errors_rad,
        np.array([look.s_m for look in looks]),
    )
    completion = 1.0 if not left_lane else min(float(trace.times_s[-1]) / DURATION_S, 1.0)
    return DriveResult(
        row=row.name,
        suite=case.suite,
        scenario=case.scenario,
        ability='keeping',
        seed=case.seed,
        passed=verdict.passed,
        reasons=reasons,
        completion=completion,
        infractions=(),
        score=100.0 * completion,
        comfort=comfort_score(driven.at(trace.times_s[::_TRACE_EVERY])).chunk_share,
        efficiency=None,
        final_offset_m=float(trace.offsets_m[-1]),
        ended_s=float(trace.times_s[-1]),
        trace=Trace(
            *(
                tuple(round(float(value), 4) for value in column[::_TRACE_EVERY])
                for column in columns
            )
        ),
    )
