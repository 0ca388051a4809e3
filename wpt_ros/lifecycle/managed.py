# SPDX-License-Identifier: Apache-2.0
"""Base class of all nodes: lifecycle, parameters, topics, health, and error handling."""

import functools
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterType,
)
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import ReliabilityPolicy
from rclpy.serialization import deserialize_message

from wpt_core.types import InputError, Level, Notice, check_bounds
from wpt_ros import topics
from wpt_ros.lifecycle.health import Health
from wpt_ros.parameters import Leaf, config_of, leaves, plain
from wpt_ros.qos import (
    Reliability,
    profile,
    publisher_profile,
    subscription_profile,
    type_of,
)
from wpt_ros.topics import Service, Topic

if find_spec('rclpy.event_handler'):  # rclpy moved the module after Humble
    from rclpy.event_handler import SubscriptionEventCallbacks
else:
    from rclpy.qos_event import SubscriptionEventCallbacks

__all__ = ['ManagedNode', 'NodeConfig', 'descriptor_of']

_SUCCESS = TransitionCallbackReturn.SUCCESS
_HEALTH_S = 1.0
_USE_SIM_TIME = 'use_sim_time'


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """The parameters that every node has."""

    autostart: bool = True
    """Configure and activate at the start; false: wait for a lifecycle manager."""
    reliability: Reliability = Reliability.BEST_EFFORT
    """Of subscriptions to sensors: best_effort (as drivers publish) or reliable (replays)."""

    def __post_init__(self) -> None:
        check_bounds(self)


Config = TypeVar('Config', bound=NodeConfig)


