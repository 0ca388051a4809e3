# SPDX-License-Identifier: Apache-2.0
"""`wpt_msgs/DriveProgress` from a ride; apart from the others, as it imports `wpt_sim`."""

from builtin_interfaces.msg import Time
from wpt_msgs.msg import DriveProgress

from wpt_sim.lockstep import CommandedDrive

__all__ = ['progress_message']


def progress_message(ride: CommandedDrive, stamp: Time) -> DriveProgress:
    """Return the progress of the drive at this step."""
    world, place = ride.world, ride.world.road_position
    lane = world.road.section.lanes[world.lane]
    aim_m = lane.offset_m + world.lane_position.at(place.s_m).offset_m
    message = DriveProgress(
        scenario=world.scenario.key,
        seed=world.seed,
        time_s=world.time_s,
        distance_m=ride.distance_m,
        position_error_m=place.offset_m - aim_m,
        wheel_out=place.left_wheel_m > lane.offset_m + lane.width_m / 2
        or place.right_wheel_m < lane.offset_m - lane.width_m / 2,
        steered=ride.steered,
        done=ride.done,
        passed=ride.passed,
        verdict=ride.verdict if ride.done else '',
    )
    message.header.stamp = stamp
    return message
