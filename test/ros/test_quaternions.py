# SPDX-License-Identifier: Apache-2.0
"""Quaternions of messages: our own code, tf_transformations, and a stub of its interface."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from math import cos, nan, pi, sin, sqrt
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time

from wpt_core.types import EgoState, InputError, Pose2
from wpt_ros.conversions.cameras import transform_message
from wpt_ros.conversions.motion import ego_of, odometry_message
from wpt_ros.facades import tf_transformations

HALF = sqrt(0.5)


def stub(calls: list[str]) -> ModuleType:
    """The functions of tf_transformations that wpt_ros calls, by SciPy; notes who was called."""

    def quaternion_from_euler(ai: float, aj: float, ak: float, axes: str = 'sxyz') -> tuple:
        calls.append('quaternion_from_euler')
        assert axes == 'sxyz'
        return tuple(Rotation.from_euler('xyz', (ai, aj, ak)).as_quat())

    def euler_from_quaternion(quaternion: Sequence[float], axes: str = 'sxyz') -> tuple:
        calls.append('euler_from_quaternion')
        assert axes == 'sxyz'
        return tuple(Rotation.from_quat(quaternion).as_euler('xyz'))

    def quaternion_matrix(quaternion: Sequence[float]) -> NDArray[np.float64]:
        calls.append('quaternion_matrix')
        matrix = np.eye(4)
        matrix[:3, :3] = Rotation.from_quat(quaternion).as_matrix()
        return matrix

    def quaternion_from_matrix(matrix: NDArray[np.float64]) -> tuple:
        calls.append('quaternion_from_matrix')
        assert matrix.shape == (4, 4)
        return tuple(Rotation.from_matrix(matrix[:3, :3]).as_quat())

    package = ModuleType('tf_transformations')
    for one in (
        quaternion_from_euler,
        euler_from_quaternion,
        quaternion_matrix,
        quaternion_from_matrix,
    ):
        setattr(package, one.__name__, one)
    return package


INSTALLED = ['package'] if find_spec('tf_transformations') else []


@pytest.fixture(params=['own', 'stub', *INSTALLED])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own code, the stub or the package."""
    if request.param == 'own':
        monkeypatch.setitem(sys.modules, 'tf_transformations', None)
    elif request.param == 'stub':
        monkeypatch.setitem(sys.modules, 'tf_transformations', stub([]))
    tf_transformations.package.cache_clear()
    assert (tf_transformations.package() is None) == (request.param == 'own')
    yield
    tf_transformations.package.cache_clear()


def same_rotation(one: Sequence[float], other: Sequence[float]) -> bool:
    """Both signs of a quaternion are the same rotation."""
    return bool(np.isclose(abs(np.dot(one, other)), 1.0, atol=1e-9))


@pytest.mark.usefixtures('source')
@pytest.mark.parametrize('yaw_rad', [-3.1, -pi / 2, 0.0, 0.4, pi / 2, 3.0])
def test_a_yaw_comes_back(yaw_rad: float) -> None:
    quaternion = tf_transformations.quaternion_from_yaw(yaw_rad)
    assert same_rotation(quaternion, (0.0, 0.0, sin(yaw_rad / 2), cos(yaw_rad / 2)))
    for length in (1.0, -1.0, 2.5):
        scaled = [length * one for one in quaternion]
        assert tf_transformations.yaw_from(scaled) == pytest.approx(yaw_rad)


@pytest.mark.usefixtures('source')
def test_the_yaw_of_a_car_on_a_slope() -> None:
    angles = (0.05, -0.2, 1.3)
    quaternion = Rotation.from_euler('xyz', angles).as_quat()
    assert tf_transformations.yaw_from(quaternion) == pytest.approx(1.3)


@pytest.mark.usefixtures('source')
def test_a_matrix_turns_x_to_the_left() -> None:
    motion = tf_transformations.matrix_from((2.0, 0.0, 1.0), (0.0, 0.0, 2.0, 2.0))
    np.testing.assert_allclose(motion @ [1.0, 0.0, 0.0, 1.0], [2.0, 1.0, 1.0, 1.0], atol=1e-12)
    assert same_rotation(tf_transformations.quaternion_from_matrix(motion), (0, 0, HALF, HALF))


@pytest.mark.usefixtures('source')
@pytest.mark.parametrize('quaternion', [(0.0, 0.0, 0.0, 0.0), (nan, 0.0, 0.0, 1.0)])
def test_what_is_no_quaternion_is_refused(quaternion: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match='uaternion'):
        tf_transformations.yaw_from(quaternion)
    with pytest.raises(InputError, match='uaternion'):
        tf_transformations.matrix_from((0.0, 0.0, 0.0), quaternion)
    with pytest.raises(InputError, match='position'):
        tf_transformations.matrix_from((nan, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))


@pytest.mark.usefixtures('source')
def test_odometry_keeps_its_heading() -> None:
    ego = EgoState(1.0, Pose2(3.0, 4.0, 2.5), 5.0, 0.0, 0.1, 0.02)
    assert ego_of(odometry_message(ego)).pose.yaw_rad == pytest.approx(2.5)


@pytest.mark.usefixtures('source')
def test_odometry_without_an_orientation_is_refused() -> None:
    message = odometry_message(EgoState(1.0, Pose2(3.0, 4.0, 2.5), 5.0, 0.0, 0.1, 0.02))
    message.pose.pose.orientation.z = message.pose.pose.orientation.w = 0.0
    with pytest.raises(InputError, match='not finite'):
        ego_of(message)


def test_messages_use_the_package_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setitem(sys.modules, 'tf_transformations', stub(calls))
    tf_transformations.package.cache_clear()
    ego_of(odometry_message(EgoState(1.0, Pose2(3.0, 4.0, 2.5), 5.0, 0.0, 0.1, 0.02)))
    transform_message('odom', 'base_link', np.eye(4), stamp=Time())
    tf_transformations.matrix_from((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    assert calls == [
        'quaternion_from_euler',
        'euler_from_quaternion',
        'quaternion_from_matrix',
        'quaternion_matrix',
    ]
    tf_transformations.package.cache_clear()


def test_a_broken_package_does_not_stop_a_node(tmp_path: Path) -> None:
    broken = "raise AttributeError(\"module 'numpy' has no attribute 'float'\")\n"
    (tmp_path / 'tf_transformations.py').write_text(broken)
    code = (
        f'import sys; sys.path.insert(0, {str(tmp_path)!r})\n'
        'import wpt_ros.nodes.gate\n'
        "assert 'tf_transformations' not in sys.modules\n"
        'from wpt_ros.facades.tf_transformations import yaw_from\n'
        'assert yaw_from((0.0, 0.0, 0.0, 1.0)) == 0.0\n'
    )
    subprocess.run([sys.executable, '-c', code], check=True, timeout=120)
