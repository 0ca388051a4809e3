# SPDX-License-Identifier: Apache-2.0
"""The video of a bag: all its pictures, with the plans of the bag or with others."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from ament_index_python.packages import get_package_share_directory
from drive_samples import circles
from rclpy.serialization import serialize_message

from wpt_core.bags import BagWriter, definitions_from
from wpt_core.safety import GateState
from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Level, Notice
from wpt_ros import topics
from wpt_ros.conversions.commands import state_message
from wpt_ros.conversions.images import compressed_message, image_message
from wpt_ros.conversions.plans import plan_message
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.drives.overlay_film import ReplacementPlans, overlay_film

GREY = np.full((128, 256, 3), 100, np.uint8)
RIG = surround_rig()
COUNT, PLANNED = 8, 4
STAMPS_S = [2.0 + 0.1 * k for k in range(COUNT)]
Film = NDArray[np.uint8]


def recorded(path: Path, *, raw: bool = False, plans: bool = True) -> Path:
    """Grey pictures at 10 Hz; the bag's plans begin with the fifth."""
    share = Path(get_package_share_directory('wpt_msgs'))
    picture = (topics.IMAGE if raw else topics.COMPRESSED).of('front')
    make = image_message if raw else compressed_message
    with BagWriter(path, definitions=definitions_from(share / 'msg', 'wpt_msgs')) as bag:
        wanted = (topics.GATE_STATE, topics.PLAN, picture) if plans else (picture,)
        writers = {topic: bag.add_topic(f'/{topic.name}', topic.type_name) for topic in wanted}
        for number, at_s in enumerate(STAMPS_S):
            stamp = stamp_of(at_s)
            said = {
                topics.GATE_STATE: state_message(GateState.ENGAGED, [], stamp=stamp),
                picture: make(GREY, stamp=stamp, frame_id='front'),
            }
            if number >= PLANNED:
                plan = circles(0.0, stamp_s=at_s)
                said[topics.PLAN] = plan_message(plan, Action(0.0, 0.0), delay_s=0.3, stamp=stamp)
            for topic, writer in writers.items():
                if topic in said:
                    writer.write_raw(round(at_s * 1e9), serialize_message(said[topic]))
    return path


def frames_of(video: Path) -> list[Film]:
    with av.open(str(video)) as container:
        return [frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)]


def drawn_on(frame: Film) -> bool:
    """Is the road in front of the car anything but grey?"""
    height, width = frame.shape[:2]
    road = frame[int(0.8 * height) : int(0.85 * height), width // 2 - 20 : width // 2 + 20]
    return bool((np.abs(road.astype(int) - 100) > 20).any(axis=-1).mean() > 0.5)


@pytest.mark.parametrize('raw', [False, True])
def test_the_plans_of_the_bag_are_drawn_from_when_they_are_there(
    tmp_path: Path, raw: bool
) -> None:
    bag = recorded(tmp_path / 'bag', raw=raw)
    frames = frames_of(overlay_film(bag, tmp_path / 'a.mp4', RIG))
    assert [drawn_on(frame) for frame in frames] == PLANNED * [False] + PLANNED * [True]


def test_without_plans_the_pictures_are_shown_as_they_are(tmp_path: Path) -> None:
    bag = recorded(tmp_path / 'bag', plans=False)
    frames = frames_of(overlay_film(bag, tmp_path / 'a.mp4', RIG))
    assert [drawn_on(frame) for frame in frames] == COUNT * [False]


def test_other_plans_take_the_place_of_those_in_the_bag(tmp_path: Path) -> None:
    bag = recorded(tmp_path / 'bag')
    early = [replace(circles(0.0), stamp_s=at_s) for at_s in STAMPS_S[1:3]]
    asked_s: list[float] = []

    def truth(at_s: float) -> NDArray[np.float64] | None:
        asked_s.append(at_s)
        return None

    film = overlay_film(bag, tmp_path / 'a.mp4', RIG, ReplacementPlans(early, truth))
    # Each is drawn on its own picture, and the last one until it is 0.5 s old.
    expected = [False, *7 * [True]]
    assert [drawn_on(frame) for frame in frames_of(film)] == expected
    assert asked_s == pytest.approx(STAMPS_S)
    gone = overlay_film(bag, tmp_path / 'b.mp4', RIG, ReplacementPlans(early[:1], truth))
    assert [drawn_on(frame) for frame in frames_of(gone)] == [False, *6 * [True], False]


def test_the_reason_of_the_gate_stands_below_until_it_steers_again(tmp_path: Path) -> None:
    told = [('ENGAGED', ''), ('FAULT', 'No plan.'), ('DISENGAGED', ''), ('ENGAGED', '')]
    frames = frames_of(overlay_film(with_states(tmp_path / 'bag', told), tmp_path / 'a.mp4', RIG))
    # The caption of the state, and below it the one of the reason.
    states, reasons = ([rows(frame, begin) for frame in frames] for begin in (56, 28))
    assert [bool(lit(row)) for row in reasons] == [False, True, True, False]
    assert abs(lit(reasons[1]) - lit(reasons[2])) < 0.2 * lit(reasons[1])
    assert lit(states[2]) > 1.2 * lit(states[1]), 'DISENGAGED is longer than FAULT'


def with_states(path: Path, told: list[tuple[str, str]]) -> Path:
    """A picture, and the gate's state before it."""
    share = Path(get_package_share_directory('wpt_msgs'))
    picture = topics.COMPRESSED.of('front')
    with BagWriter(path, definitions=definitions_from(share / 'msg', 'wpt_msgs')) as bag:
        writers = [
            bag.add_topic(f'/{topic.name}', topic.type_name)
            for topic in (topics.GATE_STATE, picture)
        ]
        for number, (state, text) in enumerate(told):
            stamp = stamp_of(STAMPS_S[number])
            reasons = [Notice(Level.ERROR, 'code', text)] if text else []
            said = (
                state_message(GateState[state], reasons, stamp=stamp),
                compressed_message(GREY, stamp=stamp, frame_id='front'),
            )
            for writer, message in zip(writers, said, strict=True):
                writer.write_raw(round(STAMPS_S[number] * 1e9), serialize_message(message))
    return path


def rows(frame: Film, from_bottom: int) -> Film:
    """Of one caption."""
    begin = len(frame) - from_bottom
    return frame[begin + 2 : begin + 26]


def lit(row: Film) -> int:
    """How much is written there."""
    return int((row.max(axis=-1) > 120).sum())
