# SPDX-License-Identifier: Apache-2.0
"""Makes a `.venv` with ROS wheels usable as a ROS 2 installation to build against."""

import re
from pathlib import Path

__all__ = ['make_prefix_sourceable', 'mend_cmake_paths']

# The folders of the machine that built the wheels.
BUILDERS_NUMPY = re.compile(r'/opt/python/[^;"]*?/site-packages/numpy/[^;"]*?include')
BUILDERS_PYTHON = re.compile(r'/opt/python/[^;"]*?/include/python3\.\d+')

LOCAL_SETUP = """\
# Written by ./wpt setup: this environment is a ROS 2 installation to build and run against.
export VIRTUAL_ENV='{venv}'
case ":$PATH:" in *":$VIRTUAL_ENV/bin:"*) ;; *) export PATH="$VIRTUAL_ENV/bin:$PATH" ;; esac
case ":${{AMENT_PREFIX_PATH:-}}:" in
    *":$VIRTUAL_ENV:"*) ;;
    *) export AMENT_PREFIX_PATH="${{AMENT_PREFIX_PATH:+$AMENT_PREFIX_PATH:}}$VIRTUAL_ENV" ;;
esac
case ":${{CMAKE_PREFIX_PATH:-}}:" in
    *":$VIRTUAL_ENV:"*) ;;
    *) export CMAKE_PREFIX_PATH="${{CMAKE_PREFIX_PATH:+$CMAKE_PREFIX_PATH:}}$VIRTUAL_ENV" ;;
esac
"""

ACTIVATE_MARK = '# ROS 2 from wheels'


def mend_cmake_paths(venv: Path, *, python_include: Path, numpy_include: Path) -> int:
    """Replace the builders' include folders by ours; return the number of files changed."""
    changed = 0
    for file in sorted(venv.glob('share/*/cmake/*.cmake')):
        before = file.read_text()
        after = BUILDERS_NUMPY.sub(lambda _: str(numpy_include), before)
        after = BUILDERS_PYTHON.sub(lambda _: str(python_include), after)
        if after != before:
            file.write_text(after)
            changed += 1
    return changed


def make_prefix_sourceable(venv: Path) -> None:
    """Give `.venv` what ROS expects of an installation: local_setup files.

    With them a plain `colcon build` records this prefix, so that sourcing its install/setup.bash
    brings the environment along; and `source .venv/bin/activate` alone is enough to build.
    """
    for shell in ('sh', 'bash', 'zsh'):
        (venv / f'local_setup.{shell}').write_text(LOCAL_SETUP.format(venv=venv))
    activate = venv / 'bin' / 'activate'
    text = activate.read_text()
    if ACTIVATE_MARK not in text:
        activate.write_text(f'{text}\n{ACTIVATE_MARK}\n. "$VIRTUAL_ENV/local_setup.sh"\n')
