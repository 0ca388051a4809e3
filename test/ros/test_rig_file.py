# SPDX-License-Identifier: Apache-2.0
"""A rig written and read again is the same rig."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rotation_from_rpy, transform
from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Camera, Intrinsics, LensModel, Rig
from wpt_ros.replays.run import rig_text

ODD = Camera(
    'odd',
    Intrinsics(641, 359, 500.25, 499.75, 320.5, 170.125, (-0.3, 1e-7, -2.5e-5, 1e-12, 3.0)),
    transform(rotation_from_rpy(0.02, -0.1, 2.9) @ BASE_FROM_OPTICAL_AXES, np.array([1, -2, 0.5])),
)
FISHEYE = replace(
    ODD,
    name='fisheye',
    intrinsics=replace(
        ODD.intrinsics, distortion=(0.1, -0.2, 0.3, -0.4), model=LensModel.EQUIDISTANT
    ),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    surround = surround_rig()
    lens = replace(
        surround.cameras[0].intrinsics, fx_px=1e2, distortion=(1e-5, 0.0, 0.0, 0.0, 0.0)
    )
    rig = Rig((replace(surround.cameras[0], intrinsics=lens), *surround.cameras[1:], ODD, FISHEYE))
    path = tmp_path / 'rig.yaml'
    path.write_text(rig_text(rig))
    again = load_rig(path)
    assert again.names == rig.names
    for one, other in zip(again.cameras, rig.cameras, strict=True):
        assert one.intrinsics == other.intrinsics
        np.testing.assert_allclose(one.base_from_camera, other.base_from_camera, atol=1e-12)
