# SPDX-License-Identifier: Apache-2.0
"""All of wpt_core and wpt_sim imports on a machine that has no ROS."""

import shutil
import subprocess
import sys
from pathlib import Path

IMPORT_ALL = """
import importlib, pkgutil, sys

ABSENT = {
    'rclpy', 'launch', 'launch_ros', 'ament_index_python', 'rosidl_runtime_py', 'cv_bridge',
    'tf2_ros', 'tf_transformations', 'message_filters', 'builtin_interfaces', 'wpt_msgs',
}

class NoRos:
    def find_spec(self, name, path=None, target=None):
        package = name.partition('.')[0]
        if package in ABSENT or package.endswith(('_msgs', '_interfaces')):
            raise ModuleNotFoundError(f'{package} is not here', name=package)

sys.meta_path.insert(0, NoRos())
import wpt_core, wpt_sim
names = [
    module.name
    for package in (wpt_core, wpt_sim)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.')
]
for name in names:
    importlib.import_module(name)
print(*names)
"""


def import_all(root: Path) -> subprocess.CompletedProcess[str]:
    """Import every module of the core below root in a fresh Python where ROS is hidden."""
    code = f'import sys; sys.path.insert(0, {str(root)!r})\n{IMPORT_ALL}'
    return subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, cwd=root)


def test_every_module_imports_without_ros(root: Path) -> None:
    answer = import_all(root)
    assert answer.returncode == 0, answer.stderr
    modules = answer.stdout.split()
    files = [file for file in (root / 'wpt_core').rglob('*.py') if file.parent.name != 'wpt_core']
    assert len(modules) >= len(files)
    assert 'wpt_core.types.plan' in modules


def test_a_core_that_needs_ros_is_noticed(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / 'wpt_core' / 'types', tmp_path / 'wpt_core' / 'types')
    (tmp_path / 'wpt_sim').mkdir()
    for package in ('wpt_core', 'wpt_sim'):
        (tmp_path / package / '__init__.py').touch()
    assert import_all(tmp_path).returncode == 0
    (tmp_path / 'wpt_core' / 'types' / 'wire.py').write_text('from sensor_msgs.msg import Image\n')
    answer = import_all(tmp_path)
    assert answer.returncode != 0
    assert 'sensor_msgs is not here' in answer.stderr
