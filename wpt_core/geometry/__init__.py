# SPDX-License-Identifier: Apache-2.0
"""Geometry: rigid transforms, camera projection, paths and oriented boxes."""

from wpt_core.geometry.boxes import (
    Box,
    Boxes,
    contains,
    corners,
    corners_of,
    distance,
    distances,
    overlap,
    overlaps,
)
from wpt_core.geometry.frame_tree import FrameTree, rigid_transform
from wpt_core.geometry.lenses import LENSES, Lens
from wpt_core.geometry.path import Path
from wpt_core.geometry.projection import (
    distort,
    pixel_grid,
    project,
    project_optical,
    rays,
    undistort,
)
from wpt_core.geometry.rotations import (
    BASE_FROM_OPTICAL_AXES,
    quaternion_from_rotation,
    rotation_from_quaternion,
    rotation_from_rpy,
    rpy_from_rotation,
)
from wpt_core.geometry.transforms import (
    FloatArray,
    apply,
    compose,
    inverse,
    invert,
    lift,
    pose_matrix,
    transform,
    transform_points,
    wrap_angle,
)

__all__ = [
    'BASE_FROM_OPTICAL_AXES',
    'LENSES',
    'Box',
    'Boxes',
    'FloatArray',
    'FrameTree',
    'Lens',
    'Path',
    'apply',
    'compose',
    'contains',
    'corners',
    'corners_of',
    'distance',
    'distances',
    'distort',
    'inverse',
    'invert',
    'lift',
    'overlap',
    'overlaps',
    'pixel_grid',
    'pose_matrix',
    'project',
    'project_optical',
    'quaternion_from_rotation',
    'rays',
    'rigid_transform',
    'rotation_from_quaternion',
    'rotation_from_rpy',
    'rpy_from_rotation',
    'transform',
    'transform_points',
    'undistort',
    'wrap_angle',
]
