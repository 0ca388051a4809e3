# SPDX-License-Identifier: Apache-2.0
"""The metadata.yaml that makes a folder a bag: read with suspicion, completed when written."""

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
# Both build plain values only; those in C, where PyYAML has them, are ten times faster.
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
DUMPER = getattr(yaml, 'CSafeDumper', yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a folder says about its files before any of them is opened."""

    files: tuple[str, ...]
    """Names in the folder, in the order of recording."""
    compression: str
    """'', or the format with which files or messages are compressed on top of the storage."""
    compressed: str
    """What is: '', 'file' or 'message'."""
    distribution: str
    """'' where the recorder did not say."""
    message_count: int


def read_metadata(folder: Path) -> Metadata:
    """BagError with one sentence if the file is not what rosbag2 writes."""
    path = folder / METADATA
    try:
        if path.stat().st_size > LONGEST_BYTES:
            raise BagError(f'{path} is longer than {LONGEST_BYTES} bytes and is refused')
        text = path.read_text(encoding='utf-8')
        check_yaml(text, LOADER)
        content = yaml.load(text, LOADER)
        return _metadata(content[ROOT])
    except (yaml.YAMLError, LookupError, TypeError, ValueError) as error:
        raise BagError(
            f'{path} is not what rosbag2 writes ({_reason(error)}); '
            'rebuild it with ros2 bag reindex, or name the storage file itself'
        ) from error


def name_distribution(folder: Path, distribution: str) -> None:
    """Say in the metadata of a bag just written whose message definitions it holds."""
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
        # Old versions put the folder in front, and nobody may point outside of it.
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
