# SPDX-License-Identifier: Apache-2.0
"""Privileged topics of an episode, which only a simulator can record.

    /truth/VIEW/depth/compressedDepth     sensor_msgs/CompressedImage   z in the camera, 16-bit mm
    /truth/VIEW/instances/compressed      sensor_msgs/CompressedImage   body of each pixel, 16-bit
    /truth/occupancy                      nav_msgs/OccupancyGrid        around `base_link`
    /truth/map                            visualization_msgs/MarkerArray   lanes and markings, once

Images are PNGs as the transport plugins `compressed_depth` and `compressed` write them; depth in
16UC1 millimetres after REP-118, where 0 means unknown: the sky, and beyond 65.5 m.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.episodes.episode import EpisodeWriter
from wpt_core.bags import Bag, TopicQos
from wpt_core.types import BagError, InputError

__all__ = [
    'TRUTH',
    'Polyline',
    'TruthWriter',
    'depth_topic',
    'instance_topic',
    'read_depths_m',
    'read_instances',
    'read_map',
    'read_occupancy',
]

TRUTH = ('depth', 'instances', 'occupancy', 'map')
"""Kinds of truth."""
OCCUPANCY_TOPIC, MAP_TOPIC = '/truth/occupancy', '/truth/map'
WORLD = 'odom'
"""Frame of the map and of the odometry."""
_LATCHED = TopicQos('reliable', 'transient_local', depth=1)
_CONFIG_HEADER = bytes(12)
"""Of compressed_depth_image_transport: format and two quantisation parameters, unused in 16UC1."""
_MOST_MM = 65535
_PNG_FAST = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True, eq=False, slots=True)
class Polyline:
    """A line of the map, in the frame of the odometry."""

    kind: str
    """`lane` (its centre, along its traffic), `solid` or `dashed`."""
    width_m: float
    """Of the lane or of the paint."""
    points_m: NDArray[np.float64]
    """(P, 2)."""


def depth_topic(view: str) -> str:
    return f'/truth/{view}/depth/compressedDepth'


def instance_topic(view: str) -> str:
    return f'/truth/{view}/instances/compressed'


class TruthWriter:
    """Writes privileged topics to an episode; a topic is added with its first message."""

    def __init__(self, episode: EpisodeWriter) -> None:
        self._episode = episode

    def depth(self, stamp_s: float, view: str, depth_m: NDArray[np.float32]) -> None:
        """Write z (H, W) in the camera frame; not finite where unknown."""
        millimetres = np.rint(np.nan_to_num(depth_m, nan=0.0, posinf=0.0, neginf=0.0) * 1000.0)
        millimetres[(millimetres < 0.0) | (millimetres > _MOST_MM)] = 0.0
        image = _CONFIG_HEADER + _png(millimetres.astype(np.uint16))
        self._image(stamp_s, depth_topic(view), view, ('16UC1; compressedDepth png', image))

    def instances(self, stamp_s: float, view: str, instances: NDArray[np.int32]) -> None:
        """Write the body number (H, W) of each pixel, 0 for none."""
        if instances.min() < 0 or instances.max() > _MOST_MM:
            raise InputError(
                f'instances of {view} must lie from 0 to {_MOST_MM}, got {instances.min()} to '
                f'{instances.max()}; number the bodies of an episode from 1.'
            )
        image = _png(instances.astype(np.uint16))
        self._image(stamp_s, instance_topic(view), view, ('16UC1; png compressed ', image))

    def occupancy(self, stamp_s: float, occupied: NDArray[np.bool_], cell_m: float) -> None:
        """Write cells (C, C) around `base_link`; first index along x, second along y."""
        make, cells = self._episode.message_type, len(occupied)
        header = self._episode.header(stamp_s, 'base_link')
        corner = -0.5 * cells * cell_m
        origin = make('geometry_msgs/msg/Pose')(
            make('geometry_msgs/msg/Point')(corner, corner, 0.0),
            make('geometry_msgs/msg/Quaternion')(0.0, 0.0, 0.0, 1.0),
        )
        info = make('nav_msgs/msg/MapMetaData')(header.stamp, cell_m, cells, cells, origin)
        # The message counts along x first.
        data = np.ascontiguousarray(occupied.T, np.int8).ravel() * np.int8(100)
        grid = make('nav_msgs/msg/OccupancyGrid')(header, info, data)
        self._episode.write(OCCUPANCY_TOPIC, stamp_s, grid)

    def map(self, stamp_s: float, lines: Sequence[Polyline]) -> None:
        """Write lanes and markings, once per episode."""
        markers = [self._marker(stamp_s, number, line) for number, line in enumerate(lines)]
        array = self._episode.message_type('visualization_msgs/msg/MarkerArray')(markers)
        self._episode.write(MAP_TOPIC, stamp_s, array, qos=_LATCHED)

    def _image(self, stamp_s: float, topic: str, view: str, image: tuple[str, bytes]) -> None:
        make = self._episode.message_type('sensor_msgs/msg/CompressedImage')
        data = np.frombuffer(image[1], np.uint8)
        self._episode.write(
            topic, stamp_s, make(self._episode.header(stamp_s, view), image[0], data)
        )

    def _marker(self, stamp_s: float, number: int, line: Polyline) -> Any:
        make = self._episode.message_type
        point, duration = make('geometry_msgs/msg/Point'), make('builtin_interfaces/msg/Duration')
        marker = make('visualization_msgs/msg/Marker')
        vector, colour = make('geometry_msgs/msg/Vector3'), make('std_msgs/msg/ColorRGBA')
        image = make('sensor_msgs/msg/CompressedImage')
        header = self._episode.header(stamp_s, WORLD)
        return marker(
            header=header,
            ns=line.kind,
            id=number,
            type=marker.LINE_STRIP,
            action=marker.ADD,
            pose=make('geometry_msgs/msg/Pose')(
                point(0.0, 0.0, 0.0), make('geometry_msgs/msg/Quaternion')(0.0, 0.0, 0.0, 1.0)
            ),
            scale=vector(line.width_m, 0.0, 0.0),
            color=colour(0.8, 0.8, 0.8, 0.3 if line.kind == 'lane' else 1.0),
            lifetime=duration(0, 0),
            frame_locked=False,
            points=[point(x, y, 0.0) for x, y in line.points_m.tolist()],
            colors=[],
            texture_resource='',
            texture=image(header, '', np.zeros(0, np.uint8)),
            uv_coordinates=[],
            text='',
            mesh_resource='',
            mesh_file=make('visualization_msgs/msg/MeshFile')('', np.zeros(0, np.uint8)),
            mesh_use_embedded_materials=False,
        )


def read_depths_m(episode: Path, view: str) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield stamps [ns] and depths (H, W), NaN where unknown."""
    for stamp_ns, message in _messages(episode, depth_topic(view)):
        millimetres = _decoded(message.data[len(_CONFIG_HEADER) :], episode)
        yield stamp_ns, np.where(millimetres, millimetres * np.float32(1e-3), np.float32(np.nan))


