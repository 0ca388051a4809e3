# SPDX-License-Identifier: Apache-2.0
"""A recording as topics with their clock, where there is no `ros2 bag`."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rosgraph_msgs.msg import Clock

from wpt_core.bags import Bag, Playback
from wpt_core.types import InputError, Level, Notice
from wpt_ros import wires
from wpt_ros.managed import ManagedNode, NodeConfig
from wpt_ros.quality import type_of
from wpt_ros.recorded import played_topics, publisher_quality
from wpt_ros.run_node import run_node

__all__ = ['PlayerConfig', 'PlayerNode', 'main']

_LOOK_S = 0.002
_CLOCK_NS = 10_000_000


@dataclass(frozen=True, slots=True)
class PlayerConfig(NodeConfig):
    """What to play, how fast, from where."""

    bag: str = ''
    """The recording: a folder, or one file of it."""
    rate: float = 1.0
    """Seconds of the recording in one of the wall clock."""
    start_offset_s: float = 0.0
    """Begin so late in the recording."""
    loop: bool = False
    """Again and again; time then jumps back."""
    paused: bool = False
    """Begin paused; the service player/pause lets it go on."""
    everything: bool = False
    """Also what our own nodes publish; else a planner that runs would not be alone."""
    wait_for: tuple[str, ...] = ()
    """Begin when these topics have a subscriber each."""

    def __post_init__(self) -> None:
        self.check_positive('rate')
        if self.start_offset_s < 0.0:
            raise InputError(f'parameter start_offset_s must be 0 or more: {self.start_offset_s}')


class PlayerNode(ManagedNode[PlayerConfig]):
    """Publishes what is due on a clock of its own, which it publishes too."""

    def __init__(self) -> None:
        super().__init__('player', PlayerConfig)

    def prepare(self) -> None:
        if not self.config.bag:
            raise InputError('parameter bag: expected the folder of a recording')
        self._bag = Bag.open(Path(self.config.bag).expanduser())
        self._prepared.append(self._bag.close)
        topics = played_topics(self._bag.info, everything=self.config.everything)
        self._outlets = self._made(topics)
        self._playback = Playback(
            self._bag, list(self._outlets), start_offset_s=self.config.start_offset_s
        )
        self._time = self.speak(wires.CLOCK)

    def begin(self) -> None:
        self._playback.rewind()
        self._paused = self.config.paused
        self._played_ns = float(self._playback.start_ns)
        self._wall_s: float | None = None
        self._told_ns = 0
        self.serve(wires.PAUSE, self._on_pause)
        self.every(_LOOK_S, self._look)

    @property
    def ended(self) -> bool:
        return self._playback.done and not self.config.loop

    def _on_pause(self, request: Any, response: Any) -> Any:
        self._paused = request.data
        response.success, response.message = True, 'paused' if self._paused else 'playing'
        return response

    def _look(self) -> None:
        wall_s = time.monotonic()
        then_s, self._wall_s = self._wall_s, wall_s
        if then_s is None or self._paused or self.ended or not self._awaited():
            return
        self._played_ns += (wall_s - then_s) * 1e9 * self.config.rate
        now_ns = int(self._played_ns)
        for message in self._playback.due(now_ns):
            self._tell_time(message.stamp_ns)
            self._outlets[message.topic].publish(message.data)
        self._tell_time(now_ns - now_ns % _CLOCK_NS)
        if self._playback.done:
            self._at_end()

    def _at_end(self) -> None:
        if self.config.loop:
            self._playback.rewind()
            self._played_ns, self._told_ns = float(self._playback.start_ns), 0
        else:
            self.get_logger().info('the recording has ended')
            self.health.figures({'played': 'to the end'})

    def _tell_time(self, now_ns: int) -> None:
        if now_ns > self._told_ns:
            self._told_ns = now_ns
            stamp = type_of('builtin_interfaces/msg/Time')
            self._time.publish(Clock(clock=stamp(sec=now_ns // 10**9, nanosec=now_ns % 10**9)))

    def _awaited(self) -> bool:
        return all(self.count_subscribers(topic) for topic in self.config.wait_for)

    def _made(self, topics: dict[str, tuple[str, Any]]) -> dict[str, Any]:
        """A publisher for each topic whose type is installed; the others are told of."""
        outlets, missing = {}, []
        for topic, (type_name, qos) in topics.items():
            try:
                kind = type_of(type_name)
            except (ImportError, AttributeError):
                missing.append(f'{topic} ({type_name})')
                continue
            name = topic if topic.startswith('/tf') else topic.lstrip('/')
            outlets[topic] = self.create_publisher(kind, name, publisher_quality(qos))
            self._prepared.append(partial(self.destroy_publisher, outlets[topic]))
        text = f'not played, because their types are not installed: {", ".join(missing)}'
        self.health.found('types', [Notice(Level.WARNING, 'types', text)] if missing else [])
        return outlets


def main() -> None:
    """The executable `player`."""
    run_node(PlayerNode)


if __name__ == '__main__':
    main()
