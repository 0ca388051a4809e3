# SPDX-License-Identifier: Apache-2.0
"""A plain `colcon build` and `colcon test` of a clean copy, and the scripts they install.

The complaint that kills learned ROS packages: a console script runs with the Python that built
it, and does not find torch. Ours run with the Python that is active when they are started.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.setup
SITE_PACKAGES = Path(pytest.__file__).parents[1]
PATHS = ('PATH', 'PYTHONPATH', 'LD_LIBRARY_PATH', 'AMENT_PREFIX_PATH', 'CMAKE_PREFIX_PATH')


def plain_environment(root: Path) -> dict[str, str]:
    """Ours without what ./wpt adds for its own verbs: the checkout and its built messages."""
    plain = dict(os.environ)
    for name in PATHS:
        parts = plain.get(name, '').split(os.pathsep)
        kept = [
            part for part in parts if part != str(root) and not part.startswith(f'{root}/.wpt')
        ]
        plain[name] = os.pathsep.join(kept)
    return plain


@pytest.fixture(scope='module')
def workspace(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git knows, as a clean clone would have it."""
    folder = tmp_path_factory.mktemp('workspace')
    known = subprocess.run(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
        cwd=root,
        capture_output=True,
        text=True,
    )
    if known.returncode != 0:
        pytest.skip('not a git checkout')
    for name in known.stdout.split('\0'):
        if name and (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, folder / name)
    return folder


def colcon(workspace: Path, root: Path, *words: str, **more: str) -> str:
    """Run colcon in the workspace; it must succeed."""
    answer = subprocess.run(
        [sys.executable, '-m', 'colcon', *words],
        cwd=workspace,
        capture_output=True,
        text=True,
        env={**plain_environment(root), **more},
    )
    assert answer.returncode == 0, answer.stdout[-5000:] + answer.stderr[-5000:]
    return answer.stdout


@pytest.fixture(scope='module')
def built(workspace: Path, root: Path) -> Path:
    colcon(workspace, root, 'build')
    return workspace


@pytest.fixture(scope='module')
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Python in which nothing is installed."""
    folder = tmp_path_factory.mktemp('other') / 'venv'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder], check=True)
    return folder / 'bin'


def run_script(install: Path, root: Path, python: Path, *words: str) -> str:
    """What the installed `wpt` says with that Python active and the workspace sourced."""
    environ = plain_environment(root)
    script = f'. {install}/setup.bash; PATH={python}:$PATH; {install}/wpt_ros/lib/wpt_ros/wpt "$@"'
    answer = subprocess.run(
        ['bash', '-c', script, 'bash', *words], capture_output=True, text=True, env=environ
    )
    return answer.stdout + answer.stderr


def assert_follows_the_active_python(install: Path, root: Path, other_python: Path) -> None:
    script = install / 'wpt_ros' / 'lib' / 'wpt_ros' / 'wpt'
    assert script.read_text().splitlines()[0] == '#!/usr/bin/env python3'
    ours = Path(sys.executable).parent
    said = run_script(install, root, ours, 'doctor')
    assert f'at {ours}/python3' in said
    assert 'ok       torch' in said
    said = run_script(install, root, other_python, 'doctor')
    assert f'at {other_python}/python3' in said
    assert "missing  torch      ModuleNotFoundError: No module named 'torch'" in said
    assert 'run ./wpt setup, or activate the environment that has it' in said
    said = run_script(install, root, other_python, 'bag', 'info', 'nowhere')
    assert re.match(rf'wpt: \w+ cannot be imported by {other_python}/python3', said)
    assert said.count('\n') == 1


def test_both_packages_are_found_and_built(built: Path) -> None:
    install = built / 'install'
    assert (install / 'wpt_msgs' / 'share' / 'wpt_msgs' / 'msg' / 'Plan.msg').is_file()
    share = install / 'wpt_ros' / 'share'
    assert (share / 'ament_index' / 'resource_index' / 'packages' / 'wpt_ros').is_file()
    assert (share / 'wpt_ros' / 'config' / 'fastdds.xml').is_file()


def test_data_files_of_the_core_are_installed(built: Path, root: Path) -> None:
    (site,) = (built / 'install' / 'wpt_ros' / 'lib').glob('python3.*/site-packages')
    needed = [f for f in (root / 'wpt_core').rglob('*') if f.suffix in {'.py', '.yaml', '.json'}]
    assert needed
    assert [f for f in needed if not (site / f.relative_to(root)).is_file()] == []


def test_scripts_run_with_the_active_python(built: Path, root: Path, other_python: Path) -> None:
    assert_follows_the_active_python(built / 'install', root, other_python)


def beside_the_messages(workspace: Path, name: str) -> Path:
    """Another install folder for wpt_ros alone, which finds the messages that are built.

    Outside the workspace, where the rules of the house do not look.
    """
    folder = workspace.parent / name
    folder.mkdir()
    (folder / 'wpt_msgs').symlink_to(workspace / 'install' / 'wpt_msgs')
    return folder


def test_so_they_do_after_a_symlink_install(built: Path, root: Path, other_python: Path) -> None:
    install = beside_the_messages(built, 'install_links')
    bases = ('--build-base', f'{install}_build', '--install-base', str(install))
    colcon(built, root, 'build', '--symlink-install', '--packages-select', 'wpt_ros', *bases)
    assert_follows_the_active_python(install, root, other_python)


def test_so_they_do_when_colcon_ran_with_another_python(
    built: Path, root: Path, other_python: Path
) -> None:
    install = beside_the_messages(built, 'install_other')
    words = ['build', '--packages-select', 'wpt_ros', '--build-base', f'{install}_build']
    answer = subprocess.run(
        [other_python / 'python3', '-m', 'colcon', *words, '--install-base', install],
        cwd=built,
        capture_output=True,
        text=True,
        env={**plain_environment(root), 'PYTHONPATH': str(SITE_PACKAGES)},
    )
    assert answer.returncode == 0, answer.stderr
    assert_follows_the_active_python(install, root, other_python)


def test_sourcing_the_workspace_is_enough_to_use_the_messages(built: Path, root: Path) -> None:
    script = (
        '. install/setup.bash; python3 -c "import rclpy, wpt_msgs.msg as m; print(m.__file__)"'
    )
    environ = plain_environment(root)
    answer = subprocess.run(
        ['bash', '-c', script], cwd=built, capture_output=True, text=True, env=environ
    )
    assert str(built / 'install' / 'wpt_msgs') in answer.stdout, answer.stderr


# One without ROS and one with it are enough to see that colcon finds pytest, both packages and
# what they need. The same sources were tested in full before.
SELECTED = ('test/core/types', 'test/ros/test_markers.py')


@pytest.mark.slow
def test_colcon_test_runs_the_tests_of_both_packages_and_passes(built: Path, root: Path) -> None:
    colcon(built, root, 'test', '--return-code-on-test-failure', '--pytest-args', *SELECTED)
    report = (built / 'build' / 'wpt_ros' / 'pytest.xml').read_text()
    for part in SELECTED:
        assert part.removesuffix('.py').replace('/', '.') in report
    result = colcon(built, root, 'test-result', '--all')
    counts = {line.split(': ')[0]: line for line in result.splitlines() if ' tests, ' in line}
    theirs = [line for name, line in counts.items() if 'wpt_msgs' in name]
    assert theirs
    assert ' 0 errors, 0 failures' in counts['Summary']
