# SPDX-License-Identifier: Apache-2.0
"""`wpt drive`: the whole graph drives the proving ground, every byte over topics."""

import argparse
import sys
from functools import partial
from pathlib import Path

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Bounds, bounds_of
from wpt_ros.drives.faults import parse_faults
from wpt_ros.graph import Common
from wpt_ros.scene import Scene
from wpt_sim.drive import STEP_S
from wpt_sim.ride import Pace
from wpt_sim.scenario import SEED_END
from wpt_sim.suites import SUITES, find_scenario, find_suite

__all__ = ['SUMMARY', 'add_arguments', 'run']

_MOST_S = 86_400.0
SUMMARY = 'drive the proving ground, closed loop, on real ROS 2'

EXAMPLES = """\
examples:
  wpt drive                                       the first scenario of lane_centre
  wpt drive --suite routes --scenario NAME        another one; wpt world --list names them
  wpt drive --faults camera:back=dead@5s          a camera dies on the way
  wpt drive --faults camera:left=dead@5s          all cameras on the left
  wpt drive --faults planner=kill@10s,odometry=dead@15s
  wpt drive --faults controller=kill@5s+4s        it is started again 4 s later, else after 2 s
  wpt drive --faults camera:front=freeze@5s       it shows the same picture again and again
  wpt drive --faults odometry=zero@5s+3s          it says for 3 s that the car stands
  wpt drive --faults clock=stop@5s                /clock stands still for 2 s
  wpt drive --seconds 10 --no-record              only a look
  wpt drive --real-time-factor 1                  live instead of in lockstep

faults, as WHAT=KIND@START, or WHAT=KIND@START+DURATION, in seconds of the drive:
  PROCESS=kill, PROCESS=hang      planner, controller, gate or visualizer; 2 s
  cameras=dead, camera:NAME=dead, camera:NAME=freeze      until the end
  camera:NAME=garbage             somebody else sends random bytes as its pictures; 2 s
  odometry=dead                   until the end, as are the next three
  odometry=zero                   speed 0 at a pose that stands still, under fresh stamps
  odometry=freeze                 the last speed and pose, under fresh stamps
  odometry=scale                  half the speed, at true poses
  odometry=second                 somebody else publishes odometry with speed 0; 2 s
  clock=stop                      /clock stands still, the world goes on; 2 s
  clock=jump                      /clock and all stamps are 10 s ahead; until the end
  commands=flood                  somebody else sends commands as fast as it goes; 2 s
  commands=impostor               a second node named controller sends commands; 2 s

The exit code is 0 if the drive passed: its scenario's rule, and nobody had to take over. It is
also 0 if --seconds cut the drive short and nobody had to take over until then; 1 if not; 2 if it
cannot start.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to drive, with what, and what is to go wrong."""
    parser.epilog = EXAMPLES
    suites = ', '.join(suite.name for suite in SUITES)
    parser.add_argument('--suite', default='lane_centre', help=f'{suites} (default lane_centre)')
    parser.add_argument('--scenario', default='', metavar='NAME', help='default: the first')
    parser.add_argument('--seed', type=int, default=0, help='draws what is open (default 0)')
    parser.add_argument('--model', default='', metavar='DIR', help='a student (default: shipped)')
    parser.add_argument('--rig', default='', metavar='FILE', help='cameras (default six views)')
    parser.add_argument('--seconds', type=float, metavar='S', help='end the drive after so long')
    parser.add_argument('--faults', default='', metavar='TEXT', help='what goes wrong; see below')
    parser.add_argument(
        '--real-time-factor',
        type=float,
        default=0.0,
        metavar='X',
        help='live at so many times real time; 0: in lockstep, as fast as it goes (default)',
    )
    parser.add_argument(
        '--record',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='keep a bag and an overlay video (default)',
    )
    parser.add_argument(
        '--out', type=Path, default=Path('runs'), metavar='DIR', help='default runs'
    )


def _check(arguments: argparse.Namespace) -> None:
    Bounds(0, SEED_END - 1).check('--seed', arguments.seed)
    bounds_of(Pace)['real_time_factor'].check('--real-time-factor', arguments.real_time_factor)
    if arguments.seconds is not None:
        Bounds(STEP_S, _MOST_S).check('--seconds', arguments.seconds)


def run(arguments: argparse.Namespace) -> int:
    """Return the exit code of the epilog; InputError for a wish not granted."""
    _check(arguments)
    from wpt_ros.domain import check_alone
    from wpt_ros.drives.run import DriveRun, Wishes  # needs ROS, which --help does without
    from wpt_ros.processes import ending_at_signals

    suite = find_suite(arguments.suite)
    name = arguments.scenario or suite.scenarios[0].name
    find_scenario(suite, name)
    rig = load_rig(Path(arguments.rig)) if arguments.rig else surround_rig()
    wishes = Wishes(
        common=Common(rig=arguments.rig, model=arguments.model),
        scene=Scene(suite.name, name, arguments.seed),
        faults=parse_faults(arguments.faults, rig.names),
        rig=rig,
        seconds=arguments.seconds,
        real_time_factor=arguments.real_time_factor,
        record=arguments.record,
        runs=arguments.out,
    )
    with ending_at_signals():
        check_alone(partial(print, file=sys.stderr))
        result = DriveRun(wishes).drive()
    print('\n'.join(result.lines))
    return 0 if result.good else 1
