# SPDX-License-Identifier: Apache-2.0
"""What a person wants to see of a drive: markers for RViz, and the plan on the pictures."""

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Camera, InputError, Rig
from wpt_core.vehicle import VehicleParameters
from wpt_core.world.pictures import PlanStyle
from wpt_ros import wires
from wpt_ros.conversions.commands import lateral_of
from wpt_ros.conversions.markers import markers_message
from wpt_ros.conversions.motion import ego_of
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.stamps import seconds
from wpt_ros.conversions.states import gate_says, planner_says
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node
from wpt_ros.parts.onlooker import Onlooker
from wpt_ros.parts.overlays import Overlay, Screen

__all__ = ['VisualizerConfig', 'VisualizerNode', 'main']

_WITHOUT_PLAN_S = 0.1
"""So often the markers are sent while no plan comes that would bring them."""
_FIGURES_S = 1.0


@dataclass(frozen=True, slots=True)
class VisualizerConfig(NodeConfig):
    """Which pictures to draw on, and how large the car is."""

    rig: str = ''
    """Rig file; empty: the six cameras of the proving ground."""
    compressed: bool = False
    """The cameras send jpeg or png."""
    overlays: tuple[str, ...] = ()
    """Names of the cameras to draw on; empty: all."""
    overlay_rate_hz: float = 10.0
    """Pictures a second of each camera that somebody looks at, at most."""
    vehicle: VehicleParameters = field(default_factory=VehicleParameters)

    def __post_init__(self) -> None:
        self.check_positive('overlay_rate_hz')


class VisualizerNode(ManagedNode[VisualizerConfig]):
    """Tells the onlooker what it hears, and shows what that has seen."""

    def __init__(self) -> None:
        super().__init__('visualizer', VisualizerConfig)

    def prepare(self) -> None:
        config = self.config
        rig = load_rig(Path(config.rig).expanduser()) if config.rig else surround_rig()
        style = PlanStyle(width_m=config.vehicle.width_m)
        self._onlooker = Onlooker()
        self._markers = self.speak(wires.MARKERS)
        self._screens = [
            Screen(Overlay(camera, style), self.speak(wires.OVERLAY.of(camera.name)))
            for camera in _chosen(rig, config.overlays)
        ]

    def begin(self) -> None:
        self.hear(wires.PLAN, self._on_plan)
        self.hear(wires.COMMAND, self._on_command)
        self.hear(wires.GATE_STATE, self._on_gate)
        self.hear(wires.PLANNER_STATUS, self._on_planner)
        self.hear(wires.ODOMETRY, self._on_odometry)
        self.every(_WITHOUT_PLAN_S, self._show_without_plan)
        self.every(_FIGURES_S, self._tell_figures)
        for screen in self._screens:
            self._watch(screen)

    def _watch(self, screen: Screen) -> None:
        compressed, camera = self.config.compressed, screen.overlay.camera.name
        wire = (wires.COMPRESSED if compressed else wires.IMAGE).of(camera)
        self.hear(wire, functools.partial(screen.take, compressed=compressed), raw=True)

        def draw() -> None:
            screen.show(self._onlooker.at(self.now_s).plan)

        # Each camera has its own guard: one that is broken must not hide the others.
        guarded = self.guarded(wires.OVERLAY.of(camera).name, draw)
        self.every(1.0 / self.config.overlay_rate_hz, guarded)

    def end(self) -> None:
        for screen in self._screens:
            screen.overlay.forget()

    def _on_plan(self, message: Any) -> None:
        plan, _, _ = plan_of(message)
        self._onlooker.plan.take(plan, plan.stamp_s)
        self._show()

    def _on_command(self, message: Any) -> None:
        command = lateral_of(message)
        self._onlooker.command.take(command, command.stamp_s)

    def _on_gate(self, message: Any) -> None:
        self._onlooker.gate.take(gate_says(message), seconds(message.header.stamp))

    def _on_planner(self, message: Any) -> None:
        # Its stamp is that of the pictures, and without pictures it still has something to say.
        self._onlooker.planner.take(planner_says(message), self.now_s)

    def _on_odometry(self, message: Any) -> None:
        ego = ego_of(message)
        self._onlooker.speed_mps.take(ego.speed_mps, ego.stamp_s)

    def _show_without_plan(self) -> None:
        if self._onlooker.at(self.now_s).plan is None:
            self._show()

    def _tell_figures(self) -> None:
        watched = [screen.overlay.camera.name for screen in self._screens if screen.watched]
        age_s = self._onlooker.plan.age_s(self.now_s)
        self.health.figures({'overlays': ' '.join(watched), 'plan_age_s': f'{age_s:.2f}'})

    def _show(self) -> None:
        now_s = self.now_s
        lifetime_s = self._onlooker.plan.stale_after_s
        self._markers.publish(
            markers_message(
                self._onlooker.at(now_s),
                self.config.vehicle,
                now_s=now_s,
                plan_lifetime_s=lifetime_s,
            )
        )


def _chosen(rig: Rig, names: tuple[str, ...]) -> tuple[Camera, ...]:
    unknown = [name for name in names if name not in rig.names]
    if unknown:
        raise InputError(
            f'overlays: camera {unknown[0]!r} is not in the rig; its cameras are '
            f'{", ".join(rig.names)}'
        )
    return tuple(camera for camera in rig.cameras if not names or camera.name in names)


def main() -> None:
    """The executable `visualizer`."""
    run_node(VisualizerNode)


if __name__ == '__main__':
    main()
