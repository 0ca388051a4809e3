# SPDX-License-Identifier: Apache-2.0
"""What do the cameras see now?"""

from wpt_core.sensing.rig import load_rig, surround_rig

__all__ = ['load_rig', 'surround_rig']
