# SPDX-License-Identifier: Apache-2.0
"""Actors drive rollouts with the newest published student; the learner collects episodes.

Actors and learner share folders: an artifact goes in, an episode comes out. What starts the
actors is a `Crew`: processes of this machine (`process_actors.py`) or Ray (`ray_actors.py`).
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from wpt_core.types import InputError, WptError

__all__ = ['Actor', 'ActorDeathError', 'Actors', 'Crew', 'Drive', 'Finished', 'RolloutStart']


@dataclass(frozen=True, slots=True)
class RolloutStart:
    """Asks for one rollout."""

    number: int
    """Decides the start in the simulator."""
    path: Path
    """Of the episode."""


@dataclass(frozen=True, slots=True)
class Drive:
    """What an actor is given."""

    start: RolloutStart
    artifact: Path
    version: int


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a start."""

    start: RolloutStart
    version: int
    """Of the student that drove."""
    path: Path | None
    """The labelled episode; None where the actor died."""
    reason: str = ''
    """Why there is no episode."""


class ActorDeathError(WptError):
    """An actor was lost, and with it the rollout that it drove."""


class Actor(Protocol):
    """Drives one rollout at a time, elsewhere."""

    def begin(self, drive: Drive) -> None:
        """Start to drive; returns at once."""
        ...

    def result(self) -> Path:
        """The episode of the drive that ended; ActorDeathError if the actor was lost."""
        ...

    def close(self) -> None:
        """End it, whatever it is doing."""
        ...


class Crew(Protocol):
    """Starts actors."""

    count: int
    """How many drive at a time."""

    def hire(self) -> Actor:
        """Start an actor."""
        ...

    def wait(self, busy: Sequence[Actor], timeout_s: float) -> Sequence[Actor]:
        """Those that have a result, or died; none after the timeout."""
        ...


class Actors:
    """A queue of starts, a crew that drives them, and a bounded buffer of finished rollouts.

    The buffer holds the newest `capacity` rollouts; when the learner does not collect them, the
    oldest leave, because they are the most off-policy. `submit` never blocks. An actor that dies
    costs its rollout; a new one takes its place. An exception while driving is raised here.
    """

    def __init__(self, crew: Crew, *, capacity: int) -> None:
        if capacity < 1:
            raise InputError(f'Actors: capacity must be 1 or more, not {capacity}.')
        self._crew, self._capacity = crew, capacity
        self._artifact: Path | None = None
        self._version = -1
        self._waiting: deque[RolloutStart] = deque()
        self._actors: list[Actor | None] = [None] * crew.count
        self._driving: dict[int, Drive] = {}
        self._buffer: deque[Finished] = deque()
        self.dropped = 0
        """Rollouts that left the buffer unread."""

    def __enter__(self) -> 'Actors':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pending(self) -> int:
        """Starts that wait or are being driven."""
        return len(self._waiting) + len(self._driving)

    def publish(self, artifact: Path, version: int) -> None:
        """Rollouts that begin from now on are driven by this student; versions rise."""
        if version <= self._version:
            raise InputError(
                f'Actors.publish: versions rise, but {version} follows {self._version}.'
            )
        self._artifact, self._version = artifact, version

    def submit(self, starts: Sequence[RolloutStart]) -> None:
        """Queue rollouts."""
        if self._artifact is None:
            raise InputError('Actors.submit: publish a student first.')
        self._waiting.extend(starts)
        self._assign()

    def completed(self, timeout_s: float) -> list[Finished]:
        """Rollouts that ended since the last call; waits up to the timeout for the first."""
        deadline_s = time.monotonic() + timeout_s
        self._collect(0.0)
        while not self._buffer and self._driving:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0.0:
                break
            self._collect(left_s)
        found = list(self._buffer)
        self._buffer.clear()
        return found

    def close(self) -> None:
        """End all actors; what they were driving is lost."""
        for actor in self._actors:
            if actor is not None:
                actor.close()
        self._actors = [None] * self._crew.count
        self._driving.clear()

    def _assign(self) -> None:
        assert self._artifact is not None
        for place in range(self._crew.count):
            if place in self._driving or not self._waiting:
                continue
            actor = self._actors[place] or self._crew.hire()
            self._actors[place] = actor
            drive = Drive(self._waiting.popleft(), self._artifact, self._version)
            self._driving[place] = drive
            actor.begin(drive)

    def _collect(self, timeout_s: float) -> None:
        busy = {place: actor for place in self._driving if (actor := self._actors[place])}
        if not busy:
            return
        ready = self._crew.wait(list(busy.values()), timeout_s)
        for place, actor in busy.items():
            if actor in ready:
                self._take(place, actor)
        self._assign()

    def _take(self, place: int, actor: Actor) -> None:
        drive = self._driving.pop(place)
        try:
            finished = Finished(drive.start, drive.version, actor.result())
        except ActorDeathError as error:
            actor.close()
            self._actors[place] = None
            finished = Finished(drive.start, drive.version, None, str(error))
        self._buffer.append(finished)
        while len(self._buffer) > self._capacity:
            self._buffer.popleft()
            self.dropped += 1
