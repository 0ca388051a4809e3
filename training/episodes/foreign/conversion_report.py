# SPDX-License-Identifier: Apache-2.0
"""Report of a conversion: episodes, cuts with reasons, cameras."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from wpt_core.files import write_atomic
from wpt_core.types import InputError

__all__ = ['REPORT_SUFFIX', 'ConversionReport', 'Cut', 'Segment', 'load_cuts']

REPORT_SUFFIX = '.conversion.json'
_MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Cut:
    """A fault that no episode spans."""

    at_s: float
    """Since the first message of the recording."""
    reason: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One episode."""

    name: str
    start_s: float
    """Time of its first images, since the first message of the recording."""
    length_s: float
    sets: int
    kept: bool = False
    """Whether it was kept from an earlier conversion."""


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """Written beside the episodes as `<recording>.conversion.json`."""

    recording: str
    duration_s: float
    segments: tuple[Segment, ...]
    cuts: tuple[Cut, ...]
    cameras: tuple[str, ...]
    """Cameras in use, the anchor first."""
    left_out: dict[str, str]
    """Reason by camera."""
    notes: tuple[str, ...]
    """Further remarks for the user."""

    @property
    def converted_s(self) -> float:
        return sum(segment.length_s for segment in self.segments)

    def lines(self) -> list[str]:
        """Return the report as text."""
        share = self.converted_s / self.duration_s if self.duration_s else 0.0
        text = [
            f'{self.recording}: {len(self.segments)} episodes with {self.converted_s:.1f} of '
            f'{self.duration_s:.1f} s ({share:.0%}), cameras {", ".join(self.cameras)}'
        ]
        text += [f'  left out: camera {name}: {why}' for name, why in self.left_out.items()]
        text += [f'  cut at {cut.at_s:.2f} s: {cut.reason}' for cut in self.cuts[:_MOST_LINES]]
        if len(self.cuts) > _MOST_LINES:
            text.append(f'  … and {len(self.cuts) - _MOST_LINES} more cuts')
        return text + [f'  note: {note}' for note in self.notes]

    def write(self, folder: Path) -> Path:
        """Write JSON beside the episodes."""
        path = folder / f'{self.recording}{REPORT_SUFFIX}'
        write_atomic(path, json.dumps(asdict(self), indent=2) + '\n')
        return path


def load_cuts(path: Path) -> tuple[Cut, ...]:
    """Load the cuts of a report; InputError if it is malformed."""
    try:
        cuts = json.loads(path.read_text(encoding='utf-8'))['cuts']
        return tuple(Cut(float(cut['at_s']), str(cut['reason'])) for cut in cuts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f'{path} is no report of a conversion ({error!r:.80}); convert the recording anew'
        ) from error
