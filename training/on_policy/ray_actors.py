# SPDX-License-Identifier: Apache-2.0
"""Ray actors, on this machine or on a cluster; see docs/many_machines.md."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from training.on_policy.actors import Actor, ActorDeathError, Actors, RolloutJob
from training.on_policy.process_actors import DriveFunction
from training.processes.worker import WorkerError
from wpt_core.types import InputError

__all__ = ['RayActors']

_OBJECT_STORE_BYTES = 128 << 20
"""Only jobs and paths are sent through Ray; episodes are in the shared folder."""


class RayActors(Actors):
    """`count` Ray actors with one CPU each."""

    def __init__(
        self, function: DriveFunction, count: int, *, capacity: int, address: str = ''
    ) -> None:
        """Connect to a cluster, or with an empty `address` start Ray on the loopback interface.

        Raise InputError if Ray is not installed or the cluster does not answer.
        """
        self._ray = _connect(count, address)
        super().__init__(_RayPool(self._ray, function, count), capacity=capacity)

    def close(self) -> None:
        """Terminate the actors and disconnect; a Ray that was started here stops."""
        super().close()
        self._ray.shutdown()


class _RayPool:
    """Starts Ray actors."""

    def __init__(self, ray: Any, function: DriveFunction, count: int) -> None:
        self.count = count
        self._ray, self._function = ray, function
        # No retries: the learner handles lost rollouts.
        options = {'num_cpus': 1, 'max_restarts': 0, 'max_task_retries': 0}
        self._remote = ray.remote(**options)(_Driver)

    def start_actor(self) -> '_RayActor':
        return _RayActor(self._ray, self._remote.remote(self._function))

    def wait(self, busy: Sequence[Actor], timeout_s: float) -> Sequence[Actor]:
        actors = [one for one in busy if isinstance(one, _RayActor)]
        results = [one.pending for one in actors]
        first, _ = self._ray.wait(results, num_returns=1, timeout=timeout_s)
        if not first:
            return []
        ready, _ = self._ray.wait(results, num_returns=len(results), timeout=0)
        return [one for one in actors if one.pending in ready]


class _RayActor:
    def __init__(self, ray: Any, handle: Any) -> None:
        self._ray, self._handle = ray, handle
        self.pending: Any = None

    def begin(self, job: RolloutJob) -> None:
        self.pending = self._handle.drive.remote(job)

    def result(self) -> Path:
        errors = self._ray.exceptions
        try:
            path: Path = self._ray.get(self.pending)
        except errors.RayActorError as error:
            raise ActorDeathError(f'a Ray actor died: {error}') from error
        except errors.RayTaskError as error:
            raise WorkerError(f'a Ray actor failed: {error}') from error
        return path

    def close(self) -> None:
        self._ray.kill(self._handle)


class _Driver:
    """Runs in the process of the actor."""

    def __init__(self, function: DriveFunction) -> None:
        self._function = function

    def drive(self, job: RolloutJob) -> Path:
        return self._function(job)


def _connect(count: int, address: str) -> Any:
    # Without this Ray sends usage statistics.
    os.environ['RAY_USAGE_STATS_ENABLED'] = '0'
    if not address:
        # Despite its name it applies on Linux too, and binds to 127.0.0.1 only.
        os.environ['RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER'] = '0'
    try:
        ray = import_module('ray')
    except ImportError as error:
        raise InputError(
            f"--actors ray: Ray cannot be imported ({error}); install it with pip install '.[ray]'"
        ) from error
    if not address:
        ray.init(
            address='local',
            num_cpus=count,
            object_store_memory=_OBJECT_STORE_BYTES,
            include_dashboard=False,
            _node_ip_address='127.0.0.1',
            # Actors have the import path of this process.
            runtime_env={'env_vars': {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}},
        )
        return ray
    try:
        ray.init(address=address)
    except (ConnectionError, ValueError) as error:
        raise InputError(
            f'--ray-address {address}: no Ray cluster answers there ({error}); start one with '
            'ray start --head'
        ) from error
    return ray
