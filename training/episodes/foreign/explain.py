# SPDX-License-Identifier: Apache-2.0
"""Explains what a source lacks for conversion."""

from pathlib import Path

from training.episodes.foreign.images import IMAGE_TYPES
from training.episodes.foreign.odometry import ODOMETRY_TYPES
from wpt_core.bags import Bag
from wpt_core.types import BagError

__all__ = ['explain_source']

_IMAGES = frozenset({'.jpg', '.jpeg', '.png', '.bmp', '.ppm', '.tif', '.tiff'})
_VIDEOS = frozenset({'.mp4', '.avi', '.mkv', '.mov', '.hevc', '.h264'})
_NEEDED = (
    'needed is a rosbag with stamped images (sensor_msgs/Image or CompressedImage), the '
    "car's odometry (nav_msgs/Odometry or poses) on the same clock, and each camera's "
    'calibration and place on the car'
)
_MOST_TOPICS = 12


def explain_source(path: Path) -> str | None:
    """Return a sentence on what is missing and what is needed; None if nothing is missing."""
    if not path.exists():
        return f'{path} does not exist; name the folder of a bag, or one .mcap, .db3 or .bag file.'
    try:
        with Bag.open(path) as bag:
            return _missing_topics(path, [(t.name, t.type_name, t.count) for t in bag.info.topics])
    except BagError as error:
        return _not_a_bag(path) or f'{str(error).rstrip(".")}; {_NEEDED}.'


def _missing_topics(path: Path, topics: list[tuple[str, str, int]]) -> str | None:
    kinds = {kind for _, kind, count in topics if count}
    missing = [
        f'no {what} ({" or ".join(types)})'
        for what, types in (('images', IMAGE_TYPES), ('odometry', ODOMETRY_TYPES))
        if not kinds & set(types)
    ]
    if not missing:
        return None
    listed = [f'{name} ({kind}, {count})' for name, kind, count in topics[:_MOST_TOPICS]]
    if len(topics) > _MOST_TOPICS:
        listed.append(f'and {len(topics) - _MOST_TOPICS} more')
    return (
        f'{path} has {" and ".join(missing)}; its topics are '
        f'{", ".join(listed) or "none"}; {_NEEDED}.'
    )


def _not_a_bag(path: Path) -> str | None:
    """Describe folders of images or videos, which lack time stamps and motion."""
    files = [file for file in path.rglob('*') if file.is_file()] if path.is_dir() else [path]
    for what, suffixes in (('images', _IMAGES), ('videos', _VIDEOS)):
        count = sum(file.suffix.lower() in suffixes for file in files)
        if not count:
            continue
        aside = {file.suffix for file in files} & {'.txt', '.csv', '.json'}
        beside = f' and some text ({", ".join(sorted(aside))})' if aside else ''
        return (
            f'{path} holds {count} {what}{beside} but is no rosbag: it has no time stamps that '
            'images and motion share, no odometry (steering angles alone do not say where the '
            f'car went), and no calibration or camera poses; {_NEEDED}.'
        )
    return None
