# SPDX-License-Identifier: Apache-2.0
"""What set-up decides, step by step, without installing anything."""

import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from wpt_ros.bootstrap import checkout, errors, machine, packages, wheels
from wpt_ros.bootstrap.checkout import Checkout, environment, shell_exports
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.machine import Machine
from wpt_ros.bootstrap.progress import Progress

PYTHON_VERSION = f'{sys.version_info.major}.{sys.version_info.minor}'
PYTHON = Path('/usr/bin/python3.12')
BARE = Machine(python=PYTHON, python_version='3.12', ros_distro='')
SOURCED = Machine(
    python=PYTHON,
    python_version='3.12',
    ros_distro='jazzy',
    system_numpy='1.26.4',
    system_opencv=True,
)


VENV = Path('/repo/.venv')


def pretend(monkeypatch: pytest.MonkeyPatch, places: dict[str, str], *, in_venv: str = '') -> None:
    """Let modules be found at given places, and Python run in a virtual environment or not."""

    def find_spec(name: str) -> ModuleSpec | None:
        return ModuleSpec(name, None, origin=places[name]) if name in places else None

    monkeypatch.setattr(machine, 'find_spec', find_spec)
    monkeypatch.setattr(machine.importlib.metadata, 'version', lambda _: '1.26.4')
    monkeypatch.setattr(sys, 'base_prefix', '/usr')
    monkeypatch.setattr(sys, 'prefix', in_venv or '/usr')


def prefix_with_rclpy(prefix: Path, python: str = PYTHON_VERSION) -> Path:
    """What a sourced ROS 2, or an environment with its wheels, looks like."""
    mark = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages' / 'rclpy'
    mark.parent.mkdir(parents=True)
    mark.touch()
    (prefix / 'lib' / f'python{python}' / 'site-packages' / 'rclpy').mkdir(parents=True)
    return prefix


NUMPY = '/usr/lib/python3/dist-packages/numpy/__init__.py'


def test_an_importable_rclpy_is_not_a_sourced_ros(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, {'numpy': NUMPY, 'rclpy': '/usr/lib/python3/dist-packages/rclpy/x.py'})
    found = machine.inspect_machine(VENV, {})
    assert not found.ros_is_sourced
    assert found.python.parent == Path('/usr/bin')


@pytest.mark.parametrize('library', ['lib', 'local/lib'])
def test_a_sourced_ros_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: str
) -> None:
    pretend(monkeypatch, {'numpy': NUMPY}, in_venv='/repo/.venv')
    prefix = prefix_with_rclpy(tmp_path / 'jazzy')
    (prefix / 'lib').rename(tmp_path / 'lib')
    (prefix / library).parent.mkdir(exist_ok=True)
    (tmp_path / 'lib').rename(prefix / library)
    found = machine.inspect_machine(VENV, {'AMENT_PREFIX_PATH': f'/repo/install/wpt_ros:{prefix}'})
    assert (found.ros_distro, found.system_numpy, found.fault) == ('jazzy', '1.26.4', '')
    assert not found.system_opencv


def test_environments_with_ros_wheels_are_not_a_sourced_ros(tmp_path: Path) -> None:
    ours, other = prefix_with_rclpy(tmp_path / '.venv'), prefix_with_rclpy(tmp_path / 'other')
    (other / 'pyvenv.cfg').touch()
    found = machine.inspect_machine(ours, {'AMENT_PREFIX_PATH': f'{ours}:{other}'})
    assert not found.ros_is_sourced
    assert not found.fault


def test_ros_sourced_for_another_python_is_refused(tmp_path: Path) -> None:
    prefix = prefix_with_rclpy(tmp_path / 'humble', python='3.1')
    found = machine.inspect_machine(
        VENV, {'AMENT_PREFIX_PATH': str(prefix), 'ROS_DISTRO': 'humble'}
    )
    assert 'ROS 2 humble is sourced from' in found.fault
    assert 'WPT_PYTHON=' in found.fault


