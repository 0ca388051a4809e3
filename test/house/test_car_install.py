# SPDX-License-Identifier: Apache-2.0
"""Every node starts with what setup.py declares for the car, without an extra."""

import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wpt_ros.bootstrap import packages

pytestmark = pytest.mark.ros
NODES = ('controller', 'gate', 'planner', 'player', 'visualizer', 'world')
IMPORT = """
import sys

absent = set(sys.argv[1].split(','))

class CarOnly:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in absent:
            raise ModuleNotFoundError(f'{name} is not on the car', name=name)

sys.meta_path.insert(0, CarOnly())
for module in sys.argv[2:]:
    __import__(module)
"""


def installed_with(wanted: list[str], installed: dict[str, Distribution]) -> set[str]:
    """The names of these distributions and of all that they require."""
    found: set[str] = set()
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if name in found or name not in installed or (marker and not marker.evaluate()):
            continue
        found.add(name)
        waiting += [Requirement(line) for line in installed[name].requires or ()]
    return found


def modules(distribution: Distribution) -> set[str]:
    """What it lets one import, by the first part of the name."""
    files = [file for file in distribution.files or () if file.suffix in {'.py', '.so'}]
    return {file.parts[0].partition('.')[0] for file in files if file.parts[0] != '..'}


@pytest.fixture(scope='module')
def absent(root: Path) -> set[str]:
    """The modules of the extras that a car does not have."""
    installed = {canonicalize_name(one.metadata['Name']): one for one in distributions()}
    car, extras = packages._declared(root / 'setup.py')
    ros = [name for name in installed if name.startswith('ros-')]
    on_the_car = installed_with([*car, *ros], installed)
    at_the_desk = installed_with([name for extra in extras.values() for name in extra], installed)
    hidden = {module for name in at_the_desk - on_the_car for module in modules(installed[name])}
    return hidden - {module for name in on_the_car for module in modules(installed[name])}


def import_on_the_car(absent: set[str], *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, '-c', IMPORT, ','.join(sorted(absent)), *names],
        capture_output=True,
        text=True,
    )


def test_nodes_and_the_verbs_of_a_car_need_no_extra(absent: set[str]) -> None:
    nodes = [f'wpt_ros.nodes.{node}' for node in NODES]
    verbs = ['wpt_ros.verbs.bag', 'wpt_ros.verbs.doctor']
    answer = import_on_the_car(absent, *nodes, *verbs)
    assert answer.returncode == 0, answer.stderr


def test_what_only_a_desk_has_is_hidden(absent: set[str]) -> None:
    assert {'av', 'matplotlib', 'onnx', 'pytest', 'tyro'} <= absent
    answer = import_on_the_car(absent, 'wpt_sim.films')
    assert 'is not on the car' in answer.stderr


def test_every_declared_node_is_checked(root: Path) -> None:
    assert f'NODES = {list(NODES)!r}' in (root / 'setup.py').read_text()
