# SPDX-License-Identifier: Apache-2.0
"""The doctor names what is missing and what to do, and survives what is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wpt_ros.verbs import doctor


def ask(python: list[str], root: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `wpt doctor` of the tree under a Python of our choice."""
    code = f'import sys; sys.path.insert(0, {str(root)!r}); from wpt_ros.cli import main; '
    return subprocess.run(
        [*python, '-c', f'{code}sys.exit(main(["doctor"]))'],
        capture_output=True,
        text=True,
        env={'PATH': '/usr/bin:/bin', **variables},
    )


@pytest.fixture(scope='module')
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has no package at all, as a console script may meet it."""
    folder = tmp_path_factory.mktemp('bare') / 'venv'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder], check=True)
    return str(folder / 'bin' / 'python')


def test_missing_packages_are_named_with_the_remedy(bare_python: str, root: Path) -> None:
    answer = ask([bare_python], root)
    assert answer.returncode == 1
    assert answer.stderr == ''
    for what in ('ROS 2', 'RMW', 'messages', 'numpy', 'OpenCV', 'torch'):
        line, remedy = following(answer.stdout, f'missing  {what}')
        assert 'No module named' in line
        assert 'run ./wpt setup' in remedy


def following(text: str, start: str) -> tuple[str, str]:
    lines = text.splitlines()
    (index,) = [number for number, line in enumerate(lines) if line.startswith(start)]
    return lines[index], lines[index + 1]


def test_a_package_that_crashes_on_import_is_a_finding(
    bare_python: str, root: Path, tmp_path: Path
) -> None:
    (tmp_path / 'cv2.py').write_text('import os; os.abort()\n')
    (tmp_path / 'numpy.py').write_text('raise RuntimeError("built for another numpy")\n')
    (tmp_path / 'torch.py').write_text('import os; os._exit(3)\n')
    answer = ask([bare_python], root, PYTHONPATH=str(tmp_path))
    assert answer.returncode == 1
    assert 'missing  numpy      RuntimeError: built for another numpy' in answer.stdout
    assert 'missing  OpenCV     exit code -6' in answer.stdout
    assert 'missing  torch      exit code 3' in answer.stdout


def test_an_import_without_end_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, 'IMPORT_LIMIT_S', 0.2)
    monkeypatch.setattr(doctor, 'PROBES', {'RMW': 'import time; time.sleep(60)'})
    (finding,) = [finding for finding in doctor.examine() if finding.what == 'RMW']
    assert finding.found == 'no answer in 0.2 s'
    assert finding.remedy


def test_before_set_up_it_says_what_set_up_would_do(
    bare_python: str, root: Path, tmp_path: Path
) -> None:
    for name in ('wpt', 'msg', 'setup.py', 'constraints.txt'):
        (tmp_path / name).symlink_to(root / name)
    shutil.copytree(root / 'wpt_ros', tmp_path / 'wpt_ros')
    answer = ask([bare_python], tmp_path)
    found, remedy = following(answer.stdout, 'missing  set-up')
    assert 'not done' in found
    assert 'run ./wpt setup; it will make .venv' in remedy
    assert not (tmp_path / '.venv').exists()


def test_a_profile_of_the_users_own_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv('FASTDDS_DEFAULT_PROFILES_FILE', raising=False)
    monkeypatch.setenv('FASTRTPS_DEFAULT_PROFILES_FILE', str(tmp_path / 'mine.xml'))
    assert doctor._dds_profile('rmw_fastrtps_cpp').remedy
    (tmp_path / 'mine.xml').touch()
    assert not doctor._dds_profile('rmw_fastrtps_cpp').remedy
    monkeypatch.delenv('FASTRTPS_DEFAULT_PROFILES_FILE')
    assert 'lose most large images' in doctor._dds_profile('rmw_fastrtps_cpp').found
    assert not doctor._dds_profile('rmw_cyclonedds_cpp').remedy


@pytest.mark.parametrize('told', ['abc', '300', '-1'])
def test_a_domain_that_ros_cannot_use_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv('ROS_DOMAIN_ID', told)
    assert 'from 0 to 232' in doctor._domain().remedy
    monkeypatch.setenv('ROS_DOMAIN_ID', '232')
    assert not doctor._domain().remedy
    monkeypatch.delenv('ROS_DOMAIN_ID')
    assert not doctor._domain().remedy
