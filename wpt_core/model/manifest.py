# SPDX-License-Identifier: Apache-2.0
"""Manifest of an artifact: hash, config, views, origin and scores."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TypeAlias, cast

from wpt_core.model.config import StudentConfig
from wpt_core.model.config_json import config_document, config_from
from wpt_core.model.strict_json import Section, read_json, write_json
from wpt_core.model.views_json import views_document, views_from
from wpt_core.types import HORIZON_S, POINT_COUNT, InputError, Rig

__all__ = ['MANIFEST', 'Manifest', 'Origin', 'Scores', 'created_by', 'read_manifest']

MANIFEST = 'manifest.json'
FORMAT = 1
_FIELDS = (
    'format',
    'created_by',
    'weights_sha256',
    'config',
    'views',
    'horizon',
    'training',
    'scores',
)
_SCORES_DEPTH = 3

_Value: TypeAlias = str | int | float
_Group: TypeAlias = Mapping[str, _Value | Mapping[str, _Value]]
Scores: TypeAlias = Mapping[str, _Value | _Group]
"""Names to numbers or words, in at most two levels of groups."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Command and commit that produced a student."""

    training_command: str
    commit: str
    """Commit of the training code."""


@dataclass(frozen=True, eq=False, slots=True)
class Manifest:
    """Content of manifest.json; the scales of the plan's offsets are among the weights."""

    weights_sha256: str
    config: StudentConfig
    views: Rig
    origin: Origin
    scores: Scores
    created_by: str
    """Package and version that wrote the artifact."""

    def write(self, path: Path) -> None:
        """Write as JSON; raise InputError unless the scores are numbers or words."""
        document = {
            'format': FORMAT,
            'created_by': self.created_by,
            'weights_sha256': self.weights_sha256,
            'config': config_document(self.config),
            'views': views_document(self.views),
            'horizon': {'points': POINT_COUNT, 'seconds': HORIZON_S},
            'training': {'command': self.origin.training_command, 'commit': self.origin.commit},
            'scores': self.scores,
        }
        _scores(Section(str(path), document, _FIELDS))
        write_json(path, document)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an artifact; raise InputError if it is invalid."""
    path = folder / MANIFEST
    document = read_json(path)
    _check_format(path, document)
    top = Section(str(path), document, _FIELDS)
    top.integer('format', FORMAT, FORMAT)
    _check_horizon(top)
    config = config_from(top, 'config')
    training = top.section('training', ('command', 'commit'))
    return Manifest(
        weights_sha256=_sha256(top),
        config=config,
        views=views_from(top, 'views', config),
        origin=Origin(training.text('command'), training.text('commit')),
        scores=_scores(top),
        created_by=top.text('created_by'),
    )


def created_by() -> str:
    """Return the name and version of this package, or that it runs from a checkout."""
    try:
        return f'wpt_ros {metadata.version("wpt_ros")}'
    except metadata.PackageNotFoundError:
        return 'wpt_ros, from a checkout'


def _check_format(path: Path, document: object) -> None:
    """Check the format first: another format may have other fields."""
    found = document.get('format') if isinstance(document, dict) else None
    if isinstance(found, int) and found != FORMAT:
        raise InputError(
            f'{path}: written in format {found}, this version reads format {FORMAT}; '
            'use the artifact of this version.'
        )


def _sha256(top: Section) -> str:
    digits = top.text('weights_sha256')
    if not re.fullmatch('[0-9a-f]{64}', digits):
        raise top.error('weights_sha256 must be 64 hexadecimal digits')
    return digits


def _check_horizon(top: Section) -> None:
    horizon = top.section('horizon', ('points', 'seconds'))
    points = horizon.integer('points', 1, 10_000)
    seconds = horizon.number('seconds', 0.0, 1e4)
    if (points, seconds) != (POINT_COUNT, HORIZON_S):
        raise horizon.error(
            f'expected plans of {POINT_COUNT} points over {HORIZON_S:g} s, '
            f'got {points} over {seconds:g} s'
        )


def _scores(top: Section) -> Scores:
    scores = top.value('scores')
    if not isinstance(scores, Mapping) or not _are_scores(scores, _SCORES_DEPTH):
        raise top.error('scores must be finite numbers or words, in at most two levels of groups')
    return cast(Scores, scores)


def _are_scores(value: object, depth: int) -> bool:
    if isinstance(value, Mapping):
        return depth > 0 and all(
            isinstance(name, str) and _are_scores(below, depth - 1)
            for name, below in value.items()
        )
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return isinstance(value, str) or abs(value) < float('inf')
