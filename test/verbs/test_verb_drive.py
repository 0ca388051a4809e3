# SPDX-License-Identifier: Apache-2.0
"""Numbers that make no sense are refused by `wpt drive` before anything starts."""

from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_ros.cli import main


@pytest.mark.parametrize(
    ('option', 'values'),
    [
        ('--seconds', ('-3', '0', 'nan', 'inf', '1e9')),
        ('--real-time-factor', ('-1', 'nan', 'inf', '1000')),
        ('--seed', ('-1', '99999999999999999999')),
    ],
)
def test_each_number_has_a_range(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, values: tuple[str, ...]
) -> None:
    for value in values:
        assert main(['drive', '--out', str(tmp_path / 'runs'), f'{option}={value}']) == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert line.startswith(f'wpt: {option} must be between ')
    assert not (tmp_path / 'runs').exists()
