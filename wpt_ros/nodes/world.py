# SPDX-License-Identifier: Apache-2.0
"""World node: simulates the car. Publishes sensor topics, and follows the command of the gate."""

import math
import time
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

from builtin_interfaces.msg import Time
from rosgraph_msgs.msg import Clock

from wpt_core.safety import GateState
from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Bounds, CameraFrame
from wpt_ros import topics
from wpt_ros.conversions.cameras import camera_info_message, optical_frame
from wpt_ros.conversions.commands import driving_message, lateral_of
from wpt_ros.conversions.images import image_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.progress import progress_message
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.executables import DRIVE_FAILED
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node
from wpt_ros.parts.faults import Kind, WorldFaults
from wpt_ros.parts.transforms import TransformPublisher
from wpt_ros.qos import type_of
from wpt_sim.drive import STEP_S, Longitudinal
from wpt_sim.lockstep import CommandedDrive, Lockstep, LockstepConfig
from wpt_sim.scenario import SEED_END
from wpt_sim.suites import find_scenario, find_suite

__all__ = ['WorldConfig', 'WorldNode', 'main']

_LOOK_S = 0.005
_AGAIN_S = 0.2
"""Period of the first step and of engage requests until the gate engages."""
_TO_START_S = 6.0
"""Simulated time between standing and the start at speed; no odometry check rejects it."""
_START_PATIENCE_S = 2.0
"""Wall time; the gate treats a simulated clock that stands longer as a fault."""
_EPOCH_S = 100.0
"""Stamp of the first image: in ROS a time of 0 means that there is no clock yet."""


class LongitudinalBy(Enum):
    """Source of the acceleration."""

    ACC = 'acc'
    PLAN = 'plan'


@dataclass(frozen=True, slots=True)
class WorldConfig(NodeConfig):
    """Scenario, cameras, faults and pace of the simulation."""

    suite: str = 'lane_centre'
    """Suite of the scenario."""
    scenario: str = ''
    """Its name; empty: the first of the suite."""
    seed: Annotated[int, Bounds(0, SEED_END - 1)] = 0
    """Seed of the random parts of the scenario."""
    rig: str = ''
    """Rig file; empty: the six cameras of the proving ground."""
    engages: bool = True
    """Request engaging as soon as the gate does not refuse."""
    longitudinal: LongitudinalBy = LongitudinalBy.ACC
    """Source of the acceleration: acc (a cruise control that reads the traffic) or plan."""
    faults: tuple[str, ...] = ()
    """Faults with start and duration in seconds: `front=freeze@5`, `odometry=zero@3+2`."""
    ends: bool = False
    """Exit when the drive is done: exit code 0 if it passed, 3 if not."""
    pace: LockstepConfig = field(default_factory=LockstepConfig)


