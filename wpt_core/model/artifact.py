# SPDX-License-Identifier: Apache-2.0
"""The student as it ships: weights and manifest in a folder, whole or not there, nothing to run.

Parameters are kept in half precision; what was measured (the batch statistics and the scales of
the plan) stays in single precision.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wpt_core.files import replacing_folder
from wpt_core.model.config import StudentConfig
from wpt_core.model.manifest import MANIFEST, Manifest, Origin, Scores, created_by, read_manifest
from wpt_core.model.student import Student
from wpt_core.model.weights import read_weights, write_weights
from wpt_core.types import InputError, Level, Notice, Rig

__all__ = ['WEIGHTS', 'Artifact', 'check_rig', 'load_artifact', 'replace_scores', 'save_artifact']

WEIGHTS = 'weights.safetensors'


@dataclass(frozen=True, eq=False, slots=True)
class Artifact:
    """A student that is ready to run, and what is to be known of it."""

    student: Student
    """In evaluation mode, single precision, on the CPU."""
    config: StudentConfig
    views: Rig
    """What the student looks at, in its order."""
    plan_scales: NDArray[np.float32]
    """(33, 6)."""
    manifest: Manifest


def save_artifact(
    folder: Path, student: Student, views: Rig, *, origin: Origin, scores: Scores | None = None
) -> None:
    """Write an artifact; one that is there already is replaced when the new one is complete.

    InputError for views that are not those of the student, for weights that half precision cannot
    hold, and where the folder cannot be written or holds something else.
    """
    _check_views(folder, student.config, views)
    with replacing_folder(folder, (WEIGHTS, MANIFEST)) as aside:
        manifest = Manifest(
            weights_sha256=write_weights(aside / WEIGHTS, student),
            config=student.config,
            views=views,
            origin=origin,
            scores=scores or {},
            created_by=created_by(),
        )
        manifest.write(aside / MANIFEST)


def load_artifact(folder: Path) -> Artifact:
    """Read an artifact; InputError says in one sentence what is wrong with it."""
    manifest = read_manifest(folder)
    student = read_weights(folder / WEIGHTS, manifest.config, sha256=manifest.weights_sha256)
    return Artifact(
        student=student,
        config=manifest.config,
        views=manifest.views,
        plan_scales=student.plan_scales.numpy().copy(),
        manifest=manifest,
    )


def replace_scores(folder: Path, scores: Scores) -> None:
    """Give an artifact other scores; at every moment the old manifest or the new one is there."""
    manifest = replace(read_manifest(folder), scores=scores)
    try:
        manifest.write(folder / MANIFEST)
    except OSError as error:
        raise InputError(
            f'{folder}: its scores cannot be written ({error.strerror}); make it writable.'
        ) from error


def check_rig(artifact: Artifact, rig: Rig) -> tuple[Notice, ...]:
    """Can a car with this rig be driven at all? A notice for each view that no camera looks at.

    A view is looked at if its optical axis lies within half the horizontal field of view of some
    camera's. InputError if that is so for no view, or not for the first, which looks ahead: the
    others can be done without, as training does without them at times.
    """
    blind = [
        view.name
        for view in artifact.views.cameras
        if not any(
            _angle_rad(view.base_from_camera, camera.base_from_camera)
            <= camera.intrinsics.half_width_rad
            for camera in rig.cameras
        )
    ]
    first = artifact.views.cameras[0].name
    if first in blind:
        raise InputError(
            f'the rig ({", ".join(rig.names)}) has no camera that looks where the student has its '
            f'view {first!r}; check the poses in the rig file, or add such a camera.'
        )
    return tuple(
        Notice(
            Level.WARNING,
            'model.view-not-covered',
            f'No camera looks where the student has its view {name!r}; it drives without.',
        )
        for name in blind
    )


def _angle_rad(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Between the optical axes of two cameras."""
    return math.acos(float(np.clip(one[:3, 2] @ other[:3, 2], -1.0, 1.0)))


def _check_views(folder: Path, config: StudentConfig, views: Rig) -> None:
    expected = (config.view_width_px, config.view_height_px)
    sizes = [(view.intrinsics.width_px, view.intrinsics.height_px) for view in views.cameras]
    if sizes != [expected] * config.views:
        raise InputError(
            f'{folder}: the student takes {config.views} views of '
            f'{expected[0]} x {expected[1]}, got {sizes}; give the views it was trained on.'
        )
