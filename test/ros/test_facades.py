# SPDX-License-Identifier: Apache-2.0
"""Behind each facade our side gives the known result, and the package's side the same."""

from array import array
from importlib.util import find_spec
from math import nan, pi, sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from facade_partner import needs
from geometry_msgs.msg import TransformStamped
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image

from wpt_core.types import InputError
from wpt_ros.facades import cv_bridge, diagnostic_updater, tf2, tf_transformations

UNTIMED = settings(deadline=None)
ANGLES = st.floats(-pi, pi)
PITCHES = st.floats(-1.5, 1.5)


def image(encoding: str, channels: int, *, height: int = 6, width: int = 8) -> Image:
    step = channels * width
    data = np.random.default_rng(4).integers(0, 256, height * step, dtype=np.uint8)
    message = Image(height=height, width=width, encoding=encoding, step=step)
    message.data = array('B', data.tobytes())
    return message


def test_our_bridge_swaps_colours_and_leaves_padding_out() -> None:
    message = image('bgr8', 3)
    padded = Image(height=6, width=8, encoding='bgr8', step=29)
    rows = np.frombuffer(message.data, np.uint8).reshape(6, 24)
    padded.data = array('B', np.pad(rows, ((0, 0), (0, 5))).tobytes())
    expected = rows.reshape(6, 8, 3)[..., ::-1]
    for read in (cv_bridge.own_rgb_of, cv_bridge.rgb_of):
        np.testing.assert_array_equal(read(message), expected)
        np.testing.assert_array_equal(read(padded), expected)


def test_neither_bridge_takes_what_is_no_picture() -> None:
    broken = image('rgb8', 3)
    broken.height = 7
    for read in (cv_bridge.own_rgb_of, cv_bridge.rgb_of):
        with pytest.raises(InputError, match='holds 144 bytes where 168'):
            read(broken)
        with pytest.raises(InputError, match="'32FC1' is none of"):
            read(image('32FC1', 4))


@pytest.mark.parametrize(
    ('encoding', 'channels'),
    [
        *[('rgb8', 3), ('bgr8', 3), ('rgba8', 4), ('bgra8', 4), ('mono8', 1), ('mono16', 2)],
        *[('yuv422', 2), ('yuv422_yuy2', 2), ('bayer_rggb8', 1), ('bayer_gbrg8', 1)],
        *[('bayer_bggr8', 1), ('bayer_grbg8', 1)],
    ],
)
def test_cv_bridge_sees_the_same_picture(encoding: str, channels: int) -> None:
    needs('cv_bridge')
    message = image(encoding, channels)
    np.testing.assert_array_equal(cv_bridge.rgb_of(message), cv_bridge.own_rgb_of(message))


def same_turn(one: Any, other: Any) -> bool:
    """Both signs of a quaternion mean the same."""
    return bool(np.isclose(abs(np.dot(one, other)), 1.0, atol=1e-9))


def test_our_quaternions_are_those_of_the_textbook() -> None:
    half = sqrt(0.5)
    for make in (
        tf_transformations.own_quaternion_from_euler,
        tf_transformations.quaternion_from_euler,
    ):
        assert same_turn(make(0.0, 0.0, pi / 2), (0.0, 0.0, half, half))
        assert same_turn(make(pi / 2, 0.0, 0.0), (half, 0.0, 0.0, half))
        # First about x, then about the fixed z.
        assert same_turn(make(pi / 2, 0.0, pi / 2), (0.5, 0.5, 0.5, 0.5))


def test_our_matrix_turns_x_to_the_left() -> None:
    for make in (tf_transformations.own_quaternion_matrix, tf_transformations.quaternion_matrix):
        turned = make((0.0, 0.0, 2.0, 2.0)) @ [1.0, 0.0, 0.0, 1.0]
        np.testing.assert_allclose(turned, [0.0, 1.0, 0.0, 1.0], atol=1e-12)


@UNTIMED
@given(ANGLES, PITCHES, ANGLES)
def test_angles_come_back(roll_rad: float, pitch_rad: float, yaw_rad: float) -> None:
    quaternion = tf_transformations.own_quaternion_from_euler(roll_rad, pitch_rad, yaw_rad)
    found = tf_transformations.own_euler_from_quaternion(quaternion)
    turns = np.subtract(found, (roll_rad, pitch_rad, yaw_rad)) / (2 * pi)
    np.testing.assert_allclose(turns, np.rint(turns), atol=1e-9)


@pytest.mark.parametrize('quaternion', [(0.0, 0.0, 0.0, 0.0), (nan, 0.0, 0.0, 1.0)])
def test_what_is_no_quaternion_is_refused(quaternion: tuple[float, ...]) -> None:
    for read in (
        tf_transformations.own_quaternion_matrix,
        tf_transformations.quaternion_matrix,
        tf_transformations.own_euler_from_quaternion,
        tf_transformations.euler_from_quaternion,
    ):
        with pytest.raises(InputError, match='quaternion'):
            read(quaternion)


@UNTIMED
@given(ANGLES, PITCHES, ANGLES)
def test_tf_transformations_turns_the_same_way(
    roll_rad: float, pitch_rad: float, yaw_rad: float
) -> None:
    needs('tf_transformations')
    angles = roll_rad, pitch_rad, yaw_rad
    own = tf_transformations.own_quaternion_from_euler(*angles)
    assert same_turn(tf_transformations.quaternion_from_euler(*angles), own)
    np.testing.assert_allclose(
        tf_transformations.quaternion_matrix(own),
        tf_transformations.own_quaternion_matrix(own),
        atol=1e-9,
    )
    np.testing.assert_allclose(
        tf_transformations.quaternion_from_euler(*tf_transformations.euler_from_quaternion(own)),
        tf_transformations.quaternion_from_euler(*angles),
        atol=1e-9,
    )


