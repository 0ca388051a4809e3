# SPDX-License-Identifier: Apache-2.0
"""What do the cameras see now?"""

from wpt_core.sensing.assembly import CameraSetDue, SetAssembler
from wpt_core.sensing.camera_set import MOST_AGE_S, CameraSet
from wpt_core.sensing.lens import camera_info_numbers, lens_of_camera_info
from wpt_core.sensing.picture_headers import check_size_px
from wpt_core.sensing.pictures import RAW_ENCODINGS, CompressedPicture, RawPicture, jpeg_of
from wpt_core.sensing.repeats import Repeats
from wpt_core.sensing.rig import load_rig, surround_rig
from wpt_core.sensing.views import LEAST_SHARE, ViewWarper
from wpt_core.sensing.yaml_file import read_yaml

__all__ = [
    'LEAST_SHARE',
    'MOST_AGE_S',
    'RAW_ENCODINGS',
    'CameraSet',
    'CameraSetDue',
    'CompressedPicture',
    'RawPicture',
    'Repeats',
    'SetAssembler',
    'ViewWarper',
    'camera_info_numbers',
    'check_size_px',
    'jpeg_of',
    'lens_of_camera_info',
    'load_rig',
    'read_yaml',
    'surround_rig',
]
