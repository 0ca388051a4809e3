# SPDX-License-Identifier: Apache-2.0
"""Path of the student that ships with the package."""

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from wpt_core.types import InputError

__all__ = ['shipped_student']

_FOLDER = Path('models', 'student')


def shipped_student() -> Path:
    """Return its folder in the checkout or the installed package; raise InputError without one."""
    in_checkout = Path(__file__).resolve().parents[1] / _FOLDER
    if in_checkout.is_dir():
        return in_checkout
    try:
        return Path(get_package_share_directory('wpt_ros')) / _FOLDER
    except PackageNotFoundError as error:
        raise InputError(
            f'no student at {in_checkout}, and the package wpt_ros is not sourced; source its '
            'install folder or set the parameter model'
        ) from error
