# SPDX-License-Identifier: Apache-2.0
"""An install without simulator, training and desk packages: every node of a car runs in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import Probe, running
from own_domain import quiet_domain
from planner_harness import small_student
from recorded_drive import record_drive

CAR = ('wpt_core', 'wpt_ros', 'config', 'models', 'package.xml')
DESK = ('wpt_sim', 'training', 'benchmarks', 'av', 'matplotlib', 'tyro', 'tensorboard')
HIDE = f"""
import sys

class CarOnly:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {DESK!r}:
            raise ModuleNotFoundError(f'{{name}} is not on the car', name=name)

sys.meta_path.insert(0, CarOnly())
"""


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@pytest.fixture
def car(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with only what a car installs, which new processes import from."""
    folder = tmp_path / 'car'
    folder.mkdir()
    for name in CAR:
        (folder / name).symlink_to(root / name)
    (folder / 'sitecustomize.py').write_text(HIDE)
    before = os.environ.get('PYTHONPATH', '').split(os.pathsep)
    kept = [part for part in before if part and Path(part).resolve() != root]
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([str(folder), *kept]))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize('node', ['planner', 'controller', 'gate', 'visualizer', 'player'])
@pytest.mark.usefixtures('car')
def test_a_node_configures_on_a_car(tmp_path: Path, node: str) -> None:
    given = {}
    if node == 'planner':
        given['model'] = small_student(tmp_path / 'student')
    if node == 'player':
        record_drive(tmp_path / 'bag', pictures_s=0.2, seconds=0.5)
        given['bag'] = str(tmp_path / 'bag')
    place = f'car_{node}'
    with (
        Probe(place) as probe,
        running(node, tmp_path / 'log', namespace=place, autostart=False, **given) as process,
    ):
        assert probe.change(node, 'configure'), process.log_text
        assert probe.state(node) == 'inactive'


@pytest.mark.usefixtures('car')
def test_the_simulator_is_hidden(tmp_path: Path) -> None:
    with running('world', tmp_path / 'log', namespace='car_world') as process:
        assert process.process.wait(60.0) != 0
    assert 'wpt_sim is not on the car' in process.log_text
