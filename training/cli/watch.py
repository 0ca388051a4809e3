# SPDX-License-Identifier: Apache-2.0
"""`wpt watch`: draws the plan of a student into every image of a video from one camera.

Views that the camera covers too little of are dead. The student does not control the car of the
video, so this shows its plans on real images, not how it would drive.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import av
import cv2
import numpy as np
import tyro
from numpy.typing import NDArray
from tqdm import tqdm

from wpt_core.drawing import caption, contact_sheet, draw_plan
from wpt_core.files import replacing
from wpt_core.model.artifact import load_artifact
from wpt_core.model.runtime import best_backend
from wpt_core.pipeline import Planner, PlannerOutput
from wpt_core.sensing import ViewWarper, load_rig
from wpt_core.types import Camera, CameraFrame, Command, InputError, Rig
from wpt_sim.films import VideoWriter

__all__ = ['DriveConditions', 'RealVideo', 'Step', 'annotated', 'main', 'over_video', 'real_video']

Image: TypeAlias = NDArray[np.uint8]

_SHEET = 6
_SHEET_WIDTH_PX = 640
_INSET_MARGIN_PX = 12
_LOOK_AHEAD_S = 2.0
_COLUMNS = (
    'time_s',
    'curvature_1pm',
    'acceleration_mps2',
    'hypothesis',
    'probability',
    'left_after_2_s_m',
)


@dataclass(frozen=True)
class DriveConditions:
    """Conditions that a video does not contain."""

    speed_mps: float
    command: Command = Command.KEEP
    delay_s: float = 0.2
    """Steering delay that the student assumes."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.speed_mps <= 80.0 or not 0.0 <= self.delay_s <= 2.0:
            raise InputError(
                'speed_mps must be 0 to 80 and delay_s 0 to 2, '
                f'got {self.speed_mps:g} and {self.delay_s:g}.'
            )


