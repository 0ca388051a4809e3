# SPDX-License-Identifier: Apache-2.0
"""Position of the ego in the coordinates of the road."""

import math
from dataclasses import dataclass

from wpt_core.geometry import wrap_angle
from wpt_core.types import EgoState
from wpt_core.vehicle import VehicleParameters, footprint_centre
from wpt_sim.road import Road
from wpt_sim.scene import Kind
from wpt_sim.traffic import Body

__all__ = ['EGO', 'RoadPosition', 'ego_body', 'locate_ego']

EGO = 0
"""Instance of the ego; those of actors start at 1."""
_HALF_TYRE_M = 0.11


@dataclass(frozen=True, slots=True)
class RoadPosition:
    """`base_link` in the coordinates of the reference line, and the offsets of the wheels."""

    s_m: float
    offset_m: float
    heading_error_rad: float
    left_wheel_m: float
    """Offset of the outer edge of the leftmost wheel."""
    right_wheel_m: float


def locate_ego(
    road: Road, ego: EgoState, parameters: VehicleParameters, *, near_s_m: float
) -> RoadPosition:
    """Return the position of the ego; the search starts at `near_s_m`."""
    line, pose = road.reference, ego.pose
    s_m, rear_m = line.point_to_frenet(pose.x_m, pose.y_m, near_s_m=near_s_m)
    base_m = parameters.wheelbase_m
    front_x_m = pose.x_m + base_m * math.cos(pose.yaw_rad)
    front_y_m = pose.y_m + base_m * math.sin(pose.yaw_rad)
    _, front_m = line.point_to_frenet(front_x_m, front_y_m, near_s_m=s_m + base_m)
    error = wrap_angle(pose.yaw_rad - line.pose_at(s_m).yaw_rad)
    # Across the line; its bend between the axles changes this by less than 1 mm.
    half_m = (parameters.track_m / 2 + _HALF_TYRE_M) * math.cos(error)
    return RoadPosition(
        s_m, rear_m, error, max(rear_m, front_m) + half_m, min(rear_m, front_m) - half_m
    )


def ego_body(
    road: Road, ego: EgoState, parameters: VehicleParameters, *, position: RoadPosition
) -> Body:
    """Return the ego as a body in road coordinates, for the traffic model."""
    centre = footprint_centre(parameters, ego.pose)
    s_m, offset_m = road.reference.point_to_frenet(
        centre.x_m, centre.y_m, near_s_m=position.s_m + parameters.centre_offset_m
    )
    cos, sin = math.cos(position.heading_error_rad), math.sin(position.heading_error_rad)
    length_m, width_m = parameters.length_m / 2, parameters.width_m / 2
    return Body(
        EGO,
        Kind.CAR,
        s_m,
        offset_m,
        ego.speed_mps * cos,
        ego.speed_mps * sin,
        length_m * abs(cos) + width_m * abs(sin),
        width_m * abs(cos) + length_m * abs(sin),
        ego.acceleration_mps2 * cos,
    )
