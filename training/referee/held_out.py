# SPDX-License-Identifier: Apache-2.0
"""Open loop: the expert drives where nobody trained, and every row plans on what it saw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.engine.pool import work
from training.referee.code import code_digest
from training.referee.guard import check_evaluated
from training.referee.held_out_plans import HeldOut
from training.referee.rows import Row, file_name, planner_of
from training.referee.store import fingerprint
from training.simulators.proving_ground.disturbance import UNDISTURBED
from wpt_core.sensing import surround_rig
from wpt_core.types import Observation, Plan, plan_times_s
from wpt_sim.drive import DriveLog, World
from wpt_sim.drivers import CONSTANT_VELOCITY, EXPERT
from wpt_sim.scenario import Scenario, Split
from wpt_sim.suites import run_scenario

__all__ = ['FIRST_SEED', 'HeldOutJob', 'held_out_jobs', 'plan_all', 'plans_open_loop']

FIRST_SEED = 2000
"""Of the held-out drives: far from the closed-loop ones, in the same split."""
_STEPS = 4
"""Of 50 ms from one plan to the next, so that the memory fills as in training."""
_WARM_S = 2.0
_TRUTH_S = 3.0
"""Known after every plan that is compared."""
_MOST_CASES = 40


@dataclass(frozen=True, slots=True)
class HeldOutJob:
    """One drive of the expert, and who plans along. It names no split: there is only one here."""

    scenario: Scenario
    seed: int
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        check_evaluated(self.scenario)

    def made_of(self, row: Row) -> str:
        names = tuple(field.name for field in fields(HeldOut))
        return fingerprint(row.name, row.digest, self.scenario, self.seed, names, code_digest())

    def place(self, folder: Path, row: Row) -> Path:
        name = f'{self.scenario.suite}-{self.scenario.name}-{self.seed}.npz'
        return folder / file_name(row.name) / name


class _Watcher:
    """Rides along with the expert and lets one planner after the other see the same pictures."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._planners = {row.name: _planning(row) for row in rows}
        self.plans: dict[str, list[Plan]] = {row.name: [] for row in rows}
        self.steps: list[int] = []
        self.pictures: list[NDArray[np.uint8]] = []
        self._step = 0

    def __call__(self, world: World) -> None:
        if self._step % _STEPS == 0 and not world.done:
            seen = world.observe()
            for name, plan in self._planners.items():
                self.plans[name].append(plan(seen))
            self.steps.append(self._step)
            self.pictures.append(seen.frames[0].image if seen.frames else _no_picture())
        self._step += 1


def _planning(row: Row) -> Callable[[Observation], Plan]:
    if not row.learned:
        return _straight_on
    planner = planner_of(row, UNDISTURBED.disturbance)

    def plan(seen: Observation) -> Plan:
        return planner.plan(
            seen.frames,
            stamp_s=seen.time_s,
            speed_mps=seen.speed_mps,
            command=seen.command,
            delay_s=seen.actuator_delay_s,
        ).plan

    return plan


def _straight_on(seen: Observation) -> Plan:
    """What constant velocity comes to, as a plan."""
    times_s = plan_times_s()
    still = np.zeros((1, len(times_s)))
    ahead_m = np.stack([seen.speed_mps * times_s, np.zeros_like(times_s)], axis=-1)[None]
    return Plan(
        stamp_s=seen.time_s,
        times_s=times_s,
        positions_m=ahead_m,
        speeds_mps=still + seen.speed_mps,
        accelerations_mps2=still,
        yaws_rad=still,
        yaw_rates_radps=still,
        position_scales_m=np.ones_like(ahead_m),
        probabilities=np.ones(1),
    )


def _no_picture() -> NDArray[np.uint8]:
    lens = surround_rig().cameras[0].intrinsics
    return np.zeros((lens.height_px, lens.width_px, 3), np.uint8)


def plans_open_loop(job: HeldOutJob) -> dict[str, HeldOut]:
    """By row; without entries where the drive is too short to compare anything."""
    watcher = _Watcher(job.rows)
    outcome = run_scenario(
        job.scenario,
        EXPERT,
        job.seed,
        rig=surround_rig(),
        observer=watcher,
        split=Split.EVALUATION,
    )
    log = outcome.log
    starts_s = log.time_s[watcher.steps]
    fits = np.flatnonzero((starts_s >= _WARM_S) & (starts_s <= log.time_s[-1] - _TRUTH_S))
    if not len(fits):
        return {}
    spread = np.linspace(0, len(fits) - 1, min(_MOST_CASES, len(fits)))
    chosen = fits[np.round(spread).astype(np.int64)]
    return {name: _kept(plans, chosen, watcher, log) for name, plans in watcher.plans.items()}


def _kept(
    plans: Sequence[Plan], chosen: NDArray[np.int64], watcher: _Watcher, log: DriveLog
) -> HeldOut:
    picked = [plans[index] for index in chosen]
    middle = len(chosen) // 2
    size, tracks = log.footprint, log.tracks
    return HeldOut(
        steps=np.array(watcher.steps)[chosen],
        positions_m=np.array([plan.positions_m for plan in picked], np.float32),
        yaws_rad=np.array([plan.yaws_rad for plan in picked], np.float32),
        scales_m=np.array([plan.position_scales_m for plan in picked], np.float32),
        probabilities=np.array([plan.probabilities for plan in picked]),
        times_s=log.time_s,
        poses=np.column_stack([log.x_m, log.y_m, log.yaw_rad]),
        others=tracks.poses,
        velocities_mps=tracks.velocities_mps,
        present=tracks.present,
        sizes_m=tracks.sizes_m,
        agents=tracks.agents,
        footprint=np.array([size.length_m, size.width_m, size.centre_ahead_m]),
        picture=watcher.pictures[chosen[middle]],
        pictured=middle,
    )


def held_out_jobs(
    scenarios: Sequence[Scenario], rows: Sequence[Row], drives: int
) -> list[HeldOutJob]:
    """`drives` drives spread over the scenarios, with a new seed for every round of them."""
    count = len(scenarios)
    planning = tuple(row for row in rows if row.learned or row.name == CONSTANT_VELOCITY.name)
    places = [k * count // drives if drives < count else k for k in range(drives)]
    return [
        HeldOutJob(scenarios[place % count], FIRST_SEED + place // count, planning)
        for place in places
    ]


def plan_all(
    jobs: Sequence[HeldOutJob], folder: Path, *, processes: int, fresh: bool
) -> dict[str, list[HeldOut]]:
    """By row, in the order of the jobs; what is kept is not planned again."""
    found: dict[tuple[HeldOutJob, str], HeldOut] = {}
    missing: dict[HeldOutJob, HeldOutJob] = {}
    for job in jobs:
        for row in job.rows:
            kept = None if fresh else HeldOut.load(job.place(folder, row), job.made_of(row))
            if kept is not None:
                found[job, row.name] = kept
        left = tuple(row for row in job.rows if (job, row.name) not in found)
        if left:
            missing[HeldOutJob(job.scenario, job.seed, left)] = job
    todo = list(missing)
    for part, plans in work(plans_open_loop, todo, processes=processes, title='open loop'):
        for row in part.rows:
            if row.name in plans:
                plans[row.name].save(part.place(folder, row), part.made_of(row))
                found[missing[part], row.name] = plans[row.name]
    names = dict.fromkeys(row.name for job in jobs for row in job.rows)
    return {name: [found[job, name] for job in jobs if (job, name) in found] for name in names}
