# SPDX-License-Identifier: Apache-2.0
"""Cameras: rig files, decoding, camera sets, frozen images, and warping to views."""

from wpt_core.sensing.camera_set import MOST_AGE_S, CameraSet, CameraSetDue, SetAssembler
from wpt_core.sensing.frozen_camera import FrozenCameraCheck
from wpt_core.sensing.image_headers import check_size_px
from wpt_core.sensing.images import RAW_ENCODINGS, CompressedImageData, RawImageData, encode_jpeg
from wpt_core.sensing.intrinsics import camera_info_numbers, lens_of_camera_info
from wpt_core.sensing.rig import load_rig, surround_rig
from wpt_core.sensing.views import LEAST_SHARE, ViewWarper

__all__ = [
    'LEAST_SHARE',
    'MOST_AGE_S',
    'RAW_ENCODINGS',
    'CameraSet',
    'CameraSetDue',
    'CompressedImageData',
    'FrozenCameraCheck',
    'RawImageData',
    'SetAssembler',
    'ViewWarper',
    'camera_info_numbers',
    'check_size_px',
    'encode_jpeg',
    'lens_of_camera_info',
    'load_rig',
    'surround_rig',
]