def test_a_ros_that_is_named_but_not_sourced_is_refused() -> None:
    found = machine.inspect_machine(VENV, {'ROS_DISTRO': 'humble'})
    assert 'source /opt/ros/humble/setup.bash' in found.fault


def test_a_path_that_ros_cannot_build_in_is_refused() -> None:
    for name in ('my car', 'Ürdner', 'a:b', 'a"b', 'a;b'):
        sentence = machine.missing_requirement(Path('/home') / name, BARE)
        assert f'/home/{name}' in sentence
        assert 'move the checkout' in sentence
    assert 'the path' not in machine.missing_requirement(Path('/var/lib/job@2/a+b~c.d_e-f'), BARE)


def test_without_ros_the_wheels_are_wanted(root: Path) -> None:
    wanted = packages.requirements(root, BARE)
    assert {'numpy', 'torch', 'pytest', 'ros-jazzy-rclpy', 'ros-jazzy-ament-cmake-core'} <= set(
        wanted
    )
    assert packages.constraints(root, BARE) == (root / 'constraints.txt').read_text()


def test_with_ros_sourced_no_wheel_of_it_is_wanted(root: Path) -> None:
    wanted = packages.requirements(root, SOURCED)
    assert 'torch' in wanted
    assert not [name for name in wanted if name.startswith(('ros-', 'opencv'))]


def test_with_ros_sourced_its_numpy_stays(root: Path) -> None:
    pins = packages.constraints(root, SOURCED).splitlines()
    assert [pin for pin in pins if pin.startswith('numpy')] == ['numpy==1.26.4']
    assert not [pin for pin in pins if pin.startswith(('opencv', 'matplotlib', 'scipy'))]
    assert [pin for pin in pins if pin.startswith('torch==')]


def test_everything_wanted_is_pinned(root: Path) -> None:
    pinned = {packages._name(line) for line in packages.constraints(root, BARE).splitlines()}
    wanted = {packages._name(line) for line in packages.requirements(root, BARE)}
    assert {name.lower() for name in wanted} - pinned == set()


def test_the_builders_paths_become_ours(tmp_path: Path) -> None:
    file = tmp_path / 'share' / 'std_msgs' / 'cmake' / 'export.cmake'
    file.parent.mkdir(parents=True)
    file.write_text(
        'INCLUDE "${_IMPORT_PREFIX}/include;/opt/python/cp312-cp312/include/python3.12;'
        '/opt/python/cp312-cp312/lib/python3.12/site-packages/numpy/_core/include"\n'
    )
    ours = {'python_include': Path('/py/include'), 'numpy_include': Path('/np/include')}
    assert wheels.mend_cmake_paths(tmp_path, **ours) == 1
    assert file.read_text() == 'INCLUDE "${_IMPORT_PREFIX}/include;/py/include;/np/include"\n'
    assert wheels.mend_cmake_paths(tmp_path, **ours) == 0


def test_activating_makes_the_venv_a_ros_installation(tmp_path: Path) -> None:
    (tmp_path / 'bin').mkdir()
    activate = tmp_path / 'bin' / 'activate'
    activate.write_text(f'VIRTUAL_ENV={tmp_path}\n')
    wheels.make_prefix_sourceable(tmp_path)
    wheels.make_prefix_sourceable(tmp_path)
    script = f'. {activate}; . {tmp_path}/local_setup.sh; echo "$PATH $AMENT_PREFIX_PATH"'
    answer = subprocess.run(
        ['sh', '-euc', script], capture_output=True, text=True, check=True, env={'PATH': '/bin'}
    )
    assert answer.stdout == f'{tmp_path}/bin:/bin {tmp_path}\n'


