# SPDX-License-Identifier: Apache-2.0
"""Player node: plays a recording with its clock, without `ros2 bag`."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from rosgraph_msgs.msg import Clock

from wpt_core.bags import Bag, Playback
from wpt_core.types import BagError, Bounds, InputError, Level, Notice
from wpt_ros import topics
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node
from wpt_ros.parts.playlist import Playlist, playlist_of
from wpt_ros.qos import type_of

__all__ = ['PLAYED', 'TO_THE_END', 'PlayerConfig', 'PlayerNode', 'main']

PLAYED, TO_THE_END = 'played', 'to the end'
"""Name and value in the diagnostics that mark the end of the recording."""

_LOOK_S = 0.002
_CLOCK_NS = 10_000_000
_LEAD_S = 0.3
"""Wall time for which /clock runs before the first message, so that every node has received it."""


@dataclass(frozen=True, slots=True)
class PlayerConfig(NodeConfig):
    """Recording, speed, start and topics of the player."""

    bag: str = ''
    """Recording: bag folder or one file of it."""
    rate: Annotated[float, Bounds(0.01, 100.0)] = 1.0
    """Playback speed."""
    start_offset_s: Annotated[float, Bounds(0.0, 1e6)] = 0.0
    """Start at this time of the recording."""
    loop: bool = False
    """Repeat the recording; time then jumps back."""
    paused: bool = False
    """Start paused; the service player/pause resumes."""
    everything: bool = False
    """Play also topics of our own nodes, which a running planner would publish as well."""
    wait_for: tuple[str, ...] = ()
    """Start when each of these topics has a subscriber."""


class PlayerNode(ManagedNode[PlayerConfig]):
    """Publishes the messages that are due on its own clock, and the clock."""

    def __init__(self) -> None:
        super().__init__('player', PlayerConfig)

    def prepare(self) -> None:
        if not self.config.bag:
            raise InputError('parameter bag: expected the folder of a recording')
        path = Path(self.config.bag).expanduser()
        try:
            with ExitStack() as closing:
                bag = closing.enter_context(Bag.open(path))
                playlist = playlist_of(bag.info, everything=self.config.everything)
                names = [one.topic for one in playlist.played]
                start_s = self.config.start_offset_s
                self._playback = Playback(bag, names, start_offset_s=start_s)
                self._prepared.append(closing.pop_all().close)
        except BagError as error:
            raise InputError(str(error)) from error
        self._outputs = self._create_publishers(playlist)
        self._time = self.advertise(topics.CLOCK)
        self._report_skipped(playlist)

    def begin(self) -> None:
        self._rewind(lead_ns=round(_LEAD_S * 1e9 * self.config.rate))
        self._paused = self.config.paused
        self._awaited = False
        self._ended = False
        self._wall_s: float | None = None
        self.health.found('recording', [])
        self.health.figures({PLAYED: 'nothing yet'})
        self.serve(topics.PAUSE, self._on_pause)
        self.every(_LOOK_S, self._poll)

    def _on_pause(self, request: Any, response: Any) -> Any:
        self._paused = request.data
        response.success, response.message = True, 'paused' if self._paused else 'playing'
        return response

    def _poll(self) -> None:
        wall_s = time.monotonic()
        then_s, self._wall_s = self._wall_s, wall_s
        if then_s is None or self._paused or self._ended or not self._begun():
            return
        self._played_ns += round((wall_s - then_s) * 1e9 * self.config.rate)
        self._play()
        self._publish_clock(self._played_ns - self._played_ns % _CLOCK_NS)
        if self._playback.done:
            self._at_end()

    def _play(self) -> None:
        """Publish the messages that are due; an unreadable bag ends playback with a notice."""
        try:
            for message in self._playback.due(self._played_ns):
                self._publish_clock(message.stamp_ns)
                type_name, output = self._outputs[message.topic]
                if message.type_name == type_name:
                    output.publish(message.data)
        except BagError as error:
            self.health.found('recording', [Notice(Level.ERROR, 'damaged', str(error))])

    def _rewind(self, *, lead_ns: int = 0) -> None:
        self._playback.rewind()
        self._played_ns = max(0, self._playback.start_ns - lead_ns)
        self._published_ns = -1

    def _at_end(self) -> None:
        if self.config.loop:
            self._rewind()
            return
        self._ended = True
        self.get_logger().info('the recording has ended')
        self.health.figures({PLAYED: TO_THE_END})
        self.publish_health()

    def _publish_clock(self, now_ns: int) -> None:
        if now_ns > self._published_ns:
            self._published_ns = now_ns
            stamp = type_of('builtin_interfaces/msg/Time')
            self._time.publish(Clock(clock=stamp(sec=now_ns // 10**9, nanosec=now_ns % 10**9)))

    def _begun(self) -> bool:
        """Return true once every awaited topic has had a subscriber."""
        self._awaited = self._awaited or all(map(self.count_subscribers, self.config.wait_for))
        return self._awaited

    def _create_publishers(self, playlist: Playlist) -> dict[str, tuple[str, Any]]:
        """Create the publishers; return type name and publisher by topic."""
        outputs = {}
        for one in playlist.played:
            publisher = self.create_publisher(one.kind, one.name, one.quality)
            self._prepared.append(partial(self.destroy_publisher, publisher))
            outputs[one.topic] = one.type_name, publisher
        return outputs

    def _report_skipped(self, playlist: Playlist) -> None:
        """Report the topics that are not played, and why."""
        lacking = ', '.join(playlist.unplayable)
        text = f'Not played: {lacking}.'
        self.health.found('types', [Notice(Level.WARNING, 'not_played', text)] if lacking else [])
        self.health.figures({'left_out': ' '.join(playlist.ours)})


def main() -> None:
    """The executable `player`."""
    run_node(PlayerNode)
