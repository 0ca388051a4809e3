# SPDX-License-Identifier: Apache-2.0
"""Manifests: each defect is reported in one sentence."""

import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.model import PRESETS, StudentConfig, preset
from wpt_core.model.config_json import config_document, config_from
from wpt_core.model.manifest import MANIFEST, Manifest, Origin, read_manifest
from wpt_core.model.strict_json import Section
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

GOOD = Manifest(
    weights_sha256='0' * 64,
    config=preset('debug'),
    views=surround_rig(),
    origin=Origin('a command', 'a commit'),
    scores={},
    created_by='a version',
)


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    GOOD.write(tmp_path / MANIFEST)
    read: dict[str, Any] = json.loads((tmp_path / MANIFEST).read_text())
    return read


def test_a_good_one_is_read(tmp_path: Path, document: dict[str, Any]) -> None:
    assert read_manifest(tmp_path).config == preset('debug')
    assert document['horizon'] == {'points': 33, 'seconds': 10.0}
    assert set(document['config']) == {field.name for field in fields(StudentConfig)}


@pytest.mark.parametrize('name', PRESETS)
def test_every_preset_can_be_written_down(name: str) -> None:
    top = Section('file', {'config': config_document(preset(name))}, ['config'])
    assert config_from(top, 'config') == preset(name)


Change = Callable[[dict[str, Any]], object]
CASES: dict[str, tuple[Change, str]] = {
    'unknown field': (lambda d: d.update(x=1), "unknown field 'x'; expected format, "),
    'missing field': (lambda d: d.pop('views'), "the field 'views' is missing"),
    'later format': (lambda d: d.update(format=2), 'written in format 2, this version reads'),
    'format as text': (lambda d: d.update(format='1'), 'format must be a whole number'),
    'hash as number': (lambda d: d.update(weights_sha256=1), 'weights_sha256 must be text, got 1'),
    'hash of another kind': (
        lambda d: d.update(weights_sha256='ab'),
        'weights_sha256 must be 64 hexadecimal digits',
    ),
    'config as list': (lambda d: d.update(config=[]), 'config: expected an object'),
    'unknown size': (lambda d: d['config'].update(depth=1), "config: unknown field 'depth'"),
    'missing size': (lambda d: d['config'].pop('width'), "config: the field 'width' is missing"),
    'size as truth': (lambda d: d['config'].update(layers=True), 'config: layers must be a whole'),
    'size as fraction': (
        lambda d: d['config'].update(width=64.0),
        'config: width must be a whole',
    ),
    'huge size': (
        lambda d: d['config'].update(width=10**30),
        'config: width must be a whole number from 1 to 4096, got a huge number',
    ),
    'odd size': (
        lambda d: d['config'].update(width=65),
        'config: width must be a multiple of heads, got 65/2',
    ),
    'stages as number': (lambda d: d['config'].update(stages=8), 'stages must be a list'),
    'many stages': (lambda d: d['config'].update(stages=[8] * 99), 'stages must be 1 to 6'),
    'a stage as text': (lambda d: d['config'].update(stages=['8']), 'stages must be 1 to 6'),
    'memory bomb': (
        lambda d: d['config'].update(features=16_384, width=4096, layers=64),
        'config: the network has .* parameters; at most',
    ),
    'negative capacity': (
        lambda d: d['config'].update(capacity_bits=-1.0),
        'config: capacity_bits must lie in',
    ),
    'capacity beyond numbers': (
        lambda d: d['config'].update(capacity_bits=1e300),
        'config: capacity_bits must lie in',
    ),
    'short horizon': (
        lambda d: d['horizon'].update(points=17),
        'horizon: expected plans of 33 points over 10 s, got 17 over 10 s',
    ),
    'slow horizon': (lambda d: d['horizon'].update(seconds=8.0), 'got 33 over 8 s'),
    'five views': (lambda d: d['views'].pop(), 'views: expected 6 views, got 5'),
    'same names': (
        lambda d: d['views'][1].update(name='front'),
        'views: expected unique names',
    ),
    'other size': (
        lambda d: d['views'][2].update(size_px=[640, 480]),
        'views 2: size_px is 640 x 480, but the network takes 256 x 128',
    ),
    'no lens': (lambda d: d['views'][0].update(focal_px=[0, 1]), 'focal_px must be above 0'),
    'two distortions': (
        lambda d: d['views'][0].update(distortion=[0.0, 0.0]),
        'views 0: distortion must be 5 numbers',
    ),
    'pose of three rows': (
        lambda d: d['views'][0]['base_from_camera'].pop(),
        'base_from_camera must be 4 rows',
    ),
    'skewed pose': (
        lambda d: d['views'][0]['base_from_camera'][0].__setitem__(0, 0.5),
        'base_from_camera must be a rotation and a translation',
    ),
    'pose as text': (
        lambda d: d['views'][0]['base_from_camera'][1].__setitem__(3, '1'),
        'views 0: row 1 must hold numbers',
    ),
    'far away': (
        lambda d: d['views'][0]['base_from_camera'][1].__setitem__(3, 1e4),
        'views 0: row 1 must lie in -100 to 100',
    ),
    'training as text': (lambda d: d.update(training='x'), 'training: expected an object'),
    'commit as number': (lambda d: d['training'].update(commit=1), 'commit must be text'),
    'scores as list': (lambda d: d.update(scores=[1]), 'scores must be finite numbers'),
}


@pytest.mark.parametrize('case', CASES)
def test_what_is_wrong_is_said_with_the_file_and_a_remedy(
    tmp_path: Path, document: dict[str, Any], case: str
) -> None:
    change, says = CASES[case]
    change(document)
    (tmp_path / MANIFEST).write_text(json.dumps(document))
    with pytest.raises(InputError, match=says) as refused:
        read_manifest(tmp_path)
    sentence = str(refused.value)
    assert sentence.startswith(str(tmp_path / MANIFEST))
    assert re.search('; (copy the folder|use the artifact)', sentence)
    assert sentence.endswith('.')
    assert '\n' not in sentence


@pytest.mark.parametrize(
    ('text', 'says'),
    [
        ('', 'invalid JSON'),
        ('{"format": 1', 'invalid JSON'),
        ('[]', 'expected an object with format'),
        ('null', 'expected an object with format'),
        ('{"format": NaN}', 'NaN is not a JSON number'),
        ('{"format": 1, "format": 1}', 'a field is repeated'),
        ('[' * 100_000, 'invalid JSON'),
        ('{"format": ' + '9' * 5000 + '}', 'invalid JSON'),
        (' ' * 1_000_001, 'expected less than 1 MB'),
    ],
)
def test_what_is_no_manifest_at_all(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(InputError, match=says):
        read_manifest(tmp_path)


def test_text_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b'\xff\xfe{}')
    with pytest.raises(InputError, match='invalid JSON'):
        read_manifest(tmp_path)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ANYTHING = st.recursive(
    LEAVES, lambda b: st.lists(b) | st.dictionaries(st.text(), b), max_leaves=4
)


@settings(max_examples=60, deadline=None)
@given(field=st.sampled_from([field.name for field in fields(StudentConfig)]), value=ANYTHING)
def test_no_value_of_any_size_is_taken_without_being_a_valid_one(
    field: str, value: object
) -> None:
    sizes = config_document(preset('debug')) | {field: value}
    top = Section('file', {'config': sizes}, ['config'])
    try:
        assert config_document(config_from(top, 'config')) == sizes
    except InputError:
        with pytest.raises(InputError, match=r'^file: config: '):
            config_from(top, 'config')
