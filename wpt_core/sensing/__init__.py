# SPDX-License-Identifier: Apache-2.0
"""What do the cameras see now?"""

from wpt_core.sensing.camera_set import CameraSet
from wpt_core.sensing.rig import load_rig, surround_rig
from wpt_core.sensing.views import LEAST_SHARE, ViewWarper
from wpt_core.sensing.yaml_file import read_yaml

__all__ = ['LEAST_SHARE', 'CameraSet', 'ViewWarper', 'load_rig', 'read_yaml', 'surround_rig']
