# SPDX-License-Identifier: Apache-2.0
"""Nodes of ours, each in a process of its own, and a probe that speaks to them and hears them.

    with quiet_domain(): ...                 # the environment: one domain for a test module
    with Probe('corner') as probe, running('planner', log, namespace='corner', threads=1) as node:
        statuses = probe.collect(topics.PLANNER_STATUS)
        probe.until(lambda: statuses and statuses[-1].state == ..., 'planning')

Every namespace is a graph of its own, so that several nodes of a module can live at once.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor

from wpt_ros import topics
from wpt_ros.graph import NodeSpec, Value
from wpt_ros.processes import command_line
from wpt_ros.qos import Reliability, profile, publisher_profile, type_of
from wpt_ros.topics import Service, Topic

PATIENCE_S = 60.0
"""For a state to be reached on a busy machine; nothing is asserted of how fast it is."""
_AGAIN_S, _MEET_S = 5.0, 0.2
TRANSITIONS = {
    'configure': Transition.TRANSITION_CONFIGURE,
    'activate': Transition.TRANSITION_ACTIVATE,
    'deactivate': Transition.TRANSITION_DEACTIVATE,
    'cleanup': Transition.TRANSITION_CLEANUP,
}


@dataclass(frozen=True)
class Running:
    """A node's process, and what it wrote."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def log_text(self) -> str:
        return self.log.read_text(errors='replace')

    @property
    def tracebacks(self) -> int:
        return self.log_text.count('Traceback')


@contextmanager
def running(name: str, log: Path, *, namespace: str, **parameters: Value) -> Iterator[Running]:
    """The node, for as long as the block lasts; it must end by SIGINT if it has not before."""
    words = command_line(NodeSpec(name, '', parameters), namespace=namespace)
    with log.open('wb') as file:
        process = subprocess.Popen(
            words, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield Running(process, log)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0, log.read_text(errors='replace')
    finally:
        process.kill()
        process.wait()


class Probe:
    """A node in this process, which is spun only while it waits for something."""

    def __init__(self, namespace: str) -> None:
        self.context = Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node('probe', namespace=namespace, context=self.context)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self.steps: list[Callable[[], None]] = []
        """Called 20 times a second while waiting; for instance to send pictures."""
        self._next_s = 0.0

    def __enter__(self) -> 'Probe':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def advertise(self, topic: Topic, *, sensors: Reliability = Reliability.BEST_EFFORT) -> Any:
        """A publisher."""
        kind = type_of(topic.type_name)
        quality = publisher_profile(topic, sensors, simulated=False)
        return self.node.create_publisher(kind, topic.name, quality)

    def collect(self, topic: Topic) -> list[Any]:
        """All messages from now on, the newest last."""
        heard: list[Any] = []
        quality = profile(topic.quality)
        self.node.create_subscription(type_of(topic.type_name), topic.name, heard.append, quality)
        return heard

    def spin(self, seconds: float) -> None:
        """Let that much time pass."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self._turn()

    def until(
        self,
        holds: Callable[[], object],
        what: str,
        *,
        otherwise: Callable[[], str] = str,
    ) -> None:
        """Wait until it holds; fail if it never does, with what `otherwise` tells."""
        end_s = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end_s:
                pytest.fail(f'waited {PATIENCE_S:g} s in vain for {what}; {otherwise()}')
            self._turn()

    def call(self, service: Service) -> Any:
        """The answer to an empty request."""
        kind = type_of(service.type_name)
        return self.asked(kind, service.name, kind.Request())

    def change(self, node: str, transition: str) -> bool:
        """Did the node go through it?"""
        request = ChangeState.Request(transition=Transition(id=TRANSITIONS[transition]))
        answer = self.asked(ChangeState, f'{node}/change_state', request, again=False)
        return bool(answer.success)

    def state(self, node: str) -> str:
        """As the lifecycle calls it."""
        answer = self.asked(GetState, f'{node}/get_state', GetState.Request())
        return str(answer.current_state.label)

    def diagnosis(self, node: str) -> Callable[[], Any]:
        """A question for the newest status of the node in the diagnostics; None before one."""
        heard = self.collect(topics.DIAGNOSTICS)
        name = f'wpt_ros: {self.node.get_namespace().rstrip("/")}/{node}'

        def newest() -> Any:
            found = [one for array in heard for one in array.status if one.name == name]
            return found[-1] if found else None

        return newest

    def asked(self, kind: Any, name: str, request: Any, *, again: bool = True) -> Any:
        """Asked anew now and then: an answer to a client that the server has not seen yet is lost.

        Not `again` where asking twice is not the same as once; then the two get time to meet.
        """
        client = self.node.create_client(kind, name)
        self.until(client.service_is_ready, f'the service {name}')
        if not again:
            self.spin(_MEET_S)
        answers = [client.call_async(request)]
        next_s = time.monotonic() + _AGAIN_S

        def answered() -> bool:
            nonlocal next_s
            if again and time.monotonic() > next_s:
                next_s += _AGAIN_S
                answers.append(client.call_async(request))
            return any(answer.done() for answer in answers)

        self.until(answered, f'an answer of {name}')
        self.node.destroy_client(client)
        return next(answer.result() for answer in answers if answer.done())

    def _turn(self) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + 0.05
            for step in self.steps:
                step()
        self._executor.spin_once(timeout_sec=0.01)
