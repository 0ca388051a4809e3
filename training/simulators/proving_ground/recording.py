# SPDX-License-Identifier: Apache-2.0
"""Episodes from the proving ground: somebody drives, the expert says what it would do, a bag."""

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import cv2
import numpy as np

from training.episodes.episode import TRAINING, About, EpisodeWriter
from training.simulators.proving_ground.beside import Beside
from training.simulators.proving_ground.perturbation import Perturbation
from training.simulators.proving_ground.rigs import misaligned
from training.simulators.proving_ground.scenarios import training_scenario
from training.simulators.proving_ground.truth import TruthRecorder
from training.teachers.recovery import Situation, Way, recovery_labels
from wpt_core.sensing import surround_rig
from wpt_core.types import Command, EgoState, plan_times_s
from wpt_sim.drive import STEP_S, Longitudinal, World
from wpt_sim.drivers import Driver, DriverKind, Expert
from wpt_sim.scenario import Split
from wpt_sim.scene import Scene

__all__ = ['VIEWS_EVERY', 'EpisodeJob', 'Style', 'record_episode']

VIEWS_EVERY = 4
"""Steps of 50 ms from one set of views to the next."""
_RESTART_M = 2.4
"""Farther than this from its line, the expert would plan a way back instead of steering back."""
_RESTART_S = 4.2
_LEAST_RESTART_M = 25.0
_LEAST_STEP_M = 0.1
_EPOCH_S = 1.0
"""Stamps in a bag begin here: 0 reads as "no time" in ROS."""


class Style(Enum):
    """How an expert's episode is driven."""

    CLEAN = 'clean'
    PERTURBED = 'perturbed'
    """Pushed off its line now and then."""
    BESIDE = 'beside'
    """On purpose not on its line."""


@dataclass(frozen=True, slots=True)
class EpisodeJob:
    """Everything that decides an episode, so that it can be made anywhere."""

    index: int
    """Of the scenario."""
    style: Style
    path: Path
    split: str = TRAINING
    truth: tuple[str, ...] = ()
    """Kinds of `training.episodes.truth.TRUTH` to record as well."""


class _Notes:
    """What is noted of every step and of every set of views."""

    def __init__(self) -> None:
        self.situations: list[Situation] = []
        self.views: list[tuple[float, dict[str, np.ndarray], Command]] = []
        self.scenes: list[Scene] = []
        self.egos: list[EgoState] = []


def record_episode(job: EpisodeJob, *, student: DriverKind | None = None) -> Path:
    """Drive one episode and write its bag; without a student the expert drives.

    A student is shown no more than it ever is; the expert beside it sees all and drives nothing.
    """
    cv2.setNumThreads(1)
    generator = np.random.default_rng((job.index, len(job.style.value)))
    clean = job.style is Style.CLEAN and student is None
    scenario = training_scenario(job.index, clean=clean)
    nominal = surround_rig()
    rig = misaligned(nominal, generator) if generator.random() < 0.5 else nominal
    longitudinal = Longitudinal.ACC if student else Longitudinal.DRIVER
    world = World(scenario, job.index, rig=rig, longitudinal=longitudinal, split=Split.TRAINING)
    expert = Expert(world)
    perturbation = Perturbation(generator) if job.style is Style.PERTURBED else None
    pupil = _pupil(world, job.style, generator, student)
    every = VIEWS_EVERY if student is None else math.gcd(VIEWS_EVERY, student.frames_every)
    notes = _drive(world, expert, pupil, perturbation, frames_every=every)
    about = About(
        source='proving_ground',
        driver=student.name if student else 'expert',
        actuator_delay_s=round(world.observe(frames=False).actuator_delay_s, 4),
        scenario=scenario.key,
        seed=job.index,
        split=job.split,
        perturbed=not clean,
    )
    _write(job, about, notes, world)
    return job.path


def _pupil(
    world: World, style: Style, generator: np.random.Generator, student: DriverKind | None
) -> Driver | None:
    if student is not None:
        return student.make()
    return Beside(world, generator) if style is Style.BESIDE else None


