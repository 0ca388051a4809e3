# SPDX-License-Identifier: Apache-2.0
"""Which recordings are replayed, and how those with other names become episodes."""

import os
from pathlib import Path

import pytest

from wpt_core.types import InputError
from wpt_ros.replays.bags import converted, named_bag, newest_drive

PREPARE = """\
import sys
from pathlib import Path
words = sys.argv[1:]
assert words[0] == 'prepare', words
given = dict(zip(words[1::2], words[2::2]))
if 'odd' in given['--mapping']:
    print('on the way', file=sys.stderr)
    print('wpt: odd.yaml: no key cameras', file=sys.stderr)
    sys.exit(2)
out = Path(given['--out'])
for name in ('tape_001', 'tape_000') if 'empty' not in given['--bag'] else ():
    (out / name).mkdir(parents=True)
    (out / name / 'metadata.yaml').write_text('')
print('cut at 3.1 s\\n\\n2 episodes')
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One whose `prepare` only says what it was asked to do."""
    folder = tmp_path / 'checkout'
    (folder / 'training' / 'cli').mkdir(parents=True)
    (folder / 'training' / '__init__.py').write_text('')
    (folder / 'training' / 'cli' / '__init__.py').write_text('')
    (folder / 'training' / 'cli' / '__main__.py').write_text(PREPARE)
    return folder


def drive(runs: Path, name: str, at_s: float) -> Path:
    bag = runs / 'drive' / name / 'bag'
    bag.mkdir(parents=True)
    os.utime(bag, (at_s, at_s))
    return bag


def test_the_newest_drive_is_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'no recording of a drive in .*drive; name a BAG'):
        newest_drive(tmp_path)
    drive(tmp_path, 'a', 100.0)
    newest = drive(tmp_path, '4711/b', 300.0)
    drive(tmp_path, 'c', 200.0)
    (tmp_path / 'drive' / 'not_recorded').mkdir()
    assert newest_drive(tmp_path) == newest


def test_the_folder_of_a_drive_names_its_bag(tmp_path: Path) -> None:
    bag = drive(tmp_path, 'a', 100.0)
    assert named_bag(bag.parent) == bag
    assert named_bag(bag) == bag
    assert named_bag(tmp_path / 'nothing') == tmp_path / 'nothing'


def test_episodes_come_in_their_order_with_what_was_said(checkout: Path, tmp_path: Path) -> None:
    out = tmp_path / 'out'
    made = converted(tmp_path / 'tape', tmp_path / 'map.yaml', out, checkout=checkout)
    assert made.episodes == (out / 'tape_000', out / 'tape_001')
    assert made.output == ('cut at 3.1 s', '2 episodes')


def test_why_it_cannot_be_converted_is_one_sentence(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        converted(tmp_path / 'tape', tmp_path / 'odd.yaml', tmp_path / 'out', checkout=checkout)
    assert str(refusal.value) == 'odd.yaml: no key cameras'
    with pytest.raises(InputError, match='prepare wrote no episode'):
        converted(tmp_path / 'empty', tmp_path / 'map.yaml', tmp_path / 'out', checkout=checkout)


def test_without_the_school_it_says_where_to_convert(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'--mapping needs the package training.*\./wpt prepare'):
        converted(tmp_path / 'tape', tmp_path / 'map.yaml', tmp_path, checkout=tmp_path)
