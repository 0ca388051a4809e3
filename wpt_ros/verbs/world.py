# SPDX-License-Identifier: Apache-2.0
"""`wpt world`: drive the simulator without ROS, judge the drives, and film some of them."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import InputError
from wpt_ros.drives.files import DriveFiles
from wpt_ros.drives.table import (
    drive_table,
    over_seeds_summary,
    scenario_list,
    suites_page,
    summary,
)
from wpt_sim.drivers import DRIVERS, AnyDriverKind, find_driver
from wpt_sim.scenario import Scenario, check_seed
from wpt_sim.suites import SUITES, Outcome, find_scenario, find_suite, run_scenario

__all__ = ['SUMMARY', 'add_arguments', 'run']

SUMMARY = 'Drive in the simulator without ROS, and judge every drive.'
DESCRIPTION = f"""\
{SUMMARY}

Drives each scenario of a suite with a built-in driver, prints a table of results, and writes
the table, films, contact sheets and plots to out/world. docs/suites.md describes the scenarios.
"""

EXAMPLES = """\
examples:
  wpt world                                   suite lane_centre with the expert driver
  wpt world --list                            list all suites and scenarios
  wpt world --suite routes --seed 3           another suite, with other roads and weather
  wpt world --driver straight                 baseline that never steers
  wpt world --seed 0 1 2 --films 0            three runs with confidence intervals, no films
  wpt world --suite routes --scenario NAME    one scenario, filmed
  wpt world --rig my_car.yaml                 filmed by the cameras of another car

The exit code is 0 when all drives ended, passed or not; 2 for an invalid option.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare scenarios, driver, cameras and output folder."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    suites = ', '.join(suite.name for suite in SUITES)
    drivers = '; '.join(f'{kind.name}: {kind.summary}' for kind in DRIVERS)
    parser.add_argument('--list', action='store_true', help='list all scenarios and exit')
    parser.add_argument(
        '--markdown', action='store_true', help='the same list as the page docs/suites.md'
    )
    parser.add_argument(
        '--suite', default='lane_centre', help=f'suite: {suites} (default lane_centre)'
    )
    parser.add_argument(
        '--scenario',
        nargs='+',
        default=[],
        metavar='NAME',
        help='only these scenarios (default: all)',
    )
    parser.add_argument('--driver', default='expert', help=f'{drivers} (default expert)')
    parser.add_argument(
        '--seed',
        type=int,
        nargs='+',
        default=[0],
        metavar='N',
        help='seed of the random parts of a scenario; several: one run for each (default 0)',
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('out/world'),
        metavar='DIR',
        help='output folder (default out/world)',
    )
    parser.add_argument(
        '--films',
        type=int,
        default=2,
        metavar='N',
        help='drives to film, failed ones first; --scenario films all (default 2)',
    )
    parser.add_argument(
        '--rig', type=Path, metavar='FILE', help='rig file of the cameras (default: six views)'
    )


def run(arguments: argparse.Namespace) -> int:
    """Return 0, also when drives fail; raise InputError for an invalid option."""
    if arguments.list or arguments.markdown:
        print(suites_page() if arguments.markdown else '\n'.join(scenario_list()))
        return 0
    suite = find_suite(arguments.suite)
    driver = find_driver(arguments.driver)
    names = dict.fromkeys(arguments.scenario)
    scenarios = [find_scenario(suite, name) for name in names] or suite.scenarios
    rig = surround_rig() if arguments.rig is None else load_rig(arguments.rig)
    seeds = list(dict.fromkeys(arguments.seed))
    for seed in seeds:
        check_seed(seed)
    if arguments.films < 0:
        raise InputError(f'--films must be 0 or more, got {arguments.films}')
    films = len(scenarios) if names else arguments.films
    places = [
        DriveFiles(arguments.out, f'{suite.name}-{driver.name}-seed{seed}', rig) for seed in seeds
    ]
    runs = [
        _run_seed(scenarios, driver, seed, files=files, films=films)
        for seed, files in zip(seeds, places, strict=True)
    ]
    if len(runs) > 1:
        print('\n'.join(over_seeds_summary(runs)))
    return 0


def _run_seed(
    scenarios: Sequence[Scenario],
    driver: AnyDriverKind,
    seed: int,
    *,
    files: DriveFiles,
    films: int,
) -> list[Outcome]:
    outcomes = _drive(scenarios, driver, seed)
    lines = [*drive_table(outcomes), *summary(outcomes)]
    print('\n'.join(lines))
    files.write_table(lines)
    for outcome in tqdm(_worth_filming(outcomes, films), desc='filming', disable=None):
        files.film(outcome, driver)
    print(f'films and table: {files.folder}\n')
    return outcomes


def _drive(scenarios: Sequence[Scenario], driver: AnyDriverKind, seed: int) -> list[Outcome]:
    bar = tqdm(scenarios, desc='driving', disable=None, leave=False)
    return [run_scenario(scenario, driver, seed) for scenario in bar]


def _worth_filming(outcomes: Sequence[Outcome], count: int) -> list[Outcome]:
    """Return failed drives in order, then passed ones spread over the suite."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    passed = [outcome for outcome in outcomes if outcome.passed]
    chosen = failed[:count]
    wanted = min(count - len(chosen), len(passed))
    return chosen + [passed[(2 * k + 1) * len(passed) // (2 * wanted)] for k in range(wanted)]
