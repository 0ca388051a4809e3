# SPDX-License-Identifier: Apache-2.0
"""The proving ground as a simulator of B worlds, in this process or in worker processes."""

from collections.abc import Sequence
from dataclasses import replace

from training.processes.worker import DeadWorkerError, Worker
from training.simulators.protocol import TimeStep
from training.simulators.proving_ground.road_truth import RoadTruth
from training.simulators.proving_ground.session import ProvingGroundStart, Session
from wpt_core.types import Action, InputError
from wpt_sim.drive import World

__all__ = ['ProvingGround']

_Steps = list[TimeStep[RoadTruth]]


class ProvingGround:
    """Runs world `i` in worker `i % workers`; results do not depend on `workers`.

    If a worker dies, its rollouts end marked `lost`; the next reset starts a new worker.
    """

    def __init__(self, *, workers: int = 0, frames_every: int = 4) -> None:
        """`workers`: processes, 0 for none; `frames_every`: steps between sets of images."""
        if workers < 0:
            raise InputError(f'ProvingGround: workers must be 0 or more, not {workers}.')
        self._frames_every = frames_every
        self._local = _Worlds(frames_every)
        self._workers: list[Worker | None] = [None] * workers
        self._newest: _Steps = []

    @property
    def pids(self) -> list[int | None]:
        """Process ids of the workers."""
        return [None if worker is None else worker.pid for worker in self._workers]

    @property
    def worlds(self) -> list[World]:
        """Worlds of the last reset; empty with worker processes."""
        return [session.world for session in self._local.sessions]

    def reset(self, starts: Sequence[ProvingGroundStart]) -> _Steps:
        """Start one rollout for each start."""
        if not starts:
            raise InputError('ProvingGround.reset: expected at least one start, got none.')
        for index, worker in enumerate(self._workers):
            if worker is None or not worker.alive:
                self._workers[index] = Worker(_Worlds, self._frames_every)
        self._newest = []
        self._newest = self._request(starts)
        return list(self._newest)

    def step(self, actions: Sequence[Action]) -> _Steps:
        """Advance all worlds, those of different workers in parallel."""
        if len(actions) != len(self._newest):
            raise InputError(
                f'ProvingGround.step: expected {len(self._newest)} actions, one for each rollout, '
                f'got {len(actions)}.'
            )
        self._newest = self._request(actions)
        return list(self._newest)

    def close(self) -> None:
        """End the worker processes."""
        for worker in self._workers:
            if worker is not None:
                worker.close()
        self._workers = [None] * len(self._workers)

    def _request(self, requests: Sequence[ProvingGroundStart] | Sequence[Action]) -> _Steps:
        count = len(self._workers)
        if not count:
            return self._local(requests)
        for index, worker in enumerate(self._workers):
            if worker is not None and requests[index::count]:
                worker.send(list(requests[index::count]))
        found: dict[int, TimeStep[RoadTruth]] = {}
        for index, worker in enumerate(self._workers):
            rows = range(index, len(requests), count)
            if worker is not None and rows:
                found.update(zip(rows, self._receive(worker, rows), strict=True))
        return [found[row] for row in range(len(requests))]

    def _receive(self, worker: Worker, rows: range) -> _Steps:
        try:
            steps: _Steps = worker.receive()
        except DeadWorkerError:
            if not self._newest:
                raise
            return [replace(self._newest[row], done=True, truth=None, lost=True) for row in rows]
        return steps


class _Worlds:
    """Worlds of one process; called with starts first, then with actions."""

    def __init__(self, frames_every: int) -> None:
        self._frames_every = frames_every
        self.sessions: list[Session] = []

    def __call__(self, requests: Sequence[ProvingGroundStart] | Sequence[Action]) -> _Steps:
        starts = [one for one in requests if isinstance(one, ProvingGroundStart)]
        if starts:
            every = self._frames_every
            self.sessions = [Session(start, frames_every=every) for start in starts]
        else:
            actions = [one for one in requests if isinstance(one, Action)]
            for session, action in zip(self.sessions, actions, strict=True):
                session.step(action)
        return [session.newest for session in self.sessions]
