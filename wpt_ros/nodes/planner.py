# SPDX-License-Identifier: Apache-2.0
"""Planner node: a plan from each camera set; one thread, which owns the GPU."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from wpt_core.model.artifact import check_rig, load_artifact
from wpt_core.model.runtime import best_backend
from wpt_core.pipeline import Planner
from wpt_core.planning import CommandChoice
from wpt_core.sensing import CameraSetDue, load_rig, surround_rig
from wpt_core.types import Bounds, Command, EgoState, InputError, Level, Notice, Rig
from wpt_ros import topics
from wpt_ros.conversions.cameras import intrinsics_of
from wpt_ros.conversions.commands import command_of
from wpt_ros.conversions.motion import ego_of
from wpt_ros.conversions.plans import path_message, plan_message
from wpt_ros.conversions.stamps import check_ahead
from wpt_ros.facades.tf2 import extrinsics
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node
from wpt_ros.parts.calibration import Calibration, ExtrinsicsSource, IntrinsicsSource
from wpt_ros.parts.image_buffer import ImageBuffer
from wpt_ros.parts.planner_report import PlannerReport
from wpt_ros.shipped import shipped_student

__all__ = ['PlannerConfig', 'PlannerNode', 'main']

_LOOK_S = 0.01
"""Period of the check whether a camera set is due."""
_TELL_S = 0.2
_MOTION_AGE_S = 0.3
_MOST_DELAY_S = 2.0
"""Upper bound of a plausible steering delay."""


@dataclass(frozen=True, slots=True)
class PlannerConfig(NodeConfig):
    """Student, cameras, calibration and timeouts of the planner."""

    model: str = ''
    """Folder of a student; empty: the shipped one."""
    rig: str = ''
    """Rig file; empty: the six cameras of the proving ground."""
    compressed: bool = False
    """Subscribe to jpeg or png images (image_raw/compressed) instead of raw ones."""
    calibration: IntrinsicsSource = IntrinsicsSource.RIG
    """Source of the intrinsics: rig file (rig) or camera drivers (camera_info)."""
    extrinsics: ExtrinsicsSource = ExtrinsicsSource.RIG
    """Source of the camera poses: rig file (rig) or transforms to base_link (tf)."""
    steering_delay_s: Annotated[float, Bounds(0.01, 0.8)] = 0.3
    """Delay from a command to the motion of the car, until the controller publishes its own."""
    wait_s: Annotated[float, Bounds(0.001, 0.2)] = 0.02
    """Longest time that an image of the first camera waits for those of the others."""
    threads: Annotated[int, Bounds(1, 64)] = 1
    """CPU threads of PyTorch."""
    command_timeout_s: Annotated[float, Bounds(0.1, 5.0)] = 1.0
    """After this time a driving command expires, and the car keeps its lane."""
    change_hold_s: Annotated[float, Bounds(1.0, 30.0)] = 8.0
    """Duration of a lane change that the blinker or a service has requested."""


class PlannerNode(ManagedNode[PlannerConfig]):
    """Stores images and motion; plans and publishes when a set of images is due."""

    def __init__(self) -> None:
        super().__init__('planner', PlannerConfig)

    def prepare(self) -> None:
        config = self.config
        self._artifact = load_artifact(
            Path(config.model).expanduser() if config.model else shipped_student()
        )
        rig = load_rig(Path(config.rig).expanduser()) if config.rig else surround_rig()
        self._cameras = rig.names
        self._backend = best_backend(self._artifact.student, threads=config.threads)
        self._calibration = Calibration(rig, lenses=config.calibration, places=config.extrinsics)
        self._images = ImageBuffer(rig.names, compressed=config.compressed, wait_s=config.wait_s)
        self._choice = CommandChoice(
            timeout_s=config.command_timeout_s, change_hold_s=config.change_hold_s
        )
        self._planner: Planner | None = None
        self._use_rig(self._calibration.changed_rig())
        self._renew = self.guarded('calibration', self._use_rig)
        self._tick = self.guarded('plan', self._plan)
        self._plans = self.advertise(topics.PLAN)
        self._paths = self.advertise(topics.PATH)
        self._statuses = self.advertise(topics.PLANNER_STATUS)

    def begin(self) -> None:
        self._report = PlannerReport(self._cameras)
        self._delay_s = self.config.steering_delay_s
        self._ego: EgoState | None = None
        self._status_published = False
        for part in (self._images, self._choice, self._planner):
            if part is not None:
                part.reset()
        self._transforms = (
            extrinsics(self) if self.config.extrinsics is ExtrinsicsSource.TF else None
        )
        if self._transforms is not None:
            self._started.append(self._transforms.close)
        picture = topics.COMPRESSED if self.config.compressed else topics.IMAGE
        for camera in self._cameras:
            self.subscribe(picture.of(camera), partial(self._on_picture, camera), raw=True)
            if self.config.calibration is IntrinsicsSource.CAMERA_INFO:
                self.subscribe(
                    topics.CAMERA_INFO.of(camera), partial(self._on_camera_info, camera)
                )
        self.subscribe(topics.ODOMETRY, self._on_odometry)
        self.subscribe(topics.DRIVING_COMMAND, self._on_command)
        self.subscribe(topics.BLINKER, self._on_blinker)
        self.subscribe(topics.STEERING_DELAY, self._on_delay)
        self.serve(topics.CHANGE_LEFT, partial(self._on_change, Command.CHANGE_LEFT))
        self.serve(topics.CHANGE_RIGHT, partial(self._on_change, Command.CHANGE_RIGHT))
        self.every(_LOOK_S, self._poll)
        self.every(_TELL_S, self._publish_status_if_due)

    def _on_picture(self, camera: str, content: bytes) -> None:
        raw = self._images.opened(content)
        if self._transforms is not None:
            self._calibration.look_up_pose(camera, raw.frame_id, self._transforms.base_from)
        heard_s, now_s = time.monotonic(), self.now_s
        self._images.take(camera, raw, heard_s=heard_s, now_s=now_s, ego=self._ego)
        self._poll()

    def _on_camera_info(self, camera: str, message: Any) -> None:
        self._calibration.set_intrinsics(camera, intrinsics_of(message))

    def _on_odometry(self, message: Any) -> None:
        ego = ego_of(message)
        check_ahead(ego.stamp_s, self.now_s)
        self._ego = ego
        self._images.assembler.odometry_arrived(self._ego.stamp_s)
        self._poll()

    def _on_command(self, message: Any) -> None:
        self._choice.take_route(command_of(message), self.now_s)

    def _on_blinker(self, message: Any) -> None:
        self._choice.take_blinker(message.data, self.now_s)

    def _on_delay(self, message: Any) -> None:
        if not 0.0 < message.data <= _MOST_DELAY_S:
            raise InputError(
                f'expected a delay above 0 and at most {_MOST_DELAY_S:g} s, got {message.data:g}'
            )
        self._delay_s = message.data

    def _on_change(self, change: Command, _request: Any, response: Any) -> Any:
        self._choice.take_change(change, self.now_s)
        response.success = True
        response.message = f'{change.name} for {self.config.change_hold_s:g} s.'
        return response

    def _poll(self) -> None:
        rig = self._calibration.changed_rig()
        if rig is not None:
            self._renew(rig)
        due = self._images.assembler.due(time.monotonic())
        if due is not None:
            self._report.begin_set(self._images.stamp(due))
            self._tick(due)
            self._publish_status()

    def _use_rig(self, rig: Rig | None) -> None:
        """Plan with these cameras from now on; raise InputError if they cover too little."""
        if rig is None:
            return
        self.health.found('rig', check_rig(self._artifact, rig))
        self._planner = Planner.of(self._artifact, self._backend, rig)
        self._images.expect(rig)

    def _plan(self, due: CameraSetDue) -> None:
        """Plan and publish; raise InputError, which the guard reports, if impossible."""
        report, planner = self._report, self._planner
        assert planner is not None  # nothing is due before pictures are expected
        with report.stage('decode'):
            frames, damaged = self._images.frames(due)
        self.health.found(
            'damage', [Notice(Level.WARNING, 'picture_damaged', text) for text in damaged]
        )
        self.health.found('cameras', report.see(self._images.ages_s(due.stamp_s)))
        speed_mps = _speed_mps(self._ego, due.stamp_s)
        with report.stage('think'):
            planned = planner.plan(
                frames,
                stamp_s=due.stamp_s,
                speed_mps=speed_mps,
                command=self._choice.at(self.now_s),
                delay_s=self._delay_s,
            )
        if not planned.sees_ahead:
            raise InputError('no camera that can be used sees the road ahead, so there is no plan')
        stamp = self._images.stamp(due)
        with report.stage('publish'):
            self._plans.publish(
                plan_message(planned.plan, planned.action, delay_s=self._delay_s, stamp=stamp)
            )
            self._paths.publish(path_message(planned.plan, stamp=stamp))
        self.health.found('pace', report.end_set(self.now_s - due.stamp_s))

    def _publish_status(self) -> None:
        self._statuses.publish(self._report.message(self.health.notices))
        self._status_published = True

    def _publish_status_if_due(self) -> None:
        self.health.figures(self._report.figures(self._images.assembler))
        if not self._status_published:
            if not self._images.assembler.living(self.now_s):
                self.health.found('cameras', self._report.silence())
            self._publish_status()
        self._status_published = False


def _speed_mps(ego: EgoState | None, stamp_s: float) -> float:
    """Return the speed at the time of the images; raise InputError if it is unknown."""
    if ego is None:
        raise InputError('no odometry yet; without a speed there is no plan')
    age_s = stamp_s - ego.stamp_s
    if not abs(age_s) <= _MOTION_AGE_S:
        raise InputError(
            f'the newest odometry is {age_s:.2f} s older than the images, expected at most '
            f'{_MOTION_AGE_S:g} s; check its source and the clocks'
        )
    return ego.speed_mps


def main() -> None:
    """The executable `planner`."""
    run_node(PlannerNode)
