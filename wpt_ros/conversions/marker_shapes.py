# SPDX-License-Identifier: Apache-2.0
"""Single markers in `base_link`: strips, triangles, boxes, text, and deletion."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from builtin_interfaces.msg import Duration, Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker

__all__ = ['Brush', 'Colour']

Colour: TypeAlias = tuple[float, float, float, float]
"""Red, green, blue, opacity, each 0 to 1."""
Array: TypeAlias = NDArray[np.float64]

_OPAQUE: Colour = (1.0, 1.0, 1.0, 1.0)
"""RViz multiplies the opacity of each corner by that of the marker."""
_UNIT = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Brush:
    """Creates markers with one stamp and one lifetime."""

    stamp: Time
    lifetime_s: float

    def strip(
        self,
        name: str,
        number: int,
        points_m: Array,
        *,
        up_m: float,
        width_m: float,
        colour: Colour,
    ) -> Marker:
        """Return a line through (N, 2), N at least 2."""
        marker = self._marker(Marker.LINE_STRIP, name, number, colour, (width_m, 1.0, 1.0))
        marker.points = _points(points_m, up_m)
        return marker

    def triangles(
        self, name: str, corners_m: Array, faces: NDArray[np.intp], colours: Array, *, up_m: float
    ) -> Marker:
        """Return triangles (T, 3) of corner indices; corners (N, 2) with colours (N, 4)."""
        marker = self._marker(Marker.TRIANGLE_LIST, name, 0, _OPAQUE, _UNIT)
        points, paints = _points(corners_m, up_m), [_paint(*one) for one in colours.tolist()]
        # Neighbours share a corner; a message may hold the same object many times.
        marker.points = [points[index] for index in faces.flat]
        marker.colors = [paints[index] for index in faces.flat]
        return marker

    def box(
        self,
        name: str,
        *,
        middle_m: tuple[float, float, float],
        size_m: tuple[float, float, float],
        colour: Colour,
    ) -> Marker:
        """Return a box along the axes."""
        marker = self._marker(Marker.CUBE, name, 0, colour, size_m)
        marker.pose.position = _point(middle_m)
        return marker

    def text(
        self,
        name: str,
        words: str,
        *,
        middle_m: tuple[float, float, float],
        letter_m: float,
        colour: Colour,
    ) -> Marker:
        """Return a text that faces the camera of RViz."""
        size_m = (1.0, 1.0, letter_m)
        marker = self._marker(Marker.TEXT_VIEW_FACING, name, 0, colour, size_m)
        marker.pose.position = _point(middle_m)
        marker.text = words
        return marker

    def delete_all(self) -> Marker:
        """Return the deletion of all earlier markers."""
        return Marker(action=Marker.DELETEALL, header=self._header)

    @property
    def _header(self) -> Header:
        return Header(stamp=self.stamp, frame_id='base_link')

    def _marker(
        self,
        kind: int,
        name: str,
        number: int,
        colour: Colour,
        size_m: tuple[float, float, float],
    ) -> Marker:
        whole_s = int(self.lifetime_s)
        return Marker(
            header=self._header,
            ns=name,
            id=number,
            type=kind,
            action=Marker.ADD,
            pose=Pose(position=Point(), orientation=Quaternion(w=1.0)),
            scale=Vector3(x=size_m[0], y=size_m[1], z=size_m[2]),
            color=_paint(*colour),
            lifetime=Duration(sec=whole_s, nanosec=round((self.lifetime_s - whole_s) * 1e9)),
        )


def _point(at_m: tuple[float, float, float]) -> Point:
    return Point(x=at_m[0], y=at_m[1], z=at_m[2])


def _points(points_m: Array, up_m: float) -> list[Point]:
    return [Point(x=x, y=y, z=up_m) for x, y in points_m.tolist()]


def _paint(r: float, g: float, b: float, a: float) -> ColorRGBA:
    return ColorRGBA(r=r, g=g, b=b, a=a)
