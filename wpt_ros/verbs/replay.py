# SPDX-License-Identifier: Apache-2.0
"""`wpt replay`: run the planner on a recorded drive and report on its plans."""

import argparse
from pathlib import Path

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import InputError, bounds_of

__all__ = ['SUMMARY', 'add_arguments', 'run']

SUMMARY = 'Run the planner on a recorded drive and compare its plans with the drive.'
DESCRIPTION = f"""\
{SUMMARY}

Plays the recording on ROS 2 topics with the planner node running. Writes report.md, result.json,
a timeline, the worst plans as images and an overlay video to a new folder below runs/replay.
"""

EXAMPLES = """\
examples:
  wpt replay                                newest recording of wpt drive
  wpt replay drives/monday                  recording with the topic names of docs/topics.md
  wpt replay drives/monday --rig car.yaml   recording of a car with other cameras
  wpt replay my_bag --mapping my_map.yaml   other topic names, see docs/your_bags.md
  wpt replay --rate 0.5 --model runs/mine   at half speed, with another student

The exit code is 0 if the report was written, 2 if not.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare recording, model, cameras and output folder."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    parser.add_argument(
        'bag',
        type=Path,
        nargs='?',
        metavar='BAG',
        help='bag folder or file (default: newest drive in the drive folder of --out)',
    )
    parser.add_argument(
        '--mapping', type=Path, metavar='FILE', help='topic names and types of another car'
    )
    parser.add_argument(
        '--rate', type=float, default=1.0, metavar='X', help='playback speed (default 1)'
    )
    parser.add_argument(
        '--model', default='', metavar='DIR', help='folder of a student (default: the shipped one)'
    )
    parser.add_argument(
        '--rig', type=Path, metavar='FILE', help='rig file of the cameras (default: six views)'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('runs'),
        metavar='DIR',
        help='output folder (default runs)',
    )


def run(arguments: argparse.Namespace) -> int:
    """Return 0 when the report is written; raise WptError when it cannot be."""
    from wpt_ros.nodes.player import PlayerConfig
    from wpt_ros.processes import ending_at_signals
    from wpt_ros.replays.bags import named_bag, newest_drive
    from wpt_ros.replays.replay import ReplayOptions, replay  # needs ROS; --help must not

    bounds_of(PlayerConfig)['rate'].check('--rate', arguments.rate)
    if arguments.mapping is not None and arguments.bag is None:
        raise InputError('--mapping needs the recording that it describes: give BAG as well')
    if arguments.mapping is not None and arguments.rig is not None:
        raise InputError(
            '--rig cannot be given with --mapping: the mapping file names the rig; leave --rig out'
        )
    bag = newest_drive(arguments.out) if arguments.bag is None else named_bag(arguments.bag)
    options = ReplayOptions(
        bag=bag,
        mapping=arguments.mapping,
        rig=surround_rig() if arguments.rig is None else load_rig(arguments.rig),
        model=arguments.model,
        rate=arguments.rate,
        runs=arguments.out,
    )
    with ending_at_signals():
        lines = replay(options)
    print('\n'.join(lines))
    return 0
