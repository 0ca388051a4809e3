# SPDX-License-Identifier: Apache-2.0
"""The proving ground as a node: how a drive ends."""

from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import PATIENCE_S, running
from own_domain import quiet_domain

from wpt_ros.executables import DRIVE_FAILED

RIG = """\
cameras:
  front:
    size_px: [32, 16]
    horizontal_fov_deg: 70.0
    position_m: [1.70, 0.00, 1.45]
    rotation_deg: [0.0, 3.0, 0.0]
"""


@pytest.mark.slow
def test_a_drive_that_nobody_steered_ends_with_its_verdict(tmp_path: Path) -> None:
    rig = tmp_path / 'rig.yaml'
    rig.write_text(RIG)
    given = {'rig': str(rig), 'engages': False, 'ends': True, 'pace.real_time_factor': 10.0}
    with quiet_domain(), running('world', tmp_path / 'log', namespace='alone', **given) as node:
        assert node.process.wait(5 * PATIENCE_S) == DRIVE_FAILED
        assert 'the drive has failed: the driver had to steer for' in node.log_text
