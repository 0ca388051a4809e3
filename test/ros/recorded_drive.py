# SPDX-License-Identifier: Apache-2.0
"""A short drive of the expert on the proving ground, written as a bag."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.episodes.episode import About, EpisodeWriter
from wpt_core.bags import Bag, BagWriter, TopicWriter
from wpt_core.sensing import CompressedImageData, surround_rig
from wpt_core.types import Camera, EgoState, Rig
from wpt_sim.drive import World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.suites import find_suite

__all__ = ['EPOCH_S', 'copy_drive', 'record_drive']

EPOCH_S = 1.0
_PICTURES_EVERY = 2
"""Steps of 50 ms."""
_ABOUT = About(source='test', driver='expert', actuator_delay_s=0.3)


def record_drive(
    path: Path,
    *,
    pictures_s: float,
    seconds: float,
    lens: Callable[[Camera], Camera] = lambda camera: camera,
) -> list[EgoState]:
    """Pictures at 10 Hz for a while, odometry at 20 Hz for longer; returns the odometry."""
    rig = Rig(tuple(map(lens, surround_rig().cameras)))
    world = World(find_suite('lane_centre').scenarios[0], 0, rig=rig)
    expert = make_driver(EXPERT, world)
    egos = []
    with EpisodeWriter(path, rig, _ABOUT) as episode:
        for step in range(round(seconds / 0.05)):
            showing = step % _PICTURES_EVERY == 0 and step * 0.05 < pictures_s
            seen = world.observe(frames=showing)
            ego = replace(world.ego, stamp_s=EPOCH_S + world.time_s)
            episode.odometry(ego)
            egos.append(ego)
            if showing:
                pictures = {frame.camera: frame.image for frame in seen.frames}
                episode.views(ego.stamp_s, pictures, seen.command)
            world.step(expert.act(seen))
    return egos


def copy_drive(
    source: Path,
    target: Path,
    *,
    raw: bool = False,
    renamed: Mapping[str, str] | None = None,
    left_out: Collection[str] = (),
    stop_ns: int | None = None,
) -> Path:
    """The same bag with raw pictures, other names, without some topics, or cut off."""
    with Bag.open(source) as bag, BagWriter(target, definitions=bag.definitions) as writer:
        topics: dict[str, TopicWriter] = {}
        for message in bag.messages(stop_ns=stop_ns):
            name, content = message.topic, message.message
            if name in left_out:
                continue
            if raw and name.endswith('/compressed'):
                name = name.removesuffix('/compressed')
                content = _raw(writer, content)
            name = (renamed or {}).get(name, name)
            if name not in topics:
                topics[name] = writer.add_topic(name, content.__msgtype__)
            topics[name].write(message.stamp_ns, content)
    return target


def _raw(writer: BagWriter, message: Any) -> Any:
    pixels = CompressedImageData(message.data).rgb()
    return writer.message_type('sensor_msgs/msg/Image')(
        header=message.header,
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding='rgb8',
        is_bigendian=0,
        step=3 * pixels.shape[1],
        data=pixels.ravel(),
    )
