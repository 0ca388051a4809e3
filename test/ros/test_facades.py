# SPDX-License-Identifier: Apache-2.0
"""TF and diagnostics: our code gives the known result, and the package the same."""

from importlib.util import find_spec
from math import nan, sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from rclpy.serialization import deserialize_message, serialize_message

from wpt_core.types import InputError
from wpt_ros.facades import diagnostic_updater, tf2


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
def tf_pair(monkeypatch: pytest.MonkeyPatch) -> tuple[Topics, tf2.TfSubscriber]:
    """Our side of TF; its message has nothing but a list, so anything with one will do."""
    monkeypatch.setattr(tf2, 'type_of', lambda _: SimpleNamespace)
    node = Topics()
    return node, tf2.TfSubscriber(node, 'base_link')


def test_our_tf_goes_from_frame_to_frame(tf_pair: tuple[Topics, tf2.TfSubscriber]) -> None:
    node, transforms = tf_pair
    mast, camera = sits('base_link', 'mast', 2.0, 1.0), sits('/mast', '/camera', 0.5, 0.25)
    node.callbacks['/tf_static'](SimpleNamespace(transforms=[camera]))
    with pytest.raises(InputError, match="from 'camera' to 'base_link'; known are camera, mast"):
        transforms.base_from('camera')
    node.callbacks['/tf'](SimpleNamespace(transforms=[mast]))
    found = transforms.base_from('/camera')
    expected = [[-1, 0, 0, 2], [0, -1, 0, 0.5], [0, 0, 1, 1.25], [0, 0, 0, 1]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_our_tf_survives_what_is_unsound(tf_pair: tuple[Topics, tf2.TfSubscriber]) -> None:
    node, transforms = tf_pair
    node.callbacks['/tf'](SimpleNamespace(transforms=[sits('base_link', 'mast', nan, 1.0)]))
    with pytest.raises(InputError, match="'mast' sits in 'base_link': a position must be finite"):
        transforms.base_from('mast')
    node.callbacks['/tf'](SimpleNamespace(transforms=[sits('base_link', 'mast', 2.0, 1.0)]))
    assert transforms.base_from('mast')[0, 3] == 2.0


def test_our_tf_stops_listening(tf_pair: tuple[Topics, tf2.TfSubscriber]) -> None:
    node, transforms = tf_pair
    assert set(node.callbacks) == {'/tf', '/tf_static'}
    transforms.close()
    assert node.callbacks == {}


def test_without_tf_it_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"'camera' in 'base_link' .* rig file"):
        tf2.NoTransforms(None, 'base_link').base_from('camera')
    if find_spec('tf2_ros') is None and find_spec('tf2_msgs') is None:
        assert isinstance(tf2.extrinsics(Topics()), tf2.NoTransforms)


def test_tf2_ros_finds_the_same_place(tf_pair: tuple[Topics, tf2.TfSubscriber]) -> None:
    pytest.importorskip('tf2_ros')
    import rclpy

    node, ours = tf_pair
    context = rclpy.Context()
    rclpy.init(context=context)
    theirs = tf2.Tf2Buffer(rclpy.create_node('listener', context=context), 'base_link')
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
    pytest.importorskip('diagnostic_updater')
    told: Any = {'message': 'well', 'hardware_id': 'x', 'values': [('a', 1)]}
    ours = diagnostic_updater.own_status('n', DiagnosticStatus.STALE, **told)
    assert diagnostic_updater.status('n', DiagnosticStatus.STALE, **told) == ours
