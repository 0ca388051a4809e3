# SPDX-License-Identifier: Apache-2.0
"""One on-policy rollout: a student drives in a simulator, a teacher labels, a bag is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.episodes.episode import About
from training.on_policy.actors import RolloutJob
from training.on_policy.recording import write_episode
from training.simulators import TimeStep, find_simulator
from training.simulators.proving_ground.student_driver import StudentDriver
from training.simulators.recorder import drive as drive_rollouts
from training.student.tokens import extractor_digest, save_tokens
from training.teachers import find_teacher
from wpt_core.model import Student
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.runtime import Backend, EagerBackend, best_backend, has_fast_bfloat16
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig
from wpt_core.types import Action, WptError

__all__ = ['drive_and_label', 'select_gpu']

_PLAN_EVERY = 2
"""Steps of 50 ms from one plan to the next; divides `VIEWS_EVERY`."""


def drive_and_label(job: RolloutJob, *, simulator: str, teacher: str = '') -> Path:
    """Drive, label and write one episode, and the student's tokens beside it; return its path.

    An empty `teacher` means the default of the simulator.
    """
    kind = find_simulator(simulator)
    select_gpu(job.start.number)
    start = kind.start(job.start.number)
    with _one_thread():
        artifact, backend = _loaded(job.artifact, job.version)
        policy = _StudentPolicy(artifact, backend)
        world = kind.make(frames_every=_PLAN_EVERY)
        try:
            (rollout,) = drive_rollouts(world, [policy], [start], version=job.version)
        finally:
            world.close()
        if rollout is None:
            raise WptError(f'{simulator} lost the rollout of {start.key}; a worker died')
        targets = find_teacher(teacher or kind.teacher).label(rollout)
    about = About(
        source=simulator,
        driver='student',
        actuator_delay_s=round(rollout.actuator_delay_s, 4),
        scenario=start.key,
        seed=job.start.number,
        perturbed=True,
    )
    write_episode(job.start.path, rollout, targets, about=about)
    tokens = policy.tokens(rollout.view_times_s)
    if tokens is not None:
        save_tokens(job.start.path, tokens, digest=extractor_digest(artifact.student))
    return job.start.path


class _StudentPolicy:
    """Policy of a student; keeps the tokens of each set of images."""

    def __init__(self, artifact: Artifact, backend: Backend) -> None:
        planner = Planner.of(artifact, backend, surround_rig())
        self._driver = StudentDriver(planner, plan_every=_PLAN_EVERY)
        self._backend = backend
        self._tokens: dict[float, Tensor] = {}

    def __call__(self, step: TimeStep[Any]) -> Action:
        action = self._driver.act(step.observation)
        if step.observation.frames and isinstance(self._backend, TokenBackend):
            self._tokens[step.observation.time_s] = self._backend.tokens
        return action

    def tokens(self, times_s: NDArray[np.float64]) -> Tensor | None:
        """Return tokens (T, N, token) float16 at these times; None if any are missing."""
        found = [self._tokens.get(time_s) for time_s in times_s.tolist()]
        known = [tokens for tokens in found if tokens is not None]
        return torch.stack(known) if len(known) == len(found) else None


class TokenBackend(EagerBackend):
    """Backend that keeps the tokens of the newest images."""

    tokens: Tensor
    """(N, token) float16."""

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Extract features as `EagerBackend` does."""
        extractor = self._student.extractor
        with torch.inference_mode():
            images, valid = (torch.from_numpy(a)[None].to(self._device) for a in (views, alive))
            tokens = extractor.tokens(images, valid)
            features: NDArray[np.float32] = extractor.fuse(tokens, valid)[0].cpu().numpy()
        self.tokens = tokens[0].half().cpu()
        return features


def select_gpu(number: int) -> None:
    """Select the GPU of this process by the number of its first rollout."""
    count = torch.cuda.device_count()
    used = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # as PyTorch has it
    if count > 1 and not used:
        torch.cuda.set_device(number % count)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Use one thread, so that sums have the same order with any number of processes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@lru_cache(maxsize=2)
def _loaded(folder: Path, version: int) -> tuple[Artifact, Backend]:
    """Load an artifact once per process and published version."""
    del version  # only part of the key: a version may replace the artifact in its folder
    artifact = load_artifact(folder)
    return artifact, _backend(artifact.student)


def _backend(student: Student) -> Backend:
    """Return the fastest backend on a GPU, which has no tokens; else a `TokenBackend`."""
    if torch.cuda.is_available():
        return best_backend(student)
    return TokenBackend(student, precision='bfloat16' if has_fast_bfloat16() else 'float32')
