# SPDX-License-Identifier: Apache-2.0
"""Which topics of a recording are played, which are left out, and which cannot be."""

from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from std_msgs.msg import String

from wpt_core.bags import BagInfo, TopicInfo, TopicQos
from wpt_ros.parts.playlist import Playlist, playlist_of, publisher_quality
from wpt_ros.topics import TOPICS

TEXT = 'std_msgs/msg/String'


def playlist(*listed: tuple[str, str], everything: bool = False, count: int = 3) -> Playlist:
    infos = tuple(
        TopicInfo(name, kind, count, 0, 9, 1.0, 1.0, (), (), readable=True)
        for name, kind in listed
    )
    info = BagInfo(Path('bag'), 'mcap', 0, 'jazzy', 0, 9, count * len(infos), infos, ())
    return playlist_of(info, everything=everything)


def names(found: Playlist) -> list[str]:
    return [one.name for one in found.played]


def test_names_are_relative_but_for_the_transforms() -> None:
    found = playlist(('/odometry', TEXT), ('/a/b', TEXT), ('/tf', TEXT), ('/tf_static', TEXT))
    assert names(found) == ['odometry', 'a/b', '/tf', '/tf_static']
    assert {one.kind for one in found.played} == {String}


def test_what_a_car_says_is_played_and_what_only_our_nodes_say_is_not() -> None:
    of_car = [topic for topic in TOPICS if 'car' in topic.publishers]
    ours = [topic for topic in TOPICS if 'car' not in topic.publishers]
    listed = [(f'/{topic.of("front").name.lstrip("/")}', TEXT) for topic in (*of_car, *ours)]
    found = playlist(*listed)
    assert [f'/{name.lstrip("/")}' for name in names(found)] == [
        t for t, _ in listed[: len(of_car)]
    ]
    assert set(found.ours) == {t for t, _ in listed[len(of_car) :]} - {'/clock'}
    assert {'/plan', '/diagnostics', '/gate/command', '/front/overlay'} <= set(found.ours)
    assert playlist(('/car_7/gate/state', TEXT)).ours == ('/car_7/gate/state',)
    assert playlist(('/planned', TEXT), ('/my_plan', TEXT)).ours == ()


def test_everything_leaves_out_only_what_the_player_says_itself() -> None:
    listed = [(name, TEXT) for name in ('/plan', '/clock', '/rosout', '/parameter_events')]
    found = playlist(*listed, everything=True)
    assert (names(found), found.ours, found.unplayable) == (['plan'], (), ())


@pytest.mark.parametrize(
    ('topic', 'kind', 'reason'),
    [
        ('/x', 'demo_msgs/msg/Note', 'not installed'),
        ('/x', 'std_msgs/msg/Nonsense', 'not installed'),
        ('/x', 'std_srvs/srv/Trigger', 'no type of a message'),
        ('/x', 'std_msgs/String', 'no type of a message'),
        ('/x', 'String', 'no type of a message'),
        ('/x', '', 'no type of a message'),
        ('/x', 'std_msgs/msg/String/more', 'not installed'),
        ('/1st/camera', TEXT, 'no name of a topic in ROS 2'),
        ('/a//b', TEXT, 'no name of a topic in ROS 2'),
        ('/a b', TEXT, 'no name of a topic in ROS 2'),
    ],
)
def test_what_cannot_be_played_says_why(topic: str, kind: str, reason: str) -> None:
    found = playlist((topic, kind), ('/sound', TEXT))
    assert names(found) == ['sound']
    assert found.unplayable == (f'{topic} ({kind}: {reason})',)


def test_of_two_types_on_one_topic_the_first_is_played() -> None:
    found = playlist(('/x', TEXT), ('/x', 'std_msgs/msg/Empty'))
    assert [one.type_name for one in found.played] == [TEXT]
    assert found.unplayable == (f'/x (std_msgs/msg/Empty: also recorded as {TEXT})',)


def test_topics_without_messages_are_nothing_to_speak_of() -> None:
    assert playlist(('/x', TEXT), count=0) == Playlist((), (), ())


@pytest.mark.parametrize(('asked', 'depth'), [(0, 10), (1, 10), (50, 50), (2**31 - 1, 1000)])
def test_queues_are_long_enough_and_no_longer_than_dds_takes(asked: int, depth: int) -> None:
    assert publisher_quality([TopicQos(depth=1), TopicQos(depth=asked)]).depth == depth


def test_everybody_is_served_and_what_was_latched_stays_so() -> None:
    loose = publisher_quality([TopicQos('best_effort')])
    assert loose.reliability == ReliabilityPolicy.RELIABLE
    assert loose.durability == DurabilityPolicy.VOLATILE
    kept = publisher_quality([TopicQos(), TopicQos(durability='transient_local')])
    assert kept.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert publisher_quality([]).depth == 10
