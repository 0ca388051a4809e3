# SPDX-License-Identifier: Apache-2.0
"""The load of the planner's benchmark: ticks of one planner, timed stage by stage."""

import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, pairwise
from pathlib import Path

import cv2
import numpy as np
import torch

from wpt_core.model import FeatureBuffer, decode_action, decode_plan, units
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.runtime import Backend, EagerBackend, OnnxBackend
from wpt_core.sensing import ViewWarper
from wpt_core.types import Camera, CameraFrame, Command, Intrinsics, Rig

__all__ = ['BACKENDS', 'RIGS', 'STAGES', 'Case', 'Times', 'measure', 'rig_of']

STAGES = ('warp', 'extract', 'decide', 'decode')
BACKENDS = ('float32', 'bfloat16', 'onnx')
"""Eager in two precisions, and ONNX Runtime."""
RIGS = ('equal', 'large')
"""Cameras that are the views themselves, and six of 1280 x 720 px with distortion."""
_TICK_S = 0.05
_WARM_UP_TICKS = 10
_SETS = 4
"""Of pictures that take turns: a tick must not find its pictures in the processor's cache."""
_WIDER = 1.15
"""The field of view of the large cameras over that of the views that they are warped to."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    backend: str
    rig: str
    threads: int


@dataclass(frozen=True, eq=False, slots=True)
class Times:
    """What one process measured."""

    stages_ms: np.ndarray
    """(ticks, 4), by the clock on the wall, in the order of `STAGES`."""
    peak_mb: float
    """Largest resident memory of the process."""

    @property
    def steps_ms(self) -> np.ndarray:
        """(ticks,): warp to plan."""
        steps: np.ndarray = self.stages_ms.sum(axis=1)
        return steps


def measure(case: Case, model: Path, onnx: Path, ticks: int) -> Times:
    """In a process of its own, on as many cores as there are threads."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-case.threads :])
    cv2.setNumThreads(case.threads)
    torch.set_num_threads(case.threads)
    step = _Step(load_artifact(model), case, onnx)
    for _ in range(_WARM_UP_TICKS):
        step.tick()
    stages_ms = np.array([step.tick() for _ in range(ticks)])
    return Times(stages_ms, _peak_mb())


def rig_of(name: str, views: Rig) -> Rig:
    """A car's cameras for these views."""
    return views if name == 'equal' else Rig(tuple(map(_large, views.cameras)))


class _Step:
    """What `wpt_core.pipeline.Planner` does in a tick, with a clock between the stages."""

    def __init__(self, artifact: Artifact, case: Case, onnx: Path) -> None:
        rig = rig_of(case.rig, artifact.views)
        self._backend = _backend(artifact, case, onnx)
        self._warper = ViewWarper(rig, artifact.views)
        self._memory = FeatureBuffer(artifact.config)
        self._scales = artifact.plan_scales
        self._pictures = cycle(_pictures(rig))
        self._now_s = 0.0

    def tick(self) -> tuple[float, ...]:
        """Milliseconds of each stage."""
        self._now_s += _TICK_S
        frames = [replace(frame, stamp_s=self._now_s) for frame in next(self._pictures)]
        clock = [time.perf_counter()]
        views, alive = self._warper.warp(frames)
        clock.append(time.perf_counter())
        features = self._backend.extract(views, alive)
        clock.append(time.perf_counter())
        told = units.conditions(20.0, Command.KEEP, 0.2)
        self._memory.add(self._now_s, features, told)
        raw = self._backend.decide(self._memory.history())
        clock.append(time.perf_counter())
        plan = decode_plan(raw, self._scales, speed_mps=20.0, stamp_s=self._now_s)
        action = decode_action(raw, speed_mps=20.0)
        clock.append(time.perf_counter())
        if not (alive.all() and np.isfinite(plan.positions_m).all()):
            raise RuntimeError(f'expected six views and a finite plan, got {alive} and {action}')
        return tuple(1e3 * (after - before) for before, after in pairwise(clock))


def _peak_mb() -> float:
    # Not getrusage: what it tells of a fresh process begins with the memory of its parent.
    with open('/proc/self/status', encoding='utf-8') as file:
        (line,) = (line for line in file if line.startswith('VmHWM:'))
    return int(line.split()[1]) * 1024 / 1e6


def _backend(artifact: Artifact, case: Case, onnx: Path) -> Backend:
    if case.backend == 'onnx':
        return OnnxBackend(onnx, threads=case.threads)
    precision = 'bfloat16' if case.backend == 'bfloat16' else 'float32'
    return EagerBackend(artifact.student, precision=precision, threads=case.threads)


def _pictures(rig: Rig) -> Iterator[list[CameraFrame]]:
    generator = np.random.default_rng(1)
    for _ in range(_SETS):
        yield [
            CameraFrame(
                camera.name,
                0.0,
                generator.integers(
                    0, 256, (camera.intrinsics.height_px, camera.intrinsics.width_px, 3), np.uint8
                ),
            )
            for camera in rig.cameras
        ]


def _large(view: Camera) -> Camera:
    half_rad = math.atan(view.intrinsics.width_px / 2 / view.intrinsics.fx_px)
    focal_px = 640 / math.tan(min(_WIDER * half_rad, math.radians(75.0)))
    lens = Intrinsics(
        1280, 720, focal_px, focal_px, 639.5, 359.5, (-0.05, 0.005, 0.0005, -0.0005, 0.0)
    )
    return replace(view, intrinsics=lens)