class ManagedNode(LifecycleNode, Generic[Config]):  # type: ignore[misc]  # rclpy has no types
    """A lifecycle node whose subscriptions and timers exist only while it is active.

    A node loads resources and creates publishers in `prepare`, creates subscriptions and timers in
    `begin`, and closes them in `end`. An InputError there or in a callback becomes a notice in
    `/diagnostics`. Any other exception in a callback also does, with its traceback in the log, as
    one faulty message must not end the node.
    """

    def __init__(self, name: str, config: type[Config]) -> None:
        super().__init__(name, automatically_declare_parameters_from_overrides=True)
        # Read-only: switching the clock of a running node could stop its watchdog.
        fixed = ParameterDescriptor(type=ParameterType.PARAMETER_BOOL, read_only=True)
        self.set_descriptor(_USE_SIM_TIME, fixed)
        self.config: Config = self._declared(config)
        self.health = Health(self.get_fully_qualified_name())
        self.exit_code: int | None = None
        """Set by a node to end its process with this exit code."""
        self._mismatched: set[str] = set()
        self._started: list[Callable[[], object]] = []
        self._prepared: list[Callable[[], object]] = []
        self._diagnostics = self.create_publisher(
            type_of(topics.DIAGNOSTICS.type_name),
            topics.DIAGNOSTICS.name,
            profile(topics.DIAGNOSTICS.quality),
        )
        self.create_timer(
            _HEALTH_S, self.publish_health, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )

    # Overridden by nodes.

    def prepare(self) -> None:
        """Load resources and create publishers; InputError keeps the node unconfigured."""

    def begin(self) -> None:
        """Create subscriptions, services and timers."""

    def end(self) -> None:
        """Publish the last messages and close resources; subscriptions are gone already."""

    def silent(self, name: str) -> None:
        """Handle the silence of a watched topic; called repeatedly until its next message."""

    # Used by nodes.

    @property
    def now_s(self) -> float:
        """Return the time of the clock that stamps messages."""
        return float(self.get_clock().now().nanoseconds * 1e-9)

    @property
    def simulated(self) -> bool:
        """Return whether that clock is simulated; this cannot change while the node runs."""
        return bool(self.get_parameter(_USE_SIM_TIME).value)

    @property
    def active(self) -> bool:
        return bool(self._state_machine.current_state[1] == 'active')

    def advertise(self, topic: Topic) -> Any:
        """Create a publisher that exists until the node is cleaned up."""
        publisher = self.create_publisher(
            type_of(topic.type_name),
            topic.name,
            publisher_profile(topic, self.config.reliability, simulated=self.simulated),
        )
        self._prepared.append(functools.partial(self.destroy_publisher, publisher))
        return publisher

    def subscribe(
        self, topic: Topic, callback: Callable[[Any], None], *, raw: bool = False
    ) -> Any:
        """Subscribe while active; with `raw` the callback gets the serialised message.

        A message above the size limit of its topic is rejected before deserialisation. Silence of
        a watched topic is a notice in `/diagnostics` until its next message.
        """
        kind = type_of(topic.type_name)

        def take(content: bytes) -> None:
            topic.check_size(content)
            callback(content if raw else deserialize_message(content, kind))

        qos = subscription_profile(topic, self.config.reliability, simulated=self.simulated)
        events = {'incompatible_qos': functools.partial(self._mismatch, topic.name)}
        if topic.watched and not self.simulated:
            events['deadline'] = functools.partial(self._silence, topic.name)
            events['liveliness'] = functools.partial(self._liveliness, topic.name)
        subscription = self.create_subscription(
            kind,
            topic.name,
            self.guarded(topic.name, take),
            qos,
            raw=True,
            event_callbacks=SubscriptionEventCallbacks(**events),
        )
        self._started.append(functools.partial(self.destroy_subscription, subscription))
        return subscription

    def every(self, period_s: float, callback: Callable[[], None]) -> None:
        """Call the callback periodically while active, by the steady clock."""
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        guarded = self.guarded(callback.__name__.strip('_'), callback)
        timer = self.create_timer(period_s, guarded, clock=clock)
        self._started.append(functools.partial(self.destroy_timer, timer))

    def serve(self, service: Service, callback: Callable[[Any, Any], Any]) -> None:
        """Provide a service while active; `success` is false when the callback fails."""
        guarded = self.guarded(service.name, callback)

        def answer(request: Any, response: Any) -> Any:
            if guarded(request, response) is None:
                response.success, response.message = False, 'It failed; see /diagnostics.'
            return response

        server = self.create_service(type_of(service.type_name), service.name, answer)
        self._started.append(functools.partial(self.destroy_service, server))

    def guarded(self, where: str, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Return the callback with its exceptions turned into notices; success clears them."""

        def call(*arguments: Any) -> Any:
            try:
                answer = callback(*arguments)
            except InputError as error:
                self._refuse(where, Notice(Level.WARNING, 'input', f'{where}: {error}'))
            except Exception as error:  # the only broad except: see the class
                self.get_logger().error(traceback.format_exc(), throttle_duration_sec=10.0)
                text = f'{where}: {type(error).__name__}: {error}'
                self._refuse(where, Notice(Level.ERROR, 'internal', text))
            else:
                self.health.found(where, ())
                return answer

        return call

    def publish_health(self) -> None:
        """Publish the diagnostics now."""
        self._forget_mismatches()
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(self.health.message(self._state_machine.current_state[1], stamp))

    # Lifecycle.

    def start(self) -> None:
        """Configure and activate if `autostart` is set; raise InputError when that fails."""
        if self.config.autostart:
            for trigger in (self.trigger_configure, self.trigger_activate):
                if trigger() != _SUCCESS:
                    reasons = ' '.join(notice.text for notice in self.health.notices)
                    raise InputError(f'{self.get_name()}: {reasons}')

    def stop(self) -> None:
        """Shut down from any state and close all resources."""
        if self._state_machine.current_state[1] in ('unconfigured', 'inactive', 'active'):
            self.trigger_shutdown()

    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        done = self._transition('configure', self.prepare)
        if done is not _SUCCESS:
            _undo(self._prepared)
        return done

    def on_activate(self, _state: LifecycleState) -> TransitionCallbackReturn:
        return self._transition('activate', self.begin)

    def on_deactivate(self, _state: LifecycleState) -> TransitionCallbackReturn:
        return self._transition('deactivate', self._end)

    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        return self._transition('cleanup', self._release)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        if state.label == 'active':
            self._transition('deactivate', self._end)
        return self._transition('cleanup', self._release)

    def _transition(self, where: str, act: Callable[[], None]) -> TransitionCallbackReturn:
        done: list[str] = []

        def carry_out() -> None:
            act()
            done.append(where)

        self.guarded(where, carry_out)()
        if not done:
            _undo(self._started)
            self.publish_health()
            return TransitionCallbackReturn.FAILURE
        return _SUCCESS

    def _end(self) -> None:
        _undo(self._started)
        self.end()

    def _release(self) -> None:
        _undo(self._prepared)

    def _refuse(self, where: str, notice: Notice) -> None:
        self.get_logger().warning(notice.text, throttle_duration_sec=5.0)
        self.health.found(where, (notice,))

    def _mismatch(self, name: str, event: Any) -> None:
        policy = getattr(event.last_policy_kind, 'name', event.last_policy_kind)
        text = (
            f'{name}: a publisher offers another {str(policy).lower()} than this subscription '
            'requests; set the parameter reliability'
        )
        self.get_logger().warning(text)
        self._mismatched.add(name)
        self.health.found(f'{name} quality', (Notice(Level.ERROR, 'quality_mismatch', text),))

    def _liveliness(self, name: str, event: Any) -> None:
        if event.alive_count == 0:
            self._silence(name, event)

    def _silence(self, name: str, _event: Any) -> None:
        """Report a missed deadline or a lost publisher; the next message clears it."""
        text = f'{name} has fallen silent: its publisher is gone or hangs.'
        self.health.found(name, (Notice(Level.WARNING, 'silent', text),))
        self.silent(name)

    def _forget_mismatches(self) -> None:
        """Clear mismatches of topics whose remaining publishers are reliable."""
        for topic in list(self._mismatched):
            found = self.get_publishers_info_by_topic(self.resolve_topic_name(topic))
            if all(one.qos_profile.reliability is ReliabilityPolicy.RELIABLE for one in found):
                self._mismatched.discard(topic)
                self.health.found(f'{topic} quality', ())

    def _declared(self, config: type[Config]) -> Config:
        """Check the parameter overrides, and declare all parameters with descriptions."""
        given = {
            name: parameter.value for name, parameter in self.get_parameters_by_prefix('').items()
        }
        values = {name: value for name, value in given.items() if value is not None}
        made = config_of(config, values, who=self.get_name())
        known = {leaf.name: leaf for leaf in leaves(config)}
        for name in given:
            if name in known:
                self.undeclare_parameter(name)
        for leaf, value in plain(made):
            self.declare_parameter(leaf.name, value, descriptor_of(leaf))
        return made


def descriptor_of(leaf: Leaf) -> ParameterDescriptor:
    """Return the read-only descriptor with description, range and allowed values."""
    descriptor = ParameterDescriptor(description=leaf.note, read_only=True)
    if leaf.choices:
        descriptor.additional_constraints = f'one of {leaf.allowed}'
    if leaf.bounds is not None:
        least, most = leaf.bounds.least, leaf.bounds.most
        if leaf.kind is int:
            descriptor.integer_range = [IntegerRange(from_value=int(least), to_value=int(most))]
        else:
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=float(least), to_value=float(most))
            ]
    return descriptor


def _undo(steps: list[Callable[[], object]]) -> None:
    while steps:
        steps.pop()()
