# SPDX-License-Identifier: Apache-2.0
"""Visualizer node: markers for RViz, and images with the plan drawn in."""

import functools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from wpt_core.drawing import PlanStyle
from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Bounds, InputError, Rig
from wpt_core.vehicle import Body
from wpt_ros import topics
from wpt_ros.conversions.cameras import intrinsics_of
from wpt_ros.conversions.commands import lateral_of
from wpt_ros.conversions.motion import ego_of
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.stamps import check_ahead, seconds
from wpt_ros.conversions.states import gate_summary, planner_summary
from wpt_ros.facades.tf2 import extrinsics
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node
from wpt_ros.parts.calibration import Calibration, ExtrinsicsSource, IntrinsicsSource
from wpt_ros.parts.markers import markers_message
from wpt_ros.parts.overlays import Overlay, OverlayPublisher
from wpt_ros.parts.snapshot import SnapshotBuffer

__all__ = ['VisualizerConfig', 'VisualizerNode', 'main']

_WITHOUT_PLAN_S = 0.1
"""Period of the markers while no plan arrives."""
_GATE_SILENT_S = 0.3
"""Wall time; the gate publishes its state 20 times per second."""
_FIGURES_S = 1.0


@dataclass(frozen=True, slots=True)
class VisualizerConfig(NodeConfig):
    """Cameras to draw on, their calibration, and the size of the car."""

    rig: str = ''
    """Rig file; empty: the six cameras of the proving ground."""
    compressed: bool = False
    """The cameras publish jpeg or png."""
    overlays: tuple[str, ...] = ()
    """Names of the cameras to draw on; empty: all."""
    calibration: IntrinsicsSource = IntrinsicsSource.RIG
    """Source of the intrinsics: rig file (rig) or camera drivers (camera_info)."""
    extrinsics: ExtrinsicsSource = ExtrinsicsSource.RIG
    """Source of the camera poses: rig file (rig) or transforms to base_link (tf)."""
    overlay_rate_hz: Annotated[float, Bounds(0.1, 60.0)] = 10.0
    """Highest rate of the overlay of a camera; drawn only while it has a subscriber."""
    vehicle: Body = field(default_factory=Body)


