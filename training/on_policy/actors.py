# SPDX-License-Identifier: Apache-2.0
"""Actors drive rollouts with the newest published student; the learner collects episodes.

They share only folders: actors read an artifact and write episodes. An `ActorPool` starts them:
as processes of this machine (`process_actors.py`) or with Ray (`ray_actors.py`).
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from wpt_core.types import InputError, WptError

__all__ = [
    'Actor',
    'ActorDeathError',
    'ActorPool',
    'Actors',
    'FinishedRollout',
    'RolloutJob',
    'RolloutStart',
]


@dataclass(frozen=True, slots=True)
class RolloutStart:
    """Request for one rollout."""

    number: int
    """Determines the start in the simulator."""
    path: Path
    """Episode to write."""


@dataclass(frozen=True, slots=True)
class RolloutJob:
    """Input of an actor."""

    start: RolloutStart
    artifact: Path
    version: int


@dataclass(frozen=True, slots=True)
class FinishedRollout:
    """Outcome of a rollout."""

    start: RolloutStart
    version: int
    """Version of the student that drove."""
    path: Path | None
    """Labelled episode; None if the actor died."""
    reason: str = ''
    """Reason for a missing episode."""


class ActorDeathError(WptError):
    """An actor died; its rollout is lost."""


class Actor(Protocol):
    """Drives one rollout at a time, in another process."""

    def begin(self, job: RolloutJob) -> None:
        """Start to drive, without waiting."""
        ...

    def result(self) -> Path:
        """Return the episode of the finished rollout; ActorDeathError if the actor died."""
        ...

    def close(self) -> None:
        """Terminate the actor."""
        ...


class ActorPool(Protocol):
    """Starts actors."""

    count: int
    """Number of actors."""

    def start_actor(self) -> Actor:
        """Start an actor."""
        ...

    def wait(self, busy: Sequence[Actor], timeout_s: float) -> Sequence[Actor]:
        """Return the actors that have a result or died; none after the timeout."""
        ...


class Actors:
    """A queue of starts, actors that drive them, and a bounded buffer of finished rollouts.

    The buffer holds the newest `capacity` rollouts; the oldest ones are dropped, because they are
    the most off-policy. `submit` does not block. An actor that dies loses its rollout and is
    replaced. Exceptions of actors are raised by `completed`.
    """

    def __init__(self, pool: ActorPool, *, capacity: int) -> None:
        if capacity < 1:
            raise InputError(f'Actors: capacity must be 1 or more, not {capacity}.')
        self._pool, self._capacity = pool, capacity
        self._artifact: Path | None = None
        self._version = -1
        self._waiting: deque[RolloutStart] = deque()
        self._actors: list[Actor | None] = [None] * pool.count
        self._driving: dict[int, RolloutJob] = {}
        self._buffer: deque[FinishedRollout] = deque()
        self.dropped = 0
        """Rollouts dropped from the buffer."""

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
        """Number of rollouts that are queued or running."""
        return len(self._waiting) + len(self._driving)

    def publish(self, artifact: Path, version: int) -> None:
        """Use this student for all rollouts that start from now on; versions must increase."""
        if version <= self._version:
            raise InputError(
                f'Actors.publish: expected a version above {self._version}, got {version}.'
            )
        self._artifact, self._version = artifact, version

    def submit(self, starts: Sequence[RolloutStart]) -> None:
        """Queue rollouts."""
        if self._artifact is None:
            raise InputError('Actors.submit: publish a student first.')
        self._waiting.extend(starts)
        self._assign()

    def completed(self, timeout_s: float) -> list[FinishedRollout]:
        """Return rollouts finished since the last call; wait up to the timeout for the first."""
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
        """Terminate all actors; running rollouts are lost."""
        for actor in self._actors:
            if actor is not None:
                actor.close()
        self._actors = [None] * self._pool.count
        self._driving.clear()

    def _assign(self) -> None:
        assert self._artifact is not None
        for place in range(self._pool.count):
            if place in self._driving or not self._waiting:
                continue
            actor = self._actors[place] or self._pool.start_actor()
            self._actors[place] = actor
            job = RolloutJob(self._waiting.popleft(), self._artifact, self._version)
            self._driving[place] = job
            actor.begin(job)

    def _collect(self, timeout_s: float) -> None:
        busy = {place: actor for place in self._driving if (actor := self._actors[place])}
        if not busy:
            return
        ready = self._pool.wait(list(busy.values()), timeout_s)
        for place, actor in busy.items():
            if actor in ready:
                self._take(place, actor)
        self._assign()

    def _take(self, place: int, actor: Actor) -> None:
        job = self._driving.pop(place)
        try:
            finished = FinishedRollout(job.start, job.version, actor.result())
        except ActorDeathError as error:
            actor.close()
            self._actors[place] = None
            finished = FinishedRollout(job.start, job.version, None, str(error))
        self._buffer.append(finished)
        while len(self._buffer) > self._capacity:
            self._buffer.popleft()
            self.dropped += 1
