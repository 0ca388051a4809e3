# SPDX-License-Identifier: Apache-2.0
"""Files are written completely or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wpt_core.files import replacing, writable_folder, write_atomic
from wpt_core.types import InputError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_and_bytes_are_written_with_their_folders(tmp_path: Path) -> None:
    write_atomic(tmp_path / 'a' / 'b.txt', 'Größe\n')
    write_atomic(tmp_path / 'a' / 'b.bin', b'\x00\xff')
    assert (tmp_path / 'a' / 'b.txt').read_bytes() == 'Größe\n'.encode()
    assert (tmp_path / 'a' / 'b.bin').read_bytes() == b'\x00\xff'
    assert names(tmp_path / 'a') == ['b.bin', 'b.txt']


def test_the_file_is_seen_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / 'table.npz'
    path.write_text('old')
    with replacing(path) as aside:
        assert aside.parent == tmp_path
        assert aside.suffix == '.npz'
        aside.write_text('ne')
        assert path.read_text() == 'old'
        aside.write_text('new')
    assert path.read_text() == 'new'
    assert names(tmp_path) == ['table.npz']


def test_an_error_leaves_the_earlier_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / 'table.txt'
    write_atomic(path, 'old')

    def fail() -> None:
        with replacing(path) as aside:
            aside.write_text('ne')
            raise ValueError('broken')

    with pytest.raises(ValueError, match='broken'):
        fail()
    assert path.read_text() == 'old'
    assert names(tmp_path) == ['table.txt']


def test_a_killed_writer_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / 'table.txt'
    write_atomic(path, 'old')
    script = (
        'import os, sys; from pathlib import Path; from wpt_core.files import replacing\n'
        'with replacing(Path(sys.argv[1])) as aside:\n'
        "    aside.write_text('ne')\n"
        '    os.kill(os.getpid(), 9)\n'
    )
    killed = subprocess.run([sys.executable, '-c', script, path])
    assert killed.returncode == -9
    assert path.read_text() == 'old'


def test_the_mode_of_the_earlier_file_stays(tmp_path: Path) -> None:
    path = tmp_path / 'table.txt'
    path.touch()
    path.chmod(0o604)
    write_atomic(path, 'new')
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    writable_folder(tmp_path / 'a' / 'b', '--out')
    assert names(tmp_path / 'a' / 'b') == []


def test_a_folder_that_cannot_be_made_is_refused_by_its_option(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match=r'--out .*file/b: cannot write there \(Not a directory'):
        writable_folder(tmp_path / 'file' / 'b', '--out')


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write anywhere')
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match='Permission denied'):
        writable_folder(tmp_path, '--out')