def _drive(
    world: World,
    expert: Expert,
    pupil: Driver | None,
    perturbation: Perturbation | None,
    *,
    frames_every: int,
) -> _Notes:
    """Without a pupil the expert drives; a student may plan more often than views are recorded."""
    notes = _Notes()
    step = 0
    while not world.done:
        showing = step % VIEWS_EVERY == 0
        seen = world.observe(frames=step % frames_every == 0)
        _restart_if_far(world, expert)
        if pupil is None:
            action = expert.act(seen)
        else:
            expert.decide(seen)
            action = pupil.act(seen)
        notes.egos.append(world.ego)
        if showing:
            pictures = {frame.camera: frame.image for frame in seen.frames}
            notes.views.append((world.time_s, pictures, seen.command))
            notes.scenes.append(world.scene)
            before = notes.egos[-2] if len(notes.egos) > 1 else world.ego
            notes.situations.append(situation(world, expert, before))
        if perturbation is not None:
            action = perturbation.disturbed(action, seen.speed_mps)
        world.step(action)
        step += 1
    return notes


def _restart_if_far(world: World, expert: Expert) -> None:
    """Who has missed a lane change, or was pushed far, begins anew from where it is."""
    place = world.place
    off_m = place.offset_m - expert.line.at(place.s_m).offset_m
    if abs(off_m) < _RESTART_M or expert.passing:
        return
    length_m = max(_RESTART_S * world.ego.speed_mps, _LEAST_RESTART_M)
    expert.line.restart(place.s_m, place.offset_m, length_m=length_m)


def situation(world: World, expert: Expert, before: EgoState) -> Situation:
    """Where the car is on the road now; `before` is the state one step ago."""
    place, section = world.place, world.road.section
    lane = section.lanes[world.lane]
    half_m = lane.width_m / 2
    return Situation(
        time_s=world.time_s,
        s_m=place.s_m,
        offset_m=place.offset_m,
        heading_error_rad=place.heading_error_rad,
        course_error_rad=place.heading_error_rad + _slip_rad(world.ego, before),
        curvature_1pm=world.ego.curvature_1pm,
        delay_s=world.parameters.steering_delay_s + world.parameters.steering_lag_s,
        lane_m=expert.line.lane_m,
        shifts=expert.line.shifts,
        borders_m=(lane.offset_m + half_m, lane.offset_m - half_m),
    )


def _slip_rad(now: EgoState, before: EgoState) -> float:
    """Where the car went over the last step, as seen from where it points."""
    dx, dy = now.pose.x_m - before.pose.x_m, now.pose.y_m - before.pose.y_m
    if math.hypot(dx, dy) < _LEAST_STEP_M:
        return 0.0
    # The chord points to where the car went half a step ago.
    course = math.atan2(dy, dx) + 0.5 * now.yaw_rate_radps * STEP_S
    return math.remainder(course - now.pose.yaw_rad, 2.0 * math.pi)


def _write(job: EpisodeJob, about: About, notes: _Notes, world: World) -> None:
    log = world.log
    labels = recovery_labels(
        notes.situations,
        Way(world.road.reference, world.lane_position),
        times_s=log.time_s,
        speeds_mps=log.speed_mps,
        accelerations_mps2=log.acceleration_mps2,
    )
    times_s = plan_times_s()
    with EpisodeWriter(job.path, surround_rig(), about) as writer:
        truth = TruthRecorder(writer, world, world.rig or surround_rig(), kinds=job.truth)
        truth.begin(_EPOCH_S)
        samples = iter(zip(notes.views, notes.scenes, labels, strict=True))
        for step, ego in enumerate(notes.egos):
            stamp_s = _EPOCH_S + step * STEP_S
            writer.odometry(_stamped(ego, stamp_s))
            if step % VIEWS_EVERY:
                continue
            (_, pictures, command), scene, label = next(samples)
            writer.views(stamp_s, pictures, command)
            truth.scene(stamp_s, scene)
            if label is not None:
                writer.labels(stamp_s, label, times_s)


def _stamped(ego: EgoState, stamp_s: float) -> EgoState:
    return EgoState(
        stamp_s,
        ego.pose,
        ego.speed_mps,
        ego.acceleration_mps2,
        ego.yaw_rate_radps,
        ego.curvature_1pm,
    )
