# SPDX-License-Identifier: Apache-2.0
"""The student as it ships: a folder with weights and manifest, written atomically.

It contains no code. Parameters are stored in half precision; measured values (batch statistics,
scales of the plan) in single precision.
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
    """A loaded student with its manifest."""

    student: Student
    """In evaluation mode, single precision, on the CPU."""
    config: StudentConfig
    views: Rig
    """Virtual cameras of the student, in its order."""
    plan_scales: NDArray[np.float32]
    """(33, 6)."""
    manifest: Manifest


def save_artifact(
    folder: Path, student: Student, views: Rig, *, origin: Origin, scores: Scores | None = None
) -> None:
    """Write an artifact; an existing one is replaced when the new one is complete.

    Raise InputError when the views do not fit the student, when half precision cannot hold the
    weights, and when the folder cannot be written or holds other files.
    """
    _check_views(folder, student.config, views)
    with replacing_folder(folder, (WEIGHTS, MANIFEST)) as temporary:
        manifest = Manifest(
            weights_sha256=write_weights(temporary / WEIGHTS, student),
            config=student.config,
            views=views,
            origin=origin,
            scores=scores or {},
            created_by=created_by(),
        )
        manifest.write(temporary / MANIFEST)


def load_artifact(folder: Path) -> Artifact:
    """Read an artifact; raise InputError if it is invalid."""
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
    """Replace the scores of an artifact atomically."""
    manifest = replace(read_manifest(folder), scores=scores)
    try:
        manifest.write(folder / MANIFEST)
    except OSError as error:
        raise InputError(
            f'{folder}: cannot write the scores ({error.strerror}); make the folder writable.'
        ) from error


def check_rig(artifact: Artifact, rig: Rig) -> tuple[Notice, ...]:
    """Return a notice for each view that no camera of the rig covers.

    A view is covered if its optical axis lies within half the horizontal field of view of a
    camera. Raise InputError if the first view, which looks ahead, is not covered; the others may
    be missing, as they are at times in training.
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
            f'the rig ({", ".join(rig.names)}) has no camera along the optical axis of the '
            f'view {first!r}; check the poses in the rig file, or add such a camera.'
        )
    return tuple(
        Notice(
            Level.WARNING,
            'model.view-not-covered',
            f'No camera covers the view {name!r}; the student drives without it.',
        )
        for name in blind
    )


def _angle_rad(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Angle between the optical axes of two cameras."""
    return math.acos(float(np.clip(one[:3, 2] @ other[:3, 2], -1.0, 1.0)))


def _check_views(folder: Path, config: StudentConfig, views: Rig) -> None:
    expected = (config.view_width_px, config.view_height_px)
    sizes = [(view.intrinsics.width_px, view.intrinsics.height_px) for view in views.cameras]
    if sizes != [expected] * config.views:
        raise InputError(
            f'{folder}: the student takes {config.views} views of '
            f'{expected[0]} x {expected[1]}, got {sizes}; pass the views that it was trained on.'
        )
