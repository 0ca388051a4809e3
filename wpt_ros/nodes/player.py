# SPDX-License-Identifier: Apache-2.0
"""A recording as topics with their clock, where there is no `ros2 bag`."""

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
"""Name and value in the diagnostics, for who waits for the end."""

_LOOK_S = 0.002
_CLOCK_NS = 10_000_000
_LEAD_S = 0.3
"""Of the wall clock: so long time runs before the first message, for all to know it by then."""


@dataclass(frozen=True, slots=True)
class PlayerConfig(NodeConfig):
    """What to play, how fast, from where."""

    bag: str = ''
    """The recording: a folder, or one file of it."""
    rate: Annotated[float, Bounds(0.01, 100.0)] = 1.0
    """Seconds of the recording in one of the wall clock."""
    start_offset_s: Annotated[float, Bounds(0.0, 1e6)] = 0.0
    """Begin so late in the recording."""
    loop: bool = False
    """Again and again; time then jumps back."""
    paused: bool = False
    """Begin paused; the service player/pause lets it go on."""
    everything: bool = False
    """Also what our own nodes publish; else a planner that runs would not be alone."""
    wait_for: tuple[str, ...] = ()
    """Begin when these topics have a subscriber each."""


class PlayerNode(ManagedNode[PlayerConfig]):
    """Publishes what is due on a clock of its own, which it publishes too."""

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
        self._outlets = self._made(playlist)
        self._time = self.advertise(topics.CLOCK)
        self._tell_of(playlist)

    def begin(self) -> None:
        self._rewind(lead_ns=round(_LEAD_S * 1e9 * self.config.rate))
        self._paused = self.config.paused
        self._awaited = False
        self._ended = False
        self._wall_s: float | None = None
        self.health.found('recording', [])
        self.health.figures({PLAYED: 'nothing yet'})
        self.serve(topics.PAUSE, self._on_pause)
        self.every(_LOOK_S, self._look)

    def _on_pause(self, request: Any, response: Any) -> Any:
        self._paused = request.data
        response.success, response.message = True, 'paused' if self._paused else 'playing'
        return response

    def _look(self) -> None:
        wall_s = time.monotonic()
        then_s, self._wall_s = self._wall_s, wall_s
        if then_s is None or self._paused or self._ended or not self._begun():
            return
        self._played_ns += round((wall_s - then_s) * 1e9 * self.config.rate)
        self._play()
        self._tell_time(self._played_ns - self._played_ns % _CLOCK_NS)
        if self._playback.done:
            self._at_end()

    def _play(self) -> None:
        """What is due; what cannot be read ends it, and stays told."""
        try:
            for message in self._playback.due(self._played_ns):
                self._tell_time(message.stamp_ns)
                type_name, outlet = self._outlets[message.topic]
                if message.type_name == type_name:
                    outlet.publish(message.data)
        except BagError as error:
            self.health.found('recording', [Notice(Level.ERROR, 'damaged', str(error))])

    def _rewind(self, *, lead_ns: int = 0) -> None:
        self._playback.rewind()
        self._played_ns = max(0, self._playback.start_ns - lead_ns)
        self._told_ns = -1

    def _at_end(self) -> None:
        if self.config.loop:
            self._rewind()
            return
        self._ended = True
        self.get_logger().info('the recording has ended')
        self.health.figures({PLAYED: TO_THE_END})
        self.publish_health()

    def _tell_time(self, now_ns: int) -> None:
        if now_ns > self._told_ns:
            self._told_ns = now_ns
            stamp = type_of('builtin_interfaces/msg/Time')
            self._time.publish(Clock(clock=stamp(sec=now_ns // 10**9, nanosec=now_ns % 10**9)))

    def _begun(self) -> bool:
        """From when on all that is waited for is there; who leaves later is not waited for."""
        self._awaited = self._awaited or all(map(self.count_subscribers, self.config.wait_for))
        return self._awaited

    def _made(self, playlist: Playlist) -> dict[str, tuple[str, Any]]:
        """By topic: the type of its messages, and a publisher."""
        outlets = {}
        for one in playlist.played:
            publisher = self.create_publisher(one.kind, one.name, one.quality)
            self._prepared.append(partial(self.destroy_publisher, publisher))
            outlets[one.topic] = one.type_name, publisher
        return outlets

    def _tell_of(self, playlist: Playlist) -> None:
        """What is not played, and why."""
        lacking = ', '.join(playlist.unplayable)
        text = f'Not played: {lacking}.'
        self.health.found('types', [Notice(Level.WARNING, 'not_played', text)] if lacking else [])
        self.health.figures({'left_out': ' '.join(playlist.ours)})


def main() -> None:
    """The executable `player`."""
    run_node(PlayerNode)
