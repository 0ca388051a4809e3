# SPDX-License-Identifier: Apache-2.0
"""A drawing of the road from above, ego heading up."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import Box, corners, inverse, transform_points
from wpt_core.types import Pose2
from wpt_sim.road import Marking, Pattern, Road
from wpt_sim.scene import Actor, Kind, Scene, Size

__all__ = ['BirdEye']

_GROUND = (214, 222, 203)
_ASPHALT = (98, 101, 106)
_WHITE = (240, 240, 236)
_YELLOW = (232, 188, 62)
_EGO = (24, 118, 210)
_TRAIL = (120, 190, 255)
_OUTLINE = (32, 34, 38)
_BODIES = {
    Kind.CAR: (212, 96, 72),
    Kind.VAN: (201, 124, 62),
    Kind.TRUCK: (160, 84, 130),
    Kind.PEDESTRIAN: (248, 206, 70),
    Kind.BARRIER: (226, 120, 40),
    Kind.CONE: (240, 140, 30),
}
_SHIFT = 4
"""Bits of sub-pixel position that OpenCV's drawing functions take."""


@dataclass(frozen=True, slots=True)
class BirdEye:
    """Size and scale of a square drawing."""

    side_px: int = 384
    span_m: float = 72.0
    ego_from_bottom: float = 0.3
    """Share of the side."""

    def draw(
        self,
        scene: Scene,
        road: Road,
        *,
        ego_size: Size,
        ego_centre_m: float,
        trail_m: NDArray[np.float64] | None = None,
    ) -> NDArray[np.uint8]:
        """Return the scene as (side, side, 3) RGB; `ego_centre_m` is ahead of `base_link`.

        `trail_m` is the path driven so far, (N, 2) in the world frame.
        """
        image = np.full((self.side_px, self.side_px, 3), _GROUND, dtype=np.uint8)
        ego = scene.ego.pose
        self._draw_road(image, road, ego)
        if trail_m is not None and len(trail_m) > 1:
            self._line(image, self._pixels(trail_m, ego), _TRAIL, thickness=2)
        for actor in scene.actors:
            self._draw_actor(image, actor, ego)
        box = Box(Pose2(ego_centre_m, 0.0, 0.0), ego_size.length_m, ego_size.width_m)
        self._fill(image, self._to_pixels(corners(box)), _EGO)
        return image

    def _draw_road(self, image: NDArray[np.uint8], road: Road, ego: Pose2) -> None:
        s_m, _ = road.reference.to_frenet(np.array([ego.x_m, ego.y_m]))
        first = max(0.0, float(s_m) - self.span_m)
        last = min(road.length_m, float(s_m) + self.span_m)
        if last <= first:
            return
        stations = np.arange(first, last + 1.0, 1.0)
        section = road.section
        left = self._offset_line(road, stations, section.left_edge_m, ego)
        right = self._offset_line(road, stations, section.right_edge_m, ego)
        _fill_any(image, np.concatenate([left, right[::-1]]), _ASPHALT)
        for marking in section.markings:
            self._draw_marking(image, road, marking, first_m=first, last_m=last, ego=ego)

    def _draw_marking(
        self,
        image: NDArray[np.uint8],
        road: Road,
        marking: Marking,
        *,
        first_m: float,
        last_m: float,
        ego: Pose2,
    ) -> None:
        if marking.pattern is Pattern.NONE:
            return
        paint = _YELLOW if marking.yellow else _WHITE
        colour = tuple(
            int(p + (a - p) * marking.wear) for p, a in zip(paint, _ASPHALT, strict=True)
        )
        if marking.pattern is Pattern.SOLID:
            pieces = [(first_m, last_m)]
        else:
            period = marking.dash_m + marking.gap_m
            starts = np.arange(np.floor(first_m / period) * period, last_m, period)
            pieces = [(float(start), float(start + marking.dash_m)) for start in starts]
        for start, end in pieces:
            stations = np.linspace(start, end, max(2, int(end - start) + 1))
            line = self._offset_line(road, stations, marking.offset_m, ego)
            self._line(image, line, colour, thickness=1)

    def _draw_actor(self, image: NDArray[np.uint8], actor: Actor, ego: Pose2) -> None:
        grown = max(0.0, 1.2 - actor.size.width_m)  # a pedestrian to scale would be three pixels
        box = Box(actor.pose, actor.size.length_m + grown, actor.size.width_m + grown)
        self._fill(image, self._pixels(corners(box), ego), _BODIES[actor.kind])
        ahead = np.array([actor.pose.x_m, actor.pose.y_m]) + np.array(
            [[0.0, 0.0], actor.velocity_mps]
        )
        self._line(image, self._pixels(ahead, ego), _OUTLINE, thickness=1)

    def _offset_line(
        self, road: Road, stations: NDArray[np.float64], offset_m: float, ego: Pose2
    ) -> NDArray[np.float64]:
        points = road.reference.from_frenet(stations, np.full(stations.shape, offset_m))
        return self._pixels(points, ego)

    def _pixels(self, points_in_world: NDArray[np.float64], ego: Pose2) -> NDArray[np.float64]:
        return self._to_pixels(transform_points(inverse(ego), points_in_world))

    def _to_pixels(self, points_in_base: NDArray[np.float64]) -> NDArray[np.float64]:
        scale = self.side_px / self.span_m
        columns = self.side_px / 2 - points_in_base[..., 1] * scale
        rows = self.side_px * (1.0 - self.ego_from_bottom) - points_in_base[..., 0] * scale
        return np.stack([columns, rows], axis=-1)

    def _fill(
        self, image: NDArray[np.uint8], pixels: NDArray[np.float64], colour: tuple[int, int, int]
    ) -> None:
        _fill_any(image, pixels, colour)
        self._line(image, np.concatenate([pixels, pixels[:1]]), _OUTLINE, thickness=1)

    def _line(
        self,
        image: NDArray[np.uint8],
        pixels: NDArray[np.float64],
        colour: tuple[int, ...],
        *,
        thickness: int,
    ) -> None:
        cv2.polylines(image, [_fixed_point(pixels)], False, colour, thickness, cv2.LINE_AA, _SHIFT)


def _fill_any(
    image: NDArray[np.uint8], pixels: NDArray[np.float64], colour: tuple[int, int, int]
) -> None:
    cv2.fillPoly(image, [_fixed_point(pixels)], colour, cv2.LINE_AA, _SHIFT)


def _fixed_point(pixels: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(pixels * (1 << _SHIFT)).astype(np.int32)