def test_a_stamp_counts_for_what_it_was_made_for_only(tmp_path: Path) -> None:
    (tmp_path / 'a').write_text('1')
    before = checkout.fingerprint('x', files=[tmp_path / 'a'])
    checkout.write_stamp(tmp_path / 'stamp', before)
    assert checkout.is_stamped(tmp_path / 'stamp', before)
    (tmp_path / 'a').write_text('2')
    after = checkout.fingerprint('x', files=[tmp_path / 'a'])
    assert not checkout.is_stamped(tmp_path / 'stamp', after)
    assert not checkout.is_stamped(tmp_path / 'nothing', before)


PLENTY = 10**10
EXPLAINED = [
    ('OSError: [Errno 28] No space left on device', PLENTY, 'the disk is full'),
    ('ERROR: something vague', 1000, 'the disk is full'),
    ('Failed to establish a new connection: [Errno 111]', PLENTY, 'no network'),
    ('ERROR: No matching distribution (from versions: none)', PLENTY, 'no network'),
    ('a.cpp:1: error: x was not declared\nmake: done', PLENTY, 'x was not declared'),
    ('', PLENTY, 'it printed nothing'),
]


@pytest.mark.parametrize(('output', 'free_bytes', 'expected'), EXPLAINED)
def test_a_failure_is_explained(output: str, free_bytes: int, expected: str) -> None:
    sentence = errors.explain('installing', output=output, free_bytes=free_bytes, log='setup.log')
    assert expected in sentence
    assert 'while installing' in sentence
    assert '\n' not in sentence


def test_a_failing_command_raises_and_leaves_its_output_in_the_log(tmp_path: Path) -> None:
    progress = Progress(tmp_path / 'log')
    progress.run(['sh', '-c', 'echo fine'], doing='a', environ=os.environ, cwd=tmp_path)
    breaks = ['sh', '-c', 'echo "error: broken" >&2; exit 3']
    with pytest.raises(SetupError, match=r'failed while trying \(error: broken\)'):
        progress.run(breaks, doing='trying', environ=os.environ, cwd=tmp_path)
    assert (tmp_path / 'log').read_text() == 'fine\nerror: broken\n'


def test_the_environment_puts_ours_first_and_keeps_the_rest() -> None:
    checkout = Checkout(Path('/repo'))
    outer = {'PATH': '/bin', 'PYTHONPATH': '/theirs:/repo', 'FASTDDS_DEFAULT_PROFILES_FILE': '/my'}
    ours = environment(checkout, BARE, outer)
    assert ours['PATH'] == '/repo/.venv/bin:/bin'
    site = '/repo/.wpt/install/wpt_msgs/lib/python3.12/site-packages'
    assert ours['PYTHONPATH'] == f'/repo:{site}:/theirs'
    assert ours['AMENT_PREFIX_PATH'] == '/repo/.wpt/install/wpt_msgs:/repo/.venv'
    assert ours['FASTRTPS_DEFAULT_PROFILES_FILE'] == '/repo/config/fastdds.xml'
    assert ours['FASTDDS_DEFAULT_PROFILES_FILE'] == '/my'
    assert environment(checkout, BARE, {**outer, **ours}) == ours


def test_the_environment_of_a_sourced_ros_has_no_second_ros() -> None:
    outer = {'PATH': '/bin', 'AMENT_PREFIX_PATH': '/opt/ros/jazzy'}
    ours = environment(Checkout(Path('/repo')), SOURCED, outer)
    assert ours['AMENT_PREFIX_PATH'] == '/repo/.wpt/install/wpt_msgs:/opt/ros/jazzy'


def test_the_shell_reads_back_what_was_written(tmp_path: Path) -> None:
    awkward = {'A': 'it\'s $HOME and `x` "y"', 'B': 'two\nlines'}
    script = shell_exports(awkward) + 'printf "%s|%s" "$A" "$B"'
    answer = subprocess.run(['sh', '-c', script], capture_output=True, text=True, cwd=tmp_path)
    assert answer.stdout == '|'.join(awkward.values())
