# SPDX-License-Identifier: Apache-2.0
"""Replay of one recording: player and planner as processes, and a listener."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import rclpy
import yaml
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from tqdm import tqdm

from wpt_core.files import write_atomic
from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rpy_from_rotation
from wpt_core.types import Camera, InputError, Rig
from wpt_ros import topics
from wpt_ros.graph import NODES, CommonParameters, NodeSpec, on_recording
from wpt_ros.processes import Processes
from wpt_ros.replays.listener import Listener, Received
from wpt_ros.replays.source import Source

__all__ = ['ReplayedBag', 'play', 'rig_text']

_START_S = 120.0
"""Time until the planner must run: importing torch is slow on a busy machine."""
_TRAIL_S = 1.0
"""Wait for the last plans after the end."""


@dataclass(frozen=True, eq=False, slots=True)
class ReplayedBag:
    """One recording, and the messages of its replay."""

    source: Source
    received: Received


def play(source: Source, folder: Path, *, model: str, rate: float) -> ReplayedBag:
    """Replay to the end with a progress bar; write logs and the rig into `folder`.

    Raise InputError if a node cannot be configured or does not start, or if there is no plan.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rig = folder / 'rig.yaml'
    write_atomic(rig, rig_text(source.rig))
    # The handler of rclpy would shut down the context before an interrupt has stopped the nodes.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('replay')
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    listener = Listener(node)
    try:
        with Processes(_specs(source, rig, model=model, rate=rate), folder / 'logs') as processes:
            _listen(source, listener, executor, processes, logs=folder / 'logs')
            listener.received.deaths = processes.deaths
    finally:
        executor.shutdown(timeout_sec=0.5)
        node.destroy_node()
        rclpy.shutdown()
    if not listener.received.plans:
        said = (
            ' '.join(dict.fromkeys([*listener.received.notices, *listener.planner_notices]))
            or 'it said nothing'
        )
        raise InputError(
            f'{source.bag}: the planner made no plan: {said} (logs: {folder / "logs"})'
        )
    return ReplayedBag(source, listener.received)


def _specs(source: Source, rig: Path, *, model: str, rate: float) -> list[NodeSpec]:
    """Return the planner, and a player that waits for the planner's subscriptions."""
    common = CommonParameters(rig=str(rig), model=model, compressed=source.compressed)
    (planner,) = (spec for spec in on_recording(common) if spec.name == 'planner')
    player = NODES['player'].with_parameters(
        bag=str(source.bag), rate=rate, wait_for=(source.picture.name, topics.ODOMETRY.name)
    )
    return [planner, player]


def _listen(
    source: Source,
    listener: Listener,
    executor: SingleThreadedExecutor,
    processes: Processes,
    *,
    logs: Path,
) -> None:
    begun_s = monotonic()
    shape = '{desc} {percentage:3.0f}%|{bar}| {n:.1f} of {total:.1f} s{postfix}'
    with tqdm(
        total=source.seconds, desc=f'{source.name}: starting', bar_format=shape, disable=None
    ) as bar:
        start_s: float | None = None
        while not listener.ended:
            executor.spin_once(timeout_sec=0.02)
            processes.supervise()
            _check(listener, processes, waited_s=monotonic() - begun_s, logs=logs)
            if listener.now_s is not None:
                start_s = listener.now_s if start_s is None else start_s
                bar.set_description(source.name, refresh=False)
                bar.set_postfix_str(f'{len(listener.received.plans)} plans', refresh=False)
                bar.update(min(listener.now_s - start_s, source.seconds) - bar.n)
    end_s = monotonic() + _TRAIL_S
    while monotonic() < end_s:
        executor.spin_once(timeout_sec=0.02)


def _check(listener: Listener, processes: Processes, *, waited_s: float, logs: Path) -> None:
    """Raise InputError if the replay cannot continue; a planner that dies is restarted."""
    for name, reason in listener.refusals.items():
        raise InputError(f'the {name} refuses to start: {reason}')
    for death in processes.deaths:
        name = death.split()[0]
        if name == 'player' or listener.now_s is None:
            raise InputError(f'the {death}: {processes.last_line(name)}')
    if listener.now_s is None and waited_s > _START_S:
        raise InputError(f'the planner did not start within {_START_S:g} s; see {logs}')


def rig_text(rig: Rig) -> str:
    """Return the rig as the text of a rig file, for another process to load."""
    cameras = {camera.name: _camera_entry(camera) for camera in rig.cameras}
    return yaml.safe_dump({'cameras': cameras}, sort_keys=False, default_flow_style=None)


def _camera_entry(camera: Camera) -> dict[str, Any]:
    lens, place = camera.intrinsics, camera.base_from_camera
    rpy_rad = rpy_from_rotation(place[:3, :3] @ BASE_FROM_OPTICAL_AXES.T)
    return {
        'size_px': [lens.width_px, lens.height_px],
        'focal_px': [float(lens.fx_px), float(lens.fy_px)],
        'centre_px': [float(lens.cx_px), float(lens.cy_px)],
        'lens_model': lens.model.value,
        'distortion': list(map(float, lens.distortion)),
        'position_m': place[:3, 3].tolist(),
        'rotation_deg': np.degrees(rpy_rad).tolist(),
    }
