# SPDX-License-Identifier: Apache-2.0
"""Convert a recording to episodes, one for each part without faults."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from training.episodes.foreign.calibration import calibrate
from training.episodes.foreign.conversion_report import ConversionReport, Cut, Segment
from training.episodes.foreign.cuts import Limits
from training.episodes.foreign.explain import explain_source
from training.episodes.foreign.image_sets import choose
from training.episodes.foreign.mapping import Mapping, load_mapping
from training.episodes.foreign.odometry import refuse_foreign_twist
from training.episodes.foreign.scan import Recording, scan
from training.episodes.foreign.segments import Part, parts_of
from training.episodes.foreign.writing import PartWriter
from training.episodes.rollout import Rollout, Targets
from wpt_core.bags import Bag, definitions_from
from wpt_core.sensing import LEAST_SHARE, ViewWarper
from wpt_core.types import BagError, InputError, Rig

__all__ = ['convert_bag']

_MESSAGES = Path(__file__).resolve().parents[3] / 'msg'


def convert_bag(
    bag_path: Path,
    mapping_path: Path,
    out: Path,
    *,
    views: Rig,
    label: Callable[[Rollout], Targets],
    overwrite: bool = False,
    progress: Callable[[int], object] = lambda _sets: None,
) -> ConversionReport:
    """Write `<bag>_000`, `<bag>_001`, ... and `<bag>.conversion.json` into the folder `out`.

    `label` is the method of a teacher with bag knowledge. Existing episodes are kept unless
    `overwrite`. `progress` is called with the number of new sets. Raise InputError or BagError if
    no episode can be made.
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
                *(f'{n} damaged images of {name} left out' for name, n in damaged.items()),
                *notes,
                *_left_over(out, bag_path.stem, len(parts)),
            ),
        )
    report.write(out)
    return report


def _segment(
    writer: PartWriter, target: Path, part: Part, damaged: Counter[str], *, overwrite: bool
) -> Segment:
    """Write one episode unless it exists; add to the counts `damaged`."""
    sets = choose(part)
    kept = not overwrite and _is_whole(target)
    if not kept:
        damaged.update(writer.write(target, part, sets))
    return Segment(target.name, part.recorded_s, part.stop_s - part.start_s, len(sets), kept)


def _is_whole(path: Path) -> bool:
    """Return whether there is a complete episode."""
    if not path.exists():
        return False
    try:
        with Bag.open(path) as bag:
            counts = {topic.name: topic.count for topic in bag.info.topics}
            return counts.get('/odometry', 0) > 0 and not bag.info.damaged
    except BagError:
        return False


def _blind_views(mapping_path: Path, warper: ViewWarper, views: Rig) -> list[str]:
    """Return a note on views that the cameras cover too little of; InputError if all are."""
    shares = dict(zip(views.names, warper.coverage.tolist(), strict=True))
    blind = [f'{name} ({share:.0%})' for name, share in shares.items() if share < LEAST_SHARE]
    if len(blind) == len(shares):
        raise InputError(
            f'{mapping_path}: the cameras cover too little of every view of the student '
            f'({", ".join(blind)} where {LEAST_SHARE:.0%} are needed); check their places, '
            'rotations and lenses'
        )
    return [f'dead views, too little covered by the cameras: {", ".join(blind)}'] if blind else []


def _parts(path: Path, recording: Recording, mapping: Mapping) -> tuple[list[Part], list[Cut]]:
    """Return parts and cuts; raise InputError if there is no part."""
    place = mapping.base_from_odometry
    parts, cuts = parts_of(recording, base_from_odometry=place, limits=Limits())
    if not parts:
        reasons = '; '.join(f'at {cut.at_s:.2f} s: {cut.reason}' for cut in cuts[:3])
        raise InputError(
            f'{path}: no {Limits().shortest_s:g} s in which the first camera and the odometry '
            f'are without a fault ({reasons or "they do not overlap in time"}'
            f'{f"; and {len(cuts) - 3} more" if len(cuts) > 3 else ""}); if their clocks differ, '
            'set clock: recorded in the mapping'
        )
    return parts, cuts


def _left_over(out: Path, name: str, count: int) -> list[str]:
    """Return notes on episodes of an earlier conversion with more parts."""
    pattern = re.compile(re.escape(name) + r'_(\d{3,})')
    found = [(path, pattern.fullmatch(path.name)) for path in sorted(out.iterdir())]
    return [
        f'{path} is left from another conversion; delete it'
        for path, match in found
        if match and int(match.group(1)) >= count
    ]