class WorldNode(ManagedNode[WorldConfig]):
    """Publishes a step, waits for the command that answers it, and simulates the next step."""

    def __init__(self) -> None:
        super().__init__('world', WorldConfig)

    def prepare(self) -> None:
        config = self.config
        suite = find_suite(config.suite)
        scenario = find_scenario(suite, config.scenario) if config.scenario else suite.scenarios[0]
        rig = load_rig(Path(config.rig)) if config.rig else surround_rig()
        self._faults = WorldFaults(config.faults)
        self._last_frames: dict[str, CameraFrame] = {}
        self._ride = CommandedDrive(
            scenario, config.seed, rig=rig, longitudinal=_BY[config.longitudinal]
        )
        self._lockstep = Lockstep(config.pace)
        self._frames: tuple[CameraFrame, ...] = ()
        self._begun = not self.config.engages
        self._at_start = self._gate_is_ready = False
        self._start_wall_s = -math.inf
        self._acceleration_mps2 = 0.0
        self._next_try_s = 0.0
        self._epoch_s = _EPOCH_S
        self._time = self.advertise(topics.CLOCK)
        self._odometry = self.advertise(topics.ODOMETRY)
        self._driving_commands = self.advertise(topics.DRIVING_COMMAND)
        self._progress = self.advertise(topics.PROGRESS)
        self._transforms = TransformPublisher(self.advertise, rig)
        self._image_publishers = {
            name: self.advertise(topics.IMAGE.of(name)) for name in rig.names
        }
        self._info_publishers = {
            name: self.advertise(topics.CAMERA_INFO.of(name)) for name in rig.names
        }
        self._cameras = {camera.name: camera for camera in rig.cameras}

    def begin(self) -> None:
        self.subscribe(topics.COMMAND, self._on_command)
        self.subscribe(topics.GATE_STATE, self._on_gate)
        if self.config.longitudinal is LongitudinalBy.PLAN:
            self.subscribe(topics.PLAN, self._on_plan)
        self._engage = self.create_client(type_of(topics.ENGAGE.type_name), topics.ENGAGE.name)
        self._render()
        self.every(_LOOK_S, self._poll)

    def _on_command(self, message: Any) -> None:
        self._lockstep.command_received(lateral_of(message))
        self._poll()

    def _on_plan(self, message: Any) -> None:
        _, action, _ = plan_of(message)
        self._acceleration_mps2 = action.acceleration_mps2

    def _poll(self) -> None:
        wall_s = time.monotonic()
        if self._ride.done:
            return
        if not self._begun:
            self._wait_for_engaging(wall_s)
        elif self._lockstep.due(wall_s):
            self._step()

    def _step(self) -> None:
        self._ride.step(self._lockstep.command, self._acceleration_mps2)
        self._render()
        self._publish_step()
        if self._ride.done:
            self._finish()

    def _finish(self) -> None:
        passed = self._ride.passed
        outcome = 'passed' if passed else 'failed'
        self.get_logger().info(f'the drive has {outcome}: {self._ride.verdict}')
        if self.config.ends:
            self.exit_code = 0 if passed else DRIVE_FAILED

    def _on_gate(self, message: Any) -> None:
        self._gate_is_ready = message.state == GateState.DISENGAGED and not message.reasons

    def _wait_for_engaging(self, wall_s: float) -> None:
        """Publish a standing car until the gate would engage, then the start at speed.

        The clock advances so that nodes that start late receive a plan: the planner plans once per
        stamp. Odometry never shows a speed at a fixed pose, which the gate would reject.
        """
        command = self._lockstep.command
        self._begun = not self.config.engages or (
            self._at_start and command is not None and command.valid
        )
        if self._begun or wall_s < self._next_try_s:
            return
        self._next_try_s = wall_s + _AGAIN_S
        if self._at_start and wall_s < self._start_wall_s + _START_PATIENCE_S:
            self._ask_to_engage()
        elif self._gate_is_ready or self._at_start:
            self._at_start, self._start_wall_s = True, wall_s
            self._epoch_s += _TO_START_S
            self._publish_step()
        else:
            self._epoch_s += STEP_S
            self._publish_step()

    def _ask_to_engage(self) -> None:
        if self._engage.service_is_ready():
            self._engage.call_async(type_of(topics.ENGAGE.type_name).Request())

    def _render(self) -> None:
        self._frames = self._ride.world.observe().frames

    def _publish_step(self) -> None:
        """Publish the step; small messages first, so that they arrive before the images."""
        world, faults = self._ride.world, self._faults
        time_s = world.time_s
        stamp_s = self._epoch_s + time_s + faults.ahead_s(time_s)
        stamp = stamp_of(stamp_s)
        self._time.publish(Clock(clock=stamp_of(faults.clock_s(stamp_s, time_s))))
        odometry = faults.odometry(world.ego, time_s)
        if not (self._begun or self._at_start):
            odometry = replace(odometry, speed_mps=0.0, yaw_rate_radps=0.0, curvature_1pm=0.0)
        if not self._dead('odometry'):
            self._transforms.publish(odometry.pose, stamp)
            self._odometry.publish(odometry_message(replace(odometry, stamp_s=stamp_s)))
        self._driving_commands.publish(driving_message(world.command, stamp))
        self._progress.publish(progress_message(self._ride, stamp))
        self._lockstep.step_published(time.monotonic(), stamp_s)
        self._publish_images(stamp)

    def _publish_images(self, stamp: Time) -> None:
        for frame in reversed(self._frames):
            if self._dead('cameras') or self._dead(frame.camera):
                continue
            camera = self._cameras[frame.camera]
            self._info_publishers[frame.camera].publish(camera_info_message(camera, stamp=stamp))
            if not self._faults.active(frame.camera, Kind.FREEZE, self._ride.world.time_s):
                self._last_frames[frame.camera] = frame
            image = self._last_frames.get(frame.camera, frame).image
            message = image_message(image, stamp=stamp, frame_id=optical_frame(frame.camera))
            self._image_publishers[frame.camera].publish(message)

    def _dead(self, name: str) -> bool:
        return self._faults.active(name, Kind.DEAD, self._ride.world.time_s)


_BY = {LongitudinalBy.ACC: Longitudinal.ACC, LongitudinalBy.PLAN: Longitudinal.DRIVER}


def main() -> None:
    """The executable `world`."""
    run_node(WorldNode)