class Topics:
    """Of a node, what the facade for TF needs."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Any] = {}

    def create_subscription(self, kind: Any, topic: str, callback: Any, quality: Any) -> str:
        assert kind is SimpleNamespace
        assert (quality.durability.name == 'TRANSIENT_LOCAL') == (topic == '/tf_static')
        self.callbacks[topic] = callback
        return topic

    def destroy_subscription(self, topic: str) -> None:
        del self.callbacks[topic]


def sits(parent: str, child: str, x_m: float, z_m: float) -> TransformStamped:
    """Turned to the left there."""
    stamped = TransformStamped(child_frame_id=child)
    stamped.header.frame_id = parent
    stamped.transform.translation.x, stamped.transform.translation.z = x_m, z_m
    stamped.transform.rotation.z = stamped.transform.rotation.w = sqrt(0.5)
    return stamped


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> tuple[Topics, tf2.Heard]:
    """Our side of TF; its message has nothing but a list, so anything with one will do."""
    monkeypatch.setattr(tf2, 'type_of', lambda _: SimpleNamespace)
    node = Topics()
    return node, tf2.Heard(node, 'base_link')


def test_our_tf_goes_from_frame_to_frame(heard: tuple[Topics, tf2.Heard]) -> None:
    node, transforms = heard
    mast, camera = sits('base_link', 'mast', 2.0, 1.0), sits('/mast', '/camera', 0.5, 0.25)
    node.callbacks['/tf_static'](SimpleNamespace(transforms=[camera]))
    with pytest.raises(InputError, match="from 'camera' to 'base_link'; known are camera, mast"):
        transforms.base_from('camera')
    node.callbacks['/tf'](SimpleNamespace(transforms=[mast]))
    found = transforms.base_from('/camera')
    expected = [[-1, 0, 0, 2], [0, -1, 0, 0.5], [0, 0, 1, 1.25], [0, 0, 0, 1]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_our_tf_survives_what_is_unsound(heard: tuple[Topics, tf2.Heard]) -> None:
    node, transforms = heard
    node.callbacks['/tf'](SimpleNamespace(transforms=[sits('base_link', 'mast', nan, 1.0)]))
    with pytest.raises(InputError, match="'mast' sits in 'base_link': a position must be finite"):
        transforms.base_from('mast')
    node.callbacks['/tf'](SimpleNamespace(transforms=[sits('base_link', 'mast', 2.0, 1.0)]))
    assert transforms.base_from('mast')[0, 3] == 2.0


def test_our_tf_stops_listening(heard: tuple[Topics, tf2.Heard]) -> None:
    node, transforms = heard
    assert set(node.callbacks) == {'/tf', '/tf_static'}
    transforms.close()
    assert node.callbacks == {}


def test_without_tf_it_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"'camera' sits in 'base_link' .* rig file"):
        tf2.Unavailable(None, 'base_link').base_from('camera')
    if find_spec('tf2_ros') is None and find_spec('tf2_msgs') is None:
        assert isinstance(tf2.extrinsics(Topics()), tf2.Unavailable)


def test_tf2_ros_finds_the_same_place(heard: tuple[Topics, tf2.Heard]) -> None:
    needs('tf2_ros')
    import rclpy

    node, ours = heard
    context = rclpy.Context()
    rclpy.init(context=context)
    theirs = tf2.Buffered(rclpy.create_node('listener', context=context), 'base_link')
    for stamped in (sits('base_link', 'mast', 2.0, 1.0), sits('mast', 'camera', 0.5, 0.25)):
        node.callbacks['/tf_static'](SimpleNamespace(transforms=[stamped]))
        theirs._buffer.set_transform_static(stamped, 'test')
    np.testing.assert_allclose(theirs.base_from('camera'), ours.base_from('camera'), atol=1e-9)
    with pytest.raises(InputError, match='radar'):
        theirs.base_from('radar')
    theirs.close()
    rclpy.shutdown(context=context)


def test_diagnostics_say_what_they_were_told() -> None:
    for make in (diagnostic_updater.own_status, diagnostic_updater.status):
        status = make(
            'wpt_ros: planner',
            DiagnosticStatus.WARN,
            message='The camera left is silent.',
            hardware_id='wpt_ros',
            values=[('cameras', 5), ('age_s', 0.25)],
        )
        sent = diagnostic_updater.diagnostics(Time(sec=3), status, make('b', b'\0', message=''))
        came = deserialize_message(serialize_message(sent), DiagnosticArray)
        assert came.header.stamp == Time(sec=3)
        first, second = came.status
        assert (first.name, first.level) == ('wpt_ros: planner', b'\x01')
        assert (first.message, first.hardware_id) == ('The camera left is silent.', 'wpt_ros')
        values = [(one.key, one.value) for one in first.values]
        assert values == [('cameras', '5'), ('age_s', '0.25')]
        assert (second.name, list(second.values)) == ('b', [])


def test_diagnostic_updater_fills_the_same() -> None:
    needs('diagnostic_updater')
    told: Any = {'message': 'well', 'hardware_id': 'x', 'values': [('a', 1)]}
    ours = diagnostic_updater.own_status('n', DiagnosticStatus.STALE, **told)
    assert diagnostic_updater.status('n', DiagnosticStatus.STALE, **told) == ours