class VisualizerNode(ManagedNode[VisualizerConfig]):
    """Collects plans, commands and states, and publishes markers and overlays."""

    def __init__(self) -> None:
        super().__init__('visualizer', VisualizerConfig)

    def prepare(self) -> None:
        config = self.config
        rig = load_rig(Path(config.rig).expanduser()) if config.rig else surround_rig()
        style = PlanStyle(width_m=config.vehicle.width_m)
        self._buffer = SnapshotBuffer()
        self._markers = self.advertise(topics.MARKERS)
        self._calibration = Calibration(rig, lenses=config.calibration, places=config.extrinsics)
        self._overlays = {
            name: OverlayPublisher(Overlay(name, style), self.advertise(topics.OVERLAY.of(name)))
            for name in _chosen(rig, config.overlays)
        }
        self._update_rig()

    def begin(self) -> None:
        self._transforms = (
            extrinsics(self) if self.config.extrinsics is ExtrinsicsSource.TF else None
        )
        if self._transforms is not None:
            self._started.append(self._transforms.close)
        self.subscribe(topics.PLAN, self._on_plan)
        self.subscribe(topics.COMMAND, self._on_command)
        self.subscribe(topics.GATE_STATE, self._on_gate)
        self.subscribe(topics.PLANNER_STATUS, self._on_planner)
        self.subscribe(topics.ODOMETRY, self._on_odometry)
        self._gate_wall_s = time.monotonic()
        self.every(_WITHOUT_PLAN_S, self._show_without_plan)
        self.every(_FIGURES_S, self._update_figures)
        for name, overlay_publisher in self._overlays.items():
            self._watch(name, overlay_publisher)

    def _watch(self, name: str, overlay_publisher: OverlayPublisher) -> None:
        topic = (topics.COMPRESSED if self.config.compressed else topics.IMAGE).of(name)
        self.subscribe(
            topic, functools.partial(self._on_picture, name, overlay_publisher), raw=True
        )
        if self.config.calibration is IntrinsicsSource.CAMERA_INFO:
            self.subscribe(
                topics.CAMERA_INFO.of(name), functools.partial(self._on_camera_info, name)
            )

        def draw() -> None:
            overlay_publisher.show(self._buffer.at(self.now_s).plan)

        # Each camera has its own guard, so that a faulty one does not stop the others.
        guarded = self.guarded(topics.OVERLAY.of(name).name, draw)
        self.every(1.0 / self.config.overlay_rate_hz, guarded)

    def end(self) -> None:
        for overlay_publisher in self._overlays.values():
            overlay_publisher.overlay.forget()

    def _on_picture(self, name: str, overlay_publisher: OverlayPublisher, content: bytes) -> None:
        raw = overlay_publisher.opened(content, compressed=self.config.compressed)
        if raw is None:
            return
        if self._transforms is not None:
            self._calibration.look_up_pose(name, raw.frame_id, self._transforms.base_from)
        self._update_rig()
        overlay_publisher.overlay.take(raw)

    def _on_camera_info(self, name: str, message: Any) -> None:
        self._calibration.set_intrinsics(name, intrinsics_of(message))

    def _update_rig(self) -> None:
        """Draw with the calibration that is known by now."""
        rig = self._calibration.changed_rig()
        for camera in rig.cameras if rig is not None else ():
            if camera.name in self._overlays:
                self._overlays[camera.name].overlay.camera = camera

    def _on_plan(self, message: Any) -> None:
        plan, _, _ = plan_of(message)
        check_ahead(plan.stamp_s, self.now_s)
        self._buffer.plan.take(plan, plan.stamp_s)
        self._show()

    def _on_command(self, message: Any) -> None:
        command = lateral_of(message)
        self._buffer.command.take(command, command.stamp_s)

    def _on_gate(self, message: Any) -> None:
        self._gate_wall_s = time.monotonic()
        self._buffer.gate.take(gate_summary(message), seconds(message.header.stamp))

    def _on_planner(self, message: Any) -> None:
        # Stored by arrival: its stamp is that of the images, but it comes without images as well.
        self._buffer.planner.take(planner_summary(message), self.now_s)

    def _on_odometry(self, message: Any) -> None:
        ego = ego_of(message)
        check_ahead(ego.stamp_s, self.now_s)
        self._buffer.speed_mps.take(ego.speed_mps, ego.stamp_s)
        self._buffer.trail.take(ego)

    def silent(self, name: str) -> None:
        if name == topics.GATE_STATE.name:
            self._buffer.gate.forget()

    def _watch_gate(self) -> None:
        """Detect a silent gate by wall time, because simulated time may stop."""
        if time.monotonic() - self._gate_wall_s > _GATE_SILENT_S:
            self._buffer.gate.forget()

    def _show_without_plan(self) -> None:
        self._watch_gate()
        if self._buffer.at(self.now_s).plan is None:
            self._show()

    def _update_figures(self) -> None:
        watched = [
            name for name, overlay_publisher in self._overlays.items() if overlay_publisher.watched
        ]
        age_s = self._buffer.plan.age_s(self.now_s)
        self.health.figures({'overlays': ' '.join(watched), 'plan_age_s': f'{age_s:.2f}'})

    def _show(self) -> None:
        now_s = self.now_s
        lifetime_s = self._buffer.plan.stale_after_s
        self._markers.publish(
            markers_message(
                self._buffer.at(now_s),
                self.config.vehicle,
                now_s=now_s,
                plan_lifetime_s=lifetime_s,
            )
        )


def _chosen(rig: Rig, names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in rig.names]
    if unknown:
        raise InputError(
            f'overlays: camera {unknown[0]!r} is not in the rig; its cameras are '
            f'{", ".join(rig.names)}'
        )
    return names or rig.names


def main() -> None:
    """The executable `visualizer`."""
    run_node(VisualizerNode)
