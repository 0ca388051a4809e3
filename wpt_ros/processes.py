# SPDX-License-Identifier: Apache-2.0
"""Run the nodes of a graph as processes on this machine: start, restart, signal, stop."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import FrameType, TracebackType
from typing import IO

from wpt_core.types import InputError
from wpt_ros.executables import CANNOT_CONFIGURE
from wpt_ros.graph import NodeSpec, Value

__all__ = ['Processes', 'command_line', 'ending_at_signals']

_STOP_S = 2.0
_RESPAWN_S = 1.0
_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_at_signals() -> Iterator[None]:
    """Raise SystemExit at the first SIGTERM or SIGHUP, so that child processes are stopped.

    A signal that was ignored before, as under `nohup`, stays ignored.
    """
    before = {number: signal.getsignal(number) for number in _ENDING}

    def end(number: int, _frame: FrameType | None) -> None:
        for other in _ENDING:
            signal.signal(other, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in _ENDING:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def command_line(spec: NodeSpec, *, namespace: str = '', log_level: str = '') -> list[str]:
    """Return the command that starts a node without `ros2 launch`."""
    words = [sys.executable, '-m', 'wpt_ros.executables', spec.name, '--ros-args']
    for name, value in spec.parameters.items():
        words += ['-p', f'{name}:={_yaml(value)}']
    if namespace:
        words += ['-r', f'__ns:=/{namespace.strip("/")}']
    if log_level:
        words += ['--log-level', log_level]
    return words


@dataclass(slots=True)
class _Running:
    spec: NodeSpec
    words: list[str]
    log: IO[bytes]
    process: subprocess.Popen[bytes]
    died_s: float | None = None
    held: bool = False
    deaths: list[str] = field(default_factory=list)


class Processes:
    """Runs each node in its own process and session, with its output in a file of the folder.

    On Linux all processes end with this one, also when it is killed.
    """

    def __init__(self, specs: Sequence[NodeSpec], folder: Path, *, namespace: str = '') -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._running: dict[str, _Running] = {}
        for spec in specs:
            words = command_line(spec, namespace=namespace)
            log = (folder / f'{spec.name}.log').open('wb')
            self._running[spec.name] = _Running(spec, words, log, _start(words, log))

    def __enter__(self) -> 'Processes':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.stop()

    def supervise(self) -> None:
        """Restart processes that have died; call it regularly.

        Raise InputError, with the last log line of the node, for a node that cannot be configured.
        """
        now_s = monotonic()
        for running in self._running.values():
            code = running.process.poll()
            if code is None:
                continue
            if code == CANNOT_CONFIGURE:
                raise InputError(self._refusal(running.spec.name))
            if running.died_s is None:
                running.died_s = now_s
                running.deaths.append(f'{running.spec.name} ended with {_ending(code)}')
            elif (
                running.spec.respawn and not running.held and now_s - running.died_s >= _RESPAWN_S
            ):
                running.process, running.died_s = _start(running.words, running.log), None

    @property
    def deaths(self) -> list[str]:
        """Return a description of each process that has ended by itself."""
        return [death for running in self._running.values() for death in running.deaths]

    def last_line(self, node: str) -> str:
        """Return the last line of the log of a node."""
        log = self._folder / f'{node}.log'
        lines = log.read_text(errors='replace').strip().splitlines()
        return lines[-1] if lines else f'see {log}'

    def _refusal(self, node: str) -> str:
        reason = self.last_line(node)
        for where in (f'{node}: ', 'configure: '):
            reason = reason.removeprefix(where)
        return f'the {node} refuses to start: {reason}'

    def pid(self, node: str) -> int:
        """Return the process id of a node."""
        return self._running[node].process.pid

    def send(self, node: str, number: signal.Signals) -> None:
        """Send a signal to one node; do nothing if it is not running."""
        process = self._running[node].process
        if process.poll() is None:
            process.send_signal(number)

    def kill(self, node: str) -> None:
        """Kill the node; it is not restarted before `release`.

        In lockstep a drive is slower than wall time: a restart after a fixed wall time would come
        earlier in the drive than on a car.
        """
        self._running[node].held = True
        self.send(node, signal.SIGKILL)

    def release(self, node: str) -> None:
        """Allow the restart of a killed node."""
        self._running[node].held = False

    def stop(self) -> None:
        """Send SIGINT to all processes, and SIGKILL to those still running after 2 s."""
        alive = [one for one in self._running.values() if one.process.poll() is None]
        for running in alive:
            running.process.send_signal(signal.SIGCONT)
            running.process.send_signal(signal.SIGINT)
        end_s = monotonic() + _STOP_S
        for running in alive:
            try:
                running.process.wait(timeout=max(0.0, end_s - monotonic()))
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()
        for running in self._running.values():
            running.log.close()


def _start(words: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the command of `command_line`; the process ends with this one."""
    python, run, *module = words
    return subprocess.Popen(
        [python, run, 'wpt_ros.child_process', str(os.getpid()), *module],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(os.environ),
        start_new_session=True,
    )


def _ending(code: int) -> str:
    return f'signal {signal.Signals(-code).name}' if code < 0 else f'exit code {code}'


def _yaml(value: Value) -> str:
    """Return the value as YAML; JSON is a subset."""
    return json.dumps(value)
