# SPDX-License-Identifier: Apache-2.0
"""Buffer of serialised camera images, decoded only when the planner uses them."""

import math
from collections.abc import Sequence

from builtin_interfaces.msg import Time

from wpt_core.sensing import MOST_AGE_S, CameraSetDue, FrozenCameraCheck, SetAssembler
from wpt_core.types import CameraFrame, EgoState, InputError, Rig
from wpt_ros.conversions.images import RawCompressedImage, RawImage, frame_of
from wpt_ros.conversions.stamps import seconds

__all__ = ['ImageBuffer']

Raw = RawImage | RawCompressedImage


class ImageBuffer:
    """The newest valid image of each camera, and when a camera set is due.

    Images with an invalid header do not count as arrived: a camera that sends garbage is treated
    as silent, and neither masks other cameras nor advances the time.
    """

    def __init__(self, cameras: Sequence[str], *, compressed: bool, wait_s: float) -> None:
        self._kind = RawCompressedImage if compressed else RawImage
        self._cameras = tuple(cameras)
        self._sizes_px: dict[str, tuple[int, int]] = {}
        self.assembler = SetAssembler(cameras, wait_s=wait_s)
        self.reset()

    def reset(self) -> None:
        """Drop all images."""
        self.assembler.reset()
        self._repeats = FrozenCameraCheck()
        self._newest: dict[str, Raw] = {}
        self._waiting: dict[str, Raw] = {}
        self._seen_s: dict[str, float] = {}

    def expect(self, rig: Rig) -> None:
        """Accept images of these cameras in their sizes; drop others that wait."""
        lenses = {camera.name: camera.intrinsics for camera in rig.cameras}
        self._sizes_px = {name: (one.width_px, one.height_px) for name, one in lenses.items()}
        for name, raw in list(self._waiting.items()):
            if raw.picture.size_px() != self._sizes_px.get(name):
                del self._waiting[name]

    def opened(self, content: bytes) -> Raw:
        """Parse a serialised message; raise InputError if it is invalid."""
        return self._kind.of(content)

    def take(
        self, camera: str, raw: Raw, *, heard_s: float, now_s: float, ego: EgoState | None
    ) -> None:
        """Keep the image if it is the newest of its camera; raise InputError if it is unusable.

        An image that repeats while the car drives, by its odometry, is unusable as well.
        """
        size_px, expected_px = raw.picture.size_px(), self._sizes_px.get(camera)
        if expected_px is None:
            raise InputError('its lens or place is not known yet; see camera_info and TF')
        if size_px != expected_px:
            raise InputError(
                f'it has {size_px[0]} x {size_px[1]} pixels where its calibration says '
                f'{expected_px[0]} x {expected_px[1]}; correct the camera or the calibration'
            )
        stamp_s = seconds(raw.stamp)
        if ego is not None and self._is_stuck(camera, stamp_s, raw, ego):
            raise InputError(
                'the image repeats while the car drives; check the camera and its driver'
            )
        if self.assembler.image_arrived(camera, stamp_s, received_s=heard_s, now_s=now_s):
            self._newest[camera] = self._waiting[camera] = raw

    def _is_stuck(self, camera: str, stamp_s: float, raw: Raw, ego: EgoState) -> bool:
        place_m = ego.pose.x_m, ego.pose.y_m
        return self._repeats.is_frozen(
            camera, stamp_s, raw.data, position_m=place_m, speed_mps=ego.speed_mps
        )

    def stamp(self, due: CameraSetDue) -> Time:
        """Return the stamp of the anchor's image, to the nanosecond."""
        stamp = self._newest[due.anchor].stamp
        return Time(sec=stamp.sec, nanosec=stamp.nanosec)

    def frames(self, due: CameraSetDue) -> tuple[list[CameraFrame], list[str]]:
        """Return the decoded images since the last set, and an error message for each damaged one.

        An image slightly newer than the anchor's gets the stamp of the anchor.
        """
        waiting, self._waiting = self._waiting, {}
        frames, damaged = [], []
        for camera, raw in waiting.items():
            try:
                frame = frame_of(camera, raw)
            except InputError as error:
                damaged.append(str(error))
                continue
            if frame.stamp_s > due.stamp_s + MOST_AGE_S:
                continue  # From before time jumped back.
            self._seen_s[camera] = frame.stamp_s
            frames.append(CameraFrame(camera, min(frame.stamp_s, due.stamp_s), frame.image))
        return frames, damaged

    def ages_s(self, stamp_s: float) -> list[float]:
        """Return the age of each camera's image for a plan of this stamp; infinite: masked."""
        apart_s = [abs(stamp_s - self._seen_s.get(name, -math.inf)) for name in self._cameras]
        return [age_s if age_s <= MOST_AGE_S else math.inf for age_s in apart_s]
