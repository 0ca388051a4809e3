# SPDX-License-Identifier: Apache-2.0
"""From a recording with somebody else's topic names to canonical episodes, one a sound part."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from training.episodes.foreign.calibration import calibrate
from training.episodes.foreign.cuts import Limits
from training.episodes.foreign.explain import explain_source
from training.episodes.foreign.mapping import Mapping, load_mapping
from training.episodes.foreign.odometry import refuse_foreign_twist
from training.episodes.foreign.recording import Recording, scan
from training.episodes.foreign.report import ConversionReport, Cut, Segment
from training.episodes.foreign.segments import Part, parts_of
from training.episodes.foreign.sets import choose
from training.episodes.foreign.writing import PartWriter
from training.episodes.rollout import Rollout, Targets
from wpt_core.bags import Bag, definitions_from
from wpt_core.sensing import LEAST_SHARE, ViewWarper
from wpt_core.types import BagError, InputError, Rig

__all__ = ['convert_bag']

_MESSAGES = Path(__file__).resolve().parents[3] / 'msg'


def _silent(sets: int) -> None:
    """Nobody wants to know."""


def convert_bag(
    bag_path: Path,
    mapping_path: Path,
    out: Path,
    *,
    views: Rig,
    label: Callable[[Rollout], Targets],
    overwrite: bool = False,
    progress: Callable[[int], object] = _silent,
) -> ConversionReport:
    """Write `<bag>_000`, `<bag>_001`, ... and `<bag>.conversion.json` into the folder `out`.

    `label` is a teacher's with bag knowledge. Episodes that are there are kept unless `overwrite`.
    `progress` gets the number of sets done since. InputError or BagError, in one sentence, where
    nothing can be made of the recording.
    """
    mapping = load_mapping(mapping_path)
    if reason := explain_source(bag_path):
        raise InputError(reason)
    with Bag.open(bag_path, definitions=definitions_from(_MESSAGES, 'wpt_msgs')) as bag:
        calibration = calibrate(bag, mapping)
        recording = scan(bag, mapping, rig=calibration.rig)
        parts, cuts = _parts(bag_path, recording, mapping)
        if recording.twist:
            refuse_foreign_twist(str(bag_path), [part.driven for part in parts])
        warper = ViewWarper(calibration.rig, views)
        notes = _blind_views(mapping_path, warper, views)
        writer = PartWriter(bag, mapping, recording, calibration.rig.names, views, warper, label)
        segments: list[Segment] = []
        damaged: Counter[str] = Counter()
        for number, part in enumerate(parts):
            target = out / f'{bag_path.stem}_{number:03d}'
            segments.append(_segment(writer, target, part, damaged, overwrite=overwrite))
            progress(segments[-1].sets)
        report = ConversionReport(
            recording=bag_path.stem,
            duration_s=bag.info.duration_s,
            segments=tuple(segments),
            cuts=tuple(cuts),
            cameras=calibration.rig.names,
            left_out=calibration.left_out,
            notes=(
                *(notice.text for notice in bag.info.notices),
                *(f'{n} damaged pictures of {name} left out' for name, n in damaged.items()),
                *notes,
                *_left_over(out, bag_path.stem, len(parts)),
            ),
        )
    report.write(out)
    return report


def _segment(
    writer: PartWriter, target: Path, part: Part, damaged: Counter[str], *, overwrite: bool
) -> Segment:
    """One episode, written unless it is there; `damaged` is added to."""
    sets = choose(part)
    kept = not overwrite and _is_whole(target)
    if not kept:
        damaged.update(writer.write(target, part, sets))
    return Segment(target.name, part.recorded_s, part.stop_s - part.start_s, len(sets), kept)


def _is_whole(path: Path) -> bool:
    """An episode that was written to its end; they appear all at once or not at all."""
    if not path.exists():
        return False
    try:
        with Bag.open(path) as bag:
            counts = {topic.name: topic.count for topic in bag.info.topics}
            return counts.get('/odometry', 0) > 0 and not bag.info.damaged
    except BagError:
        return False


def _blind_views(mapping_path: Path, warper: ViewWarper, views: Rig) -> list[str]:
    """A note of the views that no camera sees enough of; InputError if that is all of them."""
    shares = dict(zip(views.names, warper.coverage.tolist(), strict=True))
    blind = [f'{name} ({share:.0%})' for name, share in shares.items() if share < LEAST_SHARE]
    if len(blind) == len(shares):
        raise InputError(
            f'{mapping_path}: the cameras see too little of every view of the student '
            f'({", ".join(blind)} where {LEAST_SHARE:.0%} are needed); check their places, '
            'rotations and lenses'
        )
    return [f'views left dark, too little seen of them: {", ".join(blind)}'] if blind else []


def _parts(path: Path, recording: Recording, mapping: Mapping) -> tuple[list[Part], list[Cut]]:
    """InputError if there is none."""
    place = mapping.base_from_odometry
    parts, cuts = parts_of(recording, base_from_odometry=place, limits=Limits())
    if not parts:
        heard = '; '.join(f'at {cut.at_s:.2f} s: {cut.reason}' for cut in cuts[:3])
        raise InputError(
            f'{path}: no {Limits().shortest_s:g} s in which the first camera and the odometry '
            f'are without a fault ({heard or "they do not overlap in time"}'
            f'{f"; and {len(cuts) - 3} more" if len(cuts) > 3 else ""}); if their clocks differ, '
            'set clock: recorded in the mapping'
        )
    return parts, cuts


def _left_over(out: Path, name: str, count: int) -> list[str]:
    """Of an earlier conversion that made more episodes."""
    pattern = re.compile(re.escape(name) + r'_(\d{3,})')
    found = [(path, pattern.fullmatch(path.name)) for path in sorted(out.iterdir())]
    return [
        f'{path} is left from another conversion; delete it'
        for path, match in found
        if match and int(match.group(1)) >= count
    ]
