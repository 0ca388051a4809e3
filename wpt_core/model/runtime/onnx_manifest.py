# SPDX-License-Identifier: Apache-2.0
"""Manifest of a student exported as two ONNX graphs in a folder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wpt_core.model.config import CHANNELS, StudentConfig
from wpt_core.model.config_json import config_document, config_from
from wpt_core.model.strict_json import Section, read_json, write_json
from wpt_core.model.views_json import views_document, views_from
from wpt_core.model.weights import sha256_of
from wpt_core.types import POINT_COUNT, InputError, Rig

__all__ = [
    'DECIDE',
    'EXTRACT',
    'FILES',
    'ONNX_MANIFEST',
    'OnnxManifest',
    'read_graph',
    'read_onnx_manifest',
]

EXTRACT = 'extract.onnx'
DECIDE = 'decide.onnx'
ONNX_MANIFEST = 'onnx.json'
FILES = (EXTRACT, DECIDE, ONNX_MANIFEST)
_FORMAT = 1
_FIELDS = (
    'format',
    'created_by',
    'weights_sha256',
    'extract_sha256',
    'decide_sha256',
    'config',
    'views',
    'plan_scales',
)
_LARGEST_SCALE = 1e6
_MOST_BYTES = 1 << 31
"""Upper limit of a protobuf."""


@dataclass(frozen=True, eq=False, slots=True)
class OnnxManifest:
    """Content of onnx.json, beside the two graphs."""

    config: StudentConfig
    views: Rig
    plan_scales: NDArray[np.float32]
    """(33, 6)."""
    weights_sha256: str
    """Hash of the weights of the exported artifact."""
    created_by: str

    def write(self, folder: Path) -> None:
        """Write it beside the graphs, which must exist: their hashes are included."""
        write_json(
            folder / ONNX_MANIFEST,
            {
                'format': _FORMAT,
                'created_by': self.created_by,
                'weights_sha256': self.weights_sha256,
                'extract_sha256': sha256_of((folder / EXTRACT).read_bytes()),
                'decide_sha256': sha256_of((folder / DECIDE).read_bytes()),
                'config': config_document(self.config),
                'views': views_document(self.views),
                'plan_scales': [[float(scale) for scale in row] for row in self.plan_scales],
            },
        )


def read_onnx_manifest(folder: Path) -> OnnxManifest:
    """Read the manifest; raise InputError if it is invalid."""
    top = _document(folder)
    config = config_from(top, 'config')
    return OnnxManifest(
        config=config,
        views=views_from(top, 'views', config),
        plan_scales=_plan_scales(top),
        weights_sha256=top.text('weights_sha256'),
        created_by=top.text('created_by'),
    )


def read_graph(folder: Path, name: str) -> bytes:
    """Return the content of a graph; raise InputError if it is missing or differs from the
    export."""
    expected = _document(folder).text(f'{Path(name).stem}_sha256')
    path = folder / name
    try:
        data = path.read_bytes() if path.stat().st_size < _MOST_BYTES else b''
    except OSError as error:
        raise InputError(f'{path}: cannot be read ({error.strerror}); export again.') from error
    if sha256_of(data) != expected:
        raise InputError(
            f'{path}: not the file that {ONNX_MANIFEST} was written for; export again.'
        )
    return data


def _document(folder: Path) -> Section:
    path = folder / ONNX_MANIFEST
    top = Section(str(path), read_json(path), _FIELDS)
    top.integer('format', _FORMAT, _FORMAT)
    return top


def _plan_scales(top: Section) -> NDArray[np.float32]:
    rows = top.list_of('plan_scales')
    if len(rows) != POINT_COUNT:
        raise top.error(f'plan_scales must have {POINT_COUNT} rows, got {len(rows)}')
    names = [f'plan_scales {place}' for place in range(POINT_COUNT)]
    by_row = Section(top.where, dict(zip(names, rows, strict=True)), names)
    scales = [by_row.numbers(name, CHANNELS, _LARGEST_SCALE) for name in names]
    return np.array(scales, np.float32)
