# SPDX-License-Identifier: Apache-2.0
"""`wpt replay`: what the planner would have done on a recorded drive, in a report."""

import argparse
from pathlib import Path

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import InputError, bounds_of

__all__ = ['SUMMARY', 'add_arguments', 'run']

SUMMARY = 'play a recording through the real planner and compare its plans with what was driven'

EXAMPLES = """\
examples:
  wpt replay                                the newest drive of wpt drive
  wpt replay drives/monday                  a recording with the names that the planner listens to
  wpt replay drives/monday --rig car.yaml   seen by the cameras of another car
  wpt replay my_bag --mapping my_map.yaml   other names: converted first; see docs/your_bags.md
  wpt replay --rate 0.5 --model runs/mine   slower, and another student

The exit code is 0 when the report was written.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to replay, by which student, and where the report goes."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        'bag',
        type=Path,
        nargs='?',
        metavar='BAG',
        help='default: the newest drive in DIR/drive of --out',
    )
    parser.add_argument('--mapping', type=Path, metavar='FILE', help='mapping of another car')
    parser.add_argument(
        '--rate', type=float, default=1.0, metavar='X', help='times real time (default 1)'
    )
    parser.add_argument('--model', default='', metavar='DIR', help='a student (default: shipped)')
    parser.add_argument('--rig', type=Path, metavar='FILE', help='cameras (default six views)')
    parser.add_argument(
        '--out', type=Path, default=Path('runs'), metavar='DIR', help='default runs'
    )


def run(arguments: argparse.Namespace) -> int:
    """Return 0 when the report was written; WptError, in one sentence, where it cannot be."""
    from wpt_ros.nodes.player import PlayerConfig
    from wpt_ros.processes import ending_at_signals
    from wpt_ros.replays.bags import named_bag, newest_drive
    from wpt_ros.replays.replay import Wishes, replay  # needs ROS, which --help does without

    bounds_of(PlayerConfig)['rate'].check('--rate', arguments.rate)
    if arguments.mapping is not None and arguments.bag is None:
        raise InputError('--mapping says how to read a BAG; name it')
    if arguments.mapping is not None and arguments.rig is not None:
        raise InputError(
            '--rig cannot be given with --mapping: the mapping names the rig of the car'
        )
    bag = newest_drive(arguments.out) if arguments.bag is None else named_bag(arguments.bag)
    wishes = Wishes(
        bag=bag,
        mapping=arguments.mapping,
        rig=surround_rig() if arguments.rig is None else load_rig(arguments.rig),
        model=arguments.model,
        rate=arguments.rate,
        runs=arguments.out,
    )
    with ending_at_signals():
        lines = replay(wishes)
    print('\n'.join(lines))
    return 0
