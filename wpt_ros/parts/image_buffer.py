# SPDX-License-Identifier: Apache-2.0
"""What the cameras have sent: kept as it came, decoded only when it is planned on."""

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
    """The newest sound picture of each camera, and when a set of them is due.

    Only what is sound by its header counts as having arrived, so a camera that sends rubbish is
    silent to all that comes after, and neither masks others nor moves the time.
    """

    def __init__(self, cameras: Sequence[str], *, compressed: bool, wait_s: float) -> None:
        self._kind = RawCompressedImage if compressed else RawImage
        self._cameras = tuple(cameras)
        self._sizes_px: dict[str, tuple[int, int]] = {}
        self.assembler = SetAssembler(cameras, wait_s=wait_s)
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.assembler.reset()
        self._repeats = FrozenCameraCheck()
        self._newest: dict[str, Raw] = {}
        self._waiting: dict[str, Raw] = {}
        self._seen_s: dict[str, float] = {}

    def expect(self, rig: Rig) -> None:
        """From now on pictures of these cameras, in their sizes; others are let go."""
        lenses = {camera.name: camera.intrinsics for camera in rig.cameras}
        self._sizes_px = {name: (one.width_px, one.height_px) for name, one in lenses.items()}
        for name, raw in list(self._waiting.items()):
            if raw.picture.size_px() != self._sizes_px.get(name):
                del self._waiting[name]

    def opened(self, content: bytes) -> Raw:
        """The fields of a message; InputError for bytes that are none."""
        return self._kind.of(content)

    def take(
        self, camera: str, raw: Raw, *, heard_s: float, now_s: float, ego: EgoState | None
    ) -> None:
        """Keep it, if it is the camera's newest; InputError for one that cannot be used.

        That is also one that stays the same while the car, by its odometry, drives on.
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
                'it shows the same picture again and again while the car drives on; look at the '
                'camera and its driver'
            )
        if self.assembler.image_arrived(camera, stamp_s, received_s=heard_s, now_s=now_s):
            self._newest[camera] = self._waiting[camera] = raw

    def _is_stuck(self, camera: str, stamp_s: float, raw: Raw, ego: EgoState) -> bool:
        place_m = ego.pose.x_m, ego.pose.y_m
        return self._repeats.is_frozen(
            camera, stamp_s, raw.data, place_m=place_m, speed_mps=ego.speed_mps
        )

    def stamp(self, due: CameraSetDue) -> Time:
        """Of the anchor's picture, to the nanosecond."""
        stamp = self._newest[due.anchor].stamp
        return Time(sec=stamp.sec, nanosec=stamp.nanosec)

    def frames(self, due: CameraSetDue) -> tuple[list[CameraFrame], list[str]]:
        """What came since the last set, decoded; and a sentence for each that turned out damaged.

        A picture that is a little newer than the anchor's counts as taken with it.
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
        """Of what is used for a plan of this stamp, camera by camera; infinite: masked."""
        apart_s = [abs(stamp_s - self._seen_s.get(name, -math.inf)) for name in self._cameras]
        return [age_s if age_s <= MOST_AGE_S else math.inf for age_s in apart_s]