@dataclass(frozen=True)
class RealVideo:
    """Draw the plan of a student into every image of a video from one camera.

    Views that the camera covers too little of are dead. The student does not control the car, so
    this shows its plans on real images, not how it would drive.

    examples:
      wpt watch drive.mp4 --rig config/udacity_front.yaml --speed-mps 30.5
    """

    video: tyro.conf.Positional[Path]
    """Video file."""
    rig: Path
    """Rig file; its first camera is the one of the video."""
    speed_mps: float
    """Speed of the car, constant over the video."""
    model: Path = Path('models/student')
    """Artifact of the student."""
    out: Path = Path('out/real')
    """Folder for overlay.mp4, curvature.csv and sheet.png."""
    command: Command = Command.KEEP
    """Command to the student."""
    delay_s: float = 0.2
    """Steering delay that the student assumes."""
    least_share: float = 0.5
    """Least share of a view that the camera must cover; smaller than in a car."""


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One image of the video with the plan."""

    time_s: float
    image: Image
    views: Image
    """(N, H, W, 3): input of the student."""
    planned: PlannerOutput


def main(words: Sequence[str] | None = None) -> None:
    """The verb `watch`."""
    choice = tyro.cli(RealVideo, args=words, prog='wpt watch')
    rows = real_video(choice)
    curvatures_1pm = np.array([row[1] for row in rows])
    low, middle, high = np.percentile(curvatures_1pm, [5, 50, 95])
    print(f'{choice.out}: {len(rows)} images')
    print(f'curvature [1/m]: median {middle:+.5f}, 90 % within {low:+.5f} and {high:+.5f}')


def real_video(choice: RealVideo) -> list[tuple[float, ...]]:
    """Read the video, write all files; return the rows of the table."""
    drive = DriveConditions(choice.speed_mps, choice.command, choice.delay_s)
    artifact = load_artifact(choice.model)
    camera = load_rig(choice.rig).cameras[0]
    warper = ViewWarper(Rig((camera,)), artifact.views, least_share=choice.least_share)
    # Views are warped here because they are drawn as well; the planner gets them as its cameras.
    planner = Planner.of(artifact, best_backend(artifact.student), artifact.views)
    images, rate_hz = _opened(choice.video)
    steps = over_video(planner, images, warper, camera=camera, views=artifact.views, drive=drive)
    return _written(steps, camera, choice.out, rate_hz=rate_hz)


def over_video(
    planner: Planner,
    images: Iterable[tuple[float, Image]],
    warper: ViewWarper,
    *,
    camera: Camera,
    views: Rig,
    drive: DriveConditions,
) -> Iterator[Step]:
    """Plan on every (time, image) of one camera, with a planner whose rig is the views.

    Raise InputError if the camera covers no view, or does not fit the images.
    """
    for time_s, image in images:
        warped, alive = warper.warp([CameraFrame(camera.name, time_s, image)])
        if not alive.any():
            best = int(np.argmax(warper.coverage))
            raise InputError(
                f'camera {camera.name!r} sees {warper.coverage[best]:.0%} of view '
                f'{views.names[best]!r} and less of others; take a wider video, or correct '
                'the rig, or lower --least-share'
            )
        frames = [
            CameraFrame(name, time_s, view)
            for name, view, valid in zip(views.names, warped, alive, strict=True)
            if valid
        ]
        planned = planner.plan(
            frames,
            stamp_s=time_s,
            speed_mps=drive.speed_mps,
            command=drive.command,
            delay_s=drive.delay_s,
        )
        yield Step(time_s, image, warped, planned)


def annotated(step: Step, camera: Camera) -> Image:
    """Return the image with the plan, the best view in a corner, and a caption with numbers."""
    image = draw_plan(step.image, camera, step.planned.plan)
    view = step.views[int(np.argmax(step.planned.alive))]
    _set_in(image, view)
    time_s, curvature_1pm, acceleration_mps2, hypothesis, probability, left_m = _row(step)
    return caption(
        image,
        f'{time_s:6.2f} s   curvature {curvature_1pm:+.5f} 1/m   '
        f'acceleration {acceleration_mps2:+.2f} m/s2   '
        f'hypothesis {hypothesis:.0f} with p {probability:.2f}   '
        f'{left_m:+.2f} m to the left after {_LOOK_AHEAD_S:.0f} s',
    )


def _set_in(image: Image, view: Image) -> None:
    """Draw a view with a rim at the top left, at most a third of the width."""
    scale = min(1.0, image.shape[1] / 3 / view.shape[1])
    size = round(view.shape[1] * scale), round(view.shape[0] * scale)
    inset = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
    rim = cv2.copyMakeBorder(inset, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    height, width = rim.shape[:2]
    top = left = _INSET_MARGIN_PX
    corner = image[top : top + height, left : left + width]
    corner[:] = rim[: corner.shape[0], : corner.shape[1]]


def _row(step: Step) -> tuple[float, ...]:
    plan, action = step.planned.plan, step.planned.action
    left_m = np.interp(_LOOK_AHEAD_S, plan.times_s, plan.positions_m[plan.best, :, 1])
    return (
        step.time_s,
        action.curvature_1pm,
        action.acceleration_mps2,
        plan.best,
        float(plan.probabilities[plan.best]),
        float(left_m),
    )


def _opened(path: Path) -> tuple[Iterator[tuple[float, Image]], float]:
    """Return (time, image) of a video, and the frame rate."""
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise InputError(f'{path}: cannot be opened as a video ({error.strerror})') from error
    if not container.streams.video:
        raise InputError(f'{path}: expected a video, got a file without images')
    stream = container.streams.video[0]
    rate_hz = float(stream.average_rate or 25.0)
    images = _decoded(container, path, rate_hz=rate_hz)
    bar = tqdm(images, 'planning', stream.frames or None, disable=None, unit=' images')
    return iter(bar), rate_hz


def _decoded(
    container: av.container.InputContainer, path: Path, *, rate_hz: float
) -> Iterator[tuple[float, Image]]:
    with container:
        try:
            for index, frame in enumerate(container.decode(video=0)):
                time_s = index / rate_hz if frame.time is None else float(frame.time)
                yield time_s, np.asarray(frame.to_ndarray(format='rgb24'), np.uint8)
        except av.FFmpegError as error:
            raise InputError(f'{path}: damaged ({error.strerror}); copy it anew') from error


def _written(
    steps: Iterator[Step], camera: Camera, out: Path, *, rate_hz: float
) -> list[tuple[float, ...]]:
    first = next(steps, None)  # an error here leaves no folder
    if first is None:
        raise InputError('the video has no images; check that it is complete')
    out.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[float, ...]] = []
    small: list[Image] = []
    with VideoWriter(out / 'overlay.mp4', rate_hz=round(rate_hz)) as film:
        for step in chain([first], steps):
            image = annotated(step, camera)
            film.add(image)
            rows.append(_row(step))
            small.append(_shrunk(image))
    with (
        replacing(out / 'curvature.csv') as aside,
        aside.open('w', newline='', encoding='utf-8') as file,
    ):
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        table.writerows([f'{value:.6g}' for value in row] for row in rows)
    chosen = np.unique(np.linspace(0, len(small) - 1, _SHEET).round().astype(int))
    sheet = contact_sheet([small[index] for index in chosen], columns=2)
    with replacing(out / 'sheet.png') as aside:
        cv2.imwrite(str(aside), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    return rows


def _shrunk(image: Image) -> Image:
    height = round(image.shape[0] * _SHEET_WIDTH_PX / image.shape[1])
    size = (_SHEET_WIDTH_PX, height)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
