# SPDX-License-Identifier: Apache-2.0
"""metadata.yaml of a bag: strict reading, and completion after writing."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

import yaml

from wpt_core.bags.damage import reason
from wpt_core.files import check_yaml, write_atomic
from wpt_core.types import BagError

__all__ = ['METADATA', 'Metadata', 'name_distribution', 'read_metadata']

METADATA = 'metadata.yaml'
ROOT = 'rosbag2_bagfile_information'
LONGEST_BYTES = 2**22
NEWEST_VERSION = 9
# Both build plain values only; the C versions are ten times faster where available.
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
DUMPER = getattr(yaml, 'CSafeDumper', yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Content of metadata.yaml that is used before any file is opened."""

    files: tuple[str, ...]
    """Names in the folder, in the order of recording."""
    compression: str
    """'' or the compression format of files or messages, in addition to that of the storage."""
    compressed: str
    """What is compressed: '', 'file' or 'message'."""
    distribution: str
    """ROS distribution of the recorder, '' if unknown."""
    message_count: int


def read_metadata(folder: Path) -> Metadata:
    """Read the metadata of a bag; raise BagError if it is invalid."""
    path = folder / METADATA
    try:
        if path.stat().st_size > LONGEST_BYTES:
            raise BagError(f'{path} has more than {LONGEST_BYTES} bytes, which is not accepted')
        text = path.read_text(encoding='utf-8')
        check_yaml(text, LOADER)
        content = yaml.load(text, LOADER)
        return _metadata(content[ROOT])
    except (yaml.YAMLError, LookupError, TypeError, ValueError) as error:
        raise BagError(
            f'{path} is no valid metadata of rosbag2 ({_reason(error)}); '
            'rebuild it with ros2 bag reindex, or name the storage file itself'
        ) from error


def name_distribution(folder: Path, distribution: str) -> None:
    """Write the ROS distribution of the message definitions into the metadata of a new bag."""
    path = folder / METADATA
    content = yaml.load(path.read_text(encoding='utf-8'), LOADER)
    content[ROOT]['ros_distro'] = distribution
    write_atomic(path, yaml.dump(content, Dumper=DUMPER, sort_keys=False))


def _metadata(root: dict[str, Any]) -> Metadata:
    version = int(root['version'])
    if version > NEWEST_VERSION:
        raise ValueError(f'version {version} is newer than {NEWEST_VERSION}')
    names = root['relative_file_paths']
    if not _texts(names):
        raise ValueError('relative_file_paths is not a list of names')
    mode = str(root.get('compression_mode') or '').lower()
    return Metadata(
        # Old versions prepend the folder, and a path must not point outside of it.
        tuple(PurePosixPath(name).name for name in names),
        str(root.get('compression_format') or ''),
        '' if mode == 'none' else mode,
        str(root.get('ros_distro') or ''),
        int(root['message_count']),
    )


def _texts(names: object) -> TypeGuard[list[str]]:
    return isinstance(names, list) and all(isinstance(name, str) and name for name in names)


def _reason(error: Exception) -> str:
    return f'it has no {error.args[0]}' if isinstance(error, KeyError) else reason(error)
