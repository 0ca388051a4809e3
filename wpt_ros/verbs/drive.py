# SPDX-License-Identifier: Apache-2.0
"""`wpt drive`: all nodes drive the simulator closed loop, communicating over ROS 2 topics."""

import argparse
import sys
from functools import partial
from pathlib import Path

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Bounds, bounds_of
from wpt_ros.drives.fault_option import parse_faults
from wpt_ros.graph import CommonParameters
from wpt_ros.proving_ground import ScenarioChoice
from wpt_sim.drive import STEP_S
from wpt_sim.lockstep import LockstepConfig
from wpt_sim.scenario import SEED_END
from wpt_sim.suites import SUITES, find_scenario, find_suite

__all__ = ['SUMMARY', 'add_arguments', 'run']

_MOST_S = 86_400.0
SUMMARY = 'Drive in the simulator with all ROS 2 nodes running, and record the drive.'
DESCRIPTION = f"""\
{SUMMARY}

Starts the simulator (node world), planner, controller, gate and visualizer as separate processes
that communicate over DDS as on a car. Shows a status line, and writes a bag, a video with the
plan drawn into the images, logs and metrics to a new folder below runs/drive.
"""

EXAMPLES = """\
examples:
  wpt drive                                       first scenario of lane_centre
  wpt drive --suite routes --scenario NAME        another scenario; wpt world --list lists them
  wpt drive --seconds 10 --no-record              10 s, without bag and video
  wpt drive --real-time-factor 1                  in real time instead of lockstep
  wpt drive --faults camera:back=dead@5s          one camera stops after 5 s
  wpt drive --faults camera:left=dead@5s          all cameras with "left" in their name stop
  wpt drive --faults controller=kill@5s+4s        killed at 5 s, restarted 4 s later
  wpt drive --faults planner=kill@10s,odometry=dead@15s      two faults

faults, as WHAT=KIND@START or WHAT=KIND@START+DURATION, in seconds of the drive:
  default duration: until the end of the drive
    cameras=dead                  all cameras stop publishing
    camera:NAME=dead              this camera stops publishing
    camera:NAME=freeze            this camera repeats its last image with new stamps
    odometry=dead                 odometry stops
    odometry=zero                 odometry reports speed 0 at a fixed pose, with new stamps
    odometry=freeze               odometry repeats its last speed and pose, with new stamps
    odometry=scale                odometry reports half the speed, with true poses
    clock=jump                    /clock and all stamps jump ahead by 10 s
  default duration: 2 s
    PROCESS=kill, PROCESS=hang    planner, controller, gate or visualizer is killed or stopped
    camera:NAME=garbage           a second publisher sends random bytes as images
    odometry=second               a second publisher sends odometry with speed 0
    clock=stop                    /clock stops while the simulation continues
    commands=flood                a second publisher floods controller/command
    commands=impostor             a second node named controller publishes commands

exit code:
  0  the drive passed: the rule of its scenario holds and the driver did not have to take over;
     or --seconds ended it before the driver had to take over
  1  the drive did not pass
  2  the drive could not start
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare scenario, model, cameras and faults."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    suites = ', '.join(suite.name for suite in SUITES)
    parser.add_argument(
        '--suite', default='lane_centre', help=f'suite: {suites} (default lane_centre)'
    )
    parser.add_argument(
        '--scenario', default='', metavar='NAME', help='scenario of the suite (default: its first)'
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='seed of the random parts of the scenario (default 0)'
    )
    parser.add_argument(
        '--model', default='', metavar='DIR', help='folder of a student (default: the shipped one)'
    )
    parser.add_argument(
        '--rig', default='', metavar='FILE', help='rig file of the cameras (default: six views)'
    )
    parser.add_argument('--seconds', type=float, metavar='S', help='end the drive after S seconds')
    parser.add_argument('--faults', default='', metavar='TEXT', help='faults to inject, see below')
    parser.add_argument(
        '--real-time-factor',
        type=float,
        default=0.0,
        metavar='X',
        help='speed relative to real time; 0: lockstep, as fast as possible (default)',
    )
    parser.add_argument(
        '--record',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='write a bag and an overlay video (default)',
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('runs'),
        metavar='DIR',
        help='output folder (default runs)',
    )


def _check(arguments: argparse.Namespace) -> None:
    Bounds(0, SEED_END - 1).check('--seed', arguments.seed)
    bounds_of(LockstepConfig)['real_time_factor'].check(
        '--real-time-factor', arguments.real_time_factor
    )
    if arguments.seconds is not None:
        Bounds(STEP_S, _MOST_S).check('--seconds', arguments.seconds)


def run(arguments: argparse.Namespace) -> int:
    """Return the exit code of the epilog; raise InputError for an invalid option."""
    _check(arguments)
    from wpt_ros.domain import check_domain_unused
    from wpt_ros.drives.run import DriveOptions, DriveRun  # needs ROS; --help must not
    from wpt_ros.processes import ending_at_signals

    suite = find_suite(arguments.suite)
    name = arguments.scenario or suite.scenarios[0].name
    find_scenario(suite, name)
    rig = load_rig(Path(arguments.rig)) if arguments.rig else surround_rig()
    options = DriveOptions(
        common=CommonParameters(rig=arguments.rig, model=arguments.model),
        choice=ScenarioChoice(suite.name, name, arguments.seed),
        faults=parse_faults(arguments.faults, rig.names),
        rig=rig,
        seconds=arguments.seconds,
        real_time_factor=arguments.real_time_factor,
        record=arguments.record,
        runs=arguments.out,
    )
    with ending_at_signals():
        check_domain_unused(partial(print, file=sys.stderr))
        result = DriveRun(options).drive()
    print('\n'.join(result.lines))
    return 0 if result.good else 1
