# SPDX-License-Identifier: Apache-2.0
"""The proving ground for on-policy training: the student drives, the expert labels."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import torch

from training.on_policy.actors import Drive
from training.simulators.proving_ground.recording import EpisodeJob, Style, record_episode
from training.simulators.proving_ground.student_driver import student_kind
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.runtime import Backend, best_backend
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig

__all__ = ['drive_proving_ground', 'spread_over_gpus']

_FIRST_SCENARIO = 200_000
"""Those below are for the expert's episodes."""
_PLAN_EVERY = 2


def drive_proving_ground(drive: Drive) -> Path:
    """One drive in a scenario of its own; half of them are pushed off their line as well."""
    spread_over_gpus(drive.number)
    with _one_thread():
        artifact, backend = _loaded(drive.artifact)
        rig = surround_rig()

        def planner() -> Planner:
            return Planner.of(artifact, backend, rig)

        style = Style.PERTURBED if drive.number % 2 else Style.CLEAN
        job = EpisodeJob(_FIRST_SCENARIO + drive.number, style, drive.path)
        student = student_kind('student', planner, plan_every=_PLAN_EVERY)
        return record_episode(job, student=student)


def spread_over_gpus(number: int) -> None:
    """The first drive of a process decides which GPU it uses, if it has not used one yet."""
    count = torch.cuda.device_count()
    used = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # as PyTorch has it
    if count > 1 and not used:
        torch.cuda.set_device(number % count)


@contextmanager
def _one_thread() -> Iterator[None]:
    """However many processes there are, sums are added in the same order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@lru_cache(maxsize=2)
def _loaded(folder: Path) -> tuple[Artifact, Backend]:
    """Once a process and artifact; a new round has a folder of its own."""
    artifact = load_artifact(folder)
    return artifact, best_backend(artifact.student)
