# SPDX-License-Identifier: Apache-2.0
"""The proving ground for on-policy training: the student drives, the expert labels."""

from functools import lru_cache
from pathlib import Path

from training.actors import Drive
from training.simulators.proving_ground import EpisodeJob, Style, record_episode
from training.simulators.student_driver import student_kind
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.runtime import Backend, best_backend
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig

__all__ = ['drive_proving_ground']

_FIRST_SCENARIO = 200_000
"""Those below are for the expert's episodes."""
_PLAN_EVERY = 2


def drive_proving_ground(drive: Drive) -> Path:
    """One drive in a scenario of its own; half of them are pushed off their line as well."""
    artifact, backend = _loaded(drive.artifact)
    rig = surround_rig()

    def planner() -> Planner:
        return Planner.of(artifact, backend, rig)

    style = Style.PERTURBED if drive.number % 2 else Style.CLEAN
    job = EpisodeJob(_FIRST_SCENARIO + drive.number, style, drive.path)
    return record_episode(job, student=student_kind('student', planner, plan_every=_PLAN_EVERY))


@lru_cache(maxsize=2)
def _loaded(folder: Path) -> tuple[Artifact, Backend]:
    """Once a process and artifact; a new round has a folder of its own."""
    artifact = load_artifact(folder)
    return artifact, best_backend(artifact.student, threads=1)