def read_instances(episode: Path, view: str) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Yield stamps [ns] and instances (H, W), 0 for none."""
    for stamp_ns, message in _messages(episode, instance_topic(view)):
        yield stamp_ns, _decoded(message.data, episode)


def read_occupancy(episode: Path) -> Iterator[tuple[int, NDArray[np.bool_], float]]:
    """Yield stamps [ns], occupied cells (C, C), and the side of a cell [m]."""
    for stamp_ns, grid in _messages(episode, OCCUPANCY_TOPIC):
        cells = grid.data.reshape(grid.info.height, grid.info.width).T
        yield stamp_ns, cells > 0, grid.info.resolution


def read_map(episode: Path) -> tuple[Polyline, ...]:
    """Return lanes and markings."""
    _, array = next(_messages(episode, MAP_TOPIC))
    return tuple(
        Polyline(m.ns, m.scale.x, np.array([(point.x, point.y) for point in m.points]))
        for m in array.markers
    )


def _messages(episode: Path, topic: str) -> Iterator[tuple[int, Any]]:
    with Bag.open(episode) as bag:
        if not any(one.name == topic and one.count for one in bag.info.topics):
            raise InputError(
                f'{episode} has no {topic}; record it in the proving ground with ./wpt prepare '
                f'--truth {" ".join(TRUTH)}'
            )
        for _, stamp_ns, message in bag.messages([topic]):
            yield stamp_ns, message


def _png(image: NDArray[np.uint16]) -> bytes:
    _, content = cv2.imencode('.png', image, _PNG_FAST)
    return content.tobytes()


def _decoded(data: NDArray[np.uint8], episode: Path) -> NDArray[np.uint16]:
    image = cv2.imdecode(np.ascontiguousarray(data), cv2.IMREAD_UNCHANGED) if len(data) else None
    if image is None or image.dtype != np.uint16 or image.ndim != 2:
        raise BagError(f'{episode}: an image of /truth is no 16-bit PNG; record the episode anew')
    return np.asarray(image, np.uint16)
