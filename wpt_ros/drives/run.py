# SPDX-License-Identifier: Apache-2.0
"""One drive of the whole graph: start it, watch it, let go wrong what is to, and sum up."""

import math
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import rclpy
from ament_index_python.packages import get_package_share_directory
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions

from wpt_core.types import Rig
from wpt_ros.drives.fault_option import process_faults, world_faults
from wpt_ros.drives.intruder import Intruder
from wpt_ros.drives.monitor import DriveMonitor
from wpt_ros.drives.recorder import Recorder
from wpt_ros.drives.result import DriveResult, EndReason, write_result
from wpt_ros.drives.status_line import StatusLine
from wpt_ros.graph import CommonParameters, NodeSpec
from wpt_ros.output_folder import new_output_folder
from wpt_ros.parts.faults import Fault, Kind
from wpt_ros.processes import Processes
from wpt_ros.proving_ground import ScenarioChoice, on_proving_ground

__all__ = ['DriveOptions', 'DriveRun']

_START_S = 90.0
"""Until the car must be engaged: a cold start on a busy machine loads torch for long."""
_PATIENCE_S = 0.3
"""For whom a fault befalls, the world waits no longer than this: else it would stand still for as
long as nobody answers."""
_TRAIL_S = 0.5
"""After the end, for the last messages."""


@dataclass(frozen=True, slots=True)
class DriveOptions:
    """What to drive, and how."""

    common: CommonParameters
    choice: ScenarioChoice
    faults: tuple[Fault, ...]
    rig: Rig
    seconds: float | None
    real_time_factor: float
    record: bool
    runs: Path


class DriveRun:
    """Owns the processes and the node that watches them."""

    def __init__(self, options: DriveOptions) -> None:
        self._options = options
        choice = options.choice
        name = f'{choice.suite}-{choice.scenario}-seed{choice.seed}'
        self.folder = new_output_folder(options.runs, 'drive', name)
        self._pending = process_faults(options.faults)
        self._ending: list[tuple[float, Callable[[], None]]] = []

    def drive(self) -> DriveResult:
        """To the end; what was started is stopped, whatever happens."""
        # SIGINT is left to Python: what was started must be stopped before ROS goes.
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        node = rclpy.create_node(
            'desk', parameter_overrides=[Parameter('use_sim_time', value=True)]
        )
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        self._monitor, self._intruder = DriveMonitor(node), Intruder(node)
        recorder = self._recorder(node) if self._options.record else None
        try:
            with Processes(self._specs(), self.folder / 'logs') as processes:
                ended = self._watch(executor, processes)
                deaths = processes.deaths
        finally:
            if recorder is not None:
                recorder.close()
            executor.shutdown(timeout_sec=0.5)
            node.destroy_node()
            rclpy.shutdown()
        bag = recorder.path if recorder is not None else None
        return write_result(
            self._monitor.stats,
            self.folder,
            ended=ended,
            deaths=deaths,
            bag=bag,
            rig=self._options.rig,
        )

    def _specs(self) -> list[NodeSpec]:
        options = self._options
        specs = []
        for spec in on_proving_ground(options.common, options.choice):
            if spec.name == 'world':
                spec = spec.with_parameters(**{'pace.real_time_factor': options.real_time_factor})
                if self._pending or any(fault.target == 'clock' for fault in options.faults):
                    spec = spec.with_parameters(**{'pace.patience_s': _PATIENCE_S})
                if faults := world_faults(options.faults):
                    spec = spec.with_parameters(faults=faults)
            specs.append(spec)
        return specs

    def _recorder(self, node: Node) -> Recorder:
        share = Path(get_package_share_directory('wpt_msgs'))
        return Recorder(
            node, self.folder / 'bag', cameras=self._options.rig.names, messages=share / 'msg'
        )

    def _watch(self, executor: SingleThreadedExecutor, processes: Processes) -> EndReason:
        """Until the drive is over; why it is."""
        begun_s, end_s, monitor = monotonic(), math.inf, self._monitor
        ended: EndReason | None = None
        line = StatusLine(sys.stderr, os.environ)
        while True:
            executor.spin_once(timeout_sec=0.02)
            now_s = monotonic()
            processes.supervise()
            monitor.poll(now_s)
            self._inject_faults(monitor.stats.drive_s, processes)
            line.show(monitor.line(now_s), now_s)
            if ended is not None and now_s >= end_s:
                line.end()
                return ended
            ended = ended or self._over(now_s - begun_s, processes)
            if ended is not None:
                end_s = min(end_s, now_s + _TRAIL_S)

    def _over(self, wall_s: float, processes: Processes) -> EndReason | None:
        stats, asked_s = self._monitor.stats, self._options.seconds
        if stats.progress is not None and stats.progress.done:
            return EndReason('the end of the scenario')
        if asked_s is not None and stats.drive_s >= asked_s:
            return EndReason(f'stopped after {asked_s:g} s as requested', requested=True)
        if any(death.startswith('world ') for death in processes.deaths):
            return EndReason('the world has ended; see logs/world.log')
        if stats.drive_s == 0.0 and wall_s > _START_S:
            return EndReason(f'the car was not engaged within {_START_S:g} s; see logs')
        return None

    def _inject_faults(self, drive_s: float, processes: Processes) -> None:
        while self._pending and drive_s >= self._pending[0].at_s:
            fault = self._pending.pop(0)
            self._ending.append((drive_s + fault.duration_s, self._begin(fault, processes)))
        for entry in [entry for entry in self._ending if drive_s >= entry[0]]:
            self._ending.remove(entry)
            entry[1]()

    def _begin(self, fault: Fault, processes: Processes) -> Callable[[], None]:
        if fault.kind is Kind.KILL:
            processes.kill(fault.target)
            return lambda: processes.release(fault.target)
        if fault.kind is Kind.HANG:
            processes.send(fault.target, signal.SIGSTOP)
            return lambda: processes.send(fault.target, signal.SIGCONT)
        if fault.kind is Kind.GARBAGE:
            return self._intruder.garbage(fault.target)
        if fault.kind is Kind.SECOND:
            return self._intruder.second_odometry()
        if fault.kind is Kind.IMPOSTOR:
            return self._intruder.impostor()
        return self._intruder.flood()
