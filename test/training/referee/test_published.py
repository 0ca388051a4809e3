# SPDX-License-Identifier: Apache-2.0
"""Figures in the documentation are those of the outcome files, and those are of the drives."""

from dataclasses import replace
from pathlib import Path

import pytest
from test_referee_report import runs

from training.referee.arena import find_arena
from training.referee.published import TABLES, pages, tables
from training.referee.report import Findings
from training.referee.results import (
    DriveRecord,
    Outcomes,
    Source,
    load_outcomes,
    outcomes_of,
    write_outcomes,
)
from training.referee.rows import Row
from wpt_core.types import InputError
from wpt_sim.suites import find_suite

SOURCE = Source('./wpt evaluate', 'abc', 'd16e57', None, 'x86_64')
LOST = replace(SOURCE, code='', note='Transcribed; the drives were not kept.')
PAGE = 'before\n<!-- made from results: {} -->\nstone age\n<!-- end -->\nafter\n'


def drive(scenario: str, seed: int, passed: bool, **changes: object) -> DriveRecord:
    one = DriveRecord(scenario, seed, passed, 1.0, (), None, 0.1, 30.0, ('fine',))
    return replace(one, **changes)


def suite(name: str, passes: dict[int, int], *, missing: int = 0) -> tuple[DriveRecord, ...]:
    """The first ones of each seed pass; the last ones are missing."""
    scenarios = [scenario.name for scenario in find_suite(name).scenarios]
    return tuple(
        drive(scenario, seed, number < count)
        for seed, count in passes.items()
        for number, scenario in enumerate(scenarios[: len(scenarios) - missing])
    )


def table(name: str, *files: Outcomes) -> list[str]:
    return [line for line in TABLES[name](files).splitlines() if line.startswith('| `')]


def test_the_documentation_shows_what_the_outcome_files_hold(root: Path) -> None:
    outdated = tables(root / 'results').outdated(pages(root))
    assert outdated == [], 'python -m training.referee.published --write'


def test_committed_outcomes_name_their_source_and_each_scenario_once(root: Path) -> None:
    files = load_outcomes(root / 'results')
    assert files
    for one in files:
        assert one.source.command
        assert one.source.commit
        assert not one.source.commit.endswith('dirty')
        assert one.source.note or not one.transcribed
        places = [(one.scenario, one.seed) for one in one.drives]
        assert len(set(places)) == len(places)


def test_outcomes_survive_their_file_and_take_a_line_a_drive(tmp_path: Path) -> None:
    drives = suite('lane_centre', {1000: 20, 1001: 24})
    one = Outcomes('BC + noise', 'lane_centre', SOURCE, drives)
    path = write_outcomes(tmp_path, one)
    assert path == tmp_path / 'lane_centre' / 'bc_noise.json'
    assert load_outcomes(tmp_path) == [one]
    assert sum('"scenario"' in line for line in path.read_text().splitlines()) == len(drives)
    lost = Outcomes('BC', 'routes', LOST, passed_by_seed={'1000': 4}, drives_a_seed=48)
    write_outcomes(tmp_path, lost)
    assert load_outcomes(tmp_path) == [one, lost]
    assert (one.transcribed, lost.transcribed) == (False, True)


@pytest.mark.parametrize('text', ['', '[]', '{"row": "a"}', '{"drives": [{"seed": 3}]}'])
def test_a_file_that_holds_no_outcomes_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / 'routes' / 'a.json'
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(InputError, match=r'a\.json: expected what `./wpt evaluate --publish`'):
        load_outcomes(tmp_path)


def test_findings_become_one_file_for_each_row_of_each_table(tmp_path: Path) -> None:
    found = Findings(
        rows=('expert',),
        suites=find_arena('proving_ground').suites[:1],
        seeds=(1000,),
        closed={('expert', 'lane_centre'): runs('expert', 'lane_centre', [[True, False]])},
        robustness={'50 % darker': runs('expert', 'lane_centre', [[False]])},
    )
    for one in outcomes_of(found, [Row('expert')], './wpt evaluate', code_digest='d16e57'):
        write_outcomes(tmp_path, one)
    centre, dark = load_outcomes(tmp_path)
    assert (centre.row, centre.passes) == ('expert', {'1000': (1, 2)})
    assert centre.drives[1].reasons == ('1 | went wrong',)
    assert (centre.source.command, centre.source.code) == ('./wpt evaluate', 'd16e57')
    assert centre.source.weights_sha256 is None
    assert (dark.row, dark.table, dark.passes) == ('50 % darker', 'robustness', {'1000': (0, 1)})


def test_passes_stand_by_seed_with_a_mean_where_they_differ() -> None:
    row = Outcomes('expert', 'lane_centre', SOURCE, suite('lane_centre', {1: 21, 2: 21, 3: 24}))
    assert '| 21, 21, 24: 22.0 [17.7, 24.0] |' in table('references', row)[0]
    alike = replace(row, drives=suite('lane_centre', {1: 24, 2: 24}))
    assert '| 24, 24 ' in table('references', alike)[0]


def test_a_suite_that_was_not_driven_to_its_end_says_how_many_drives_there_are() -> None:
    row = Outcomes('expert', 'lane_centre', SOURCE, suite('lane_centre', {1000: 21}, missing=4))
    assert '| 20 of 20 (seed 1000) ' in table('references', row)[0]


def test_what_was_transcribed_is_marked_and_explained() -> None:
    lost = Outcomes('BC', 'lane_centre', LOST, passed_by_seed={'1': 2, '2': 1}, drives_a_seed=24)
    page = TABLES['students']([lost])
    assert '| 2, 1: 1.5 [0.0, 7.9] † ' in page
    assert page.endswith('† Transcribed; the drives were not kept. (`BC`)')


def test_the_driving_score_is_that_of_the_drives() -> None:
    drives = [*suite('routes', {1: 48})]
    drives[0] = replace(drives[0], completion=0.5, infractions=('collision with a vehicle',))
    drives[1] = replace(drives[1], completion=0.5, efficiency=1.2)
    drives[2] = replace(drives[2], efficiency=1.0)
    (line,) = table('routes', Outcomes('student', 'routes', SOURCE, tuple(drives)))
    # 30 and 50, the others 100: a route that ran out of time has no factor.
    assert '| 97.5          | 110%       |' in line


def test_a_part_of_the_routes_has_no_driving_score() -> None:
    drives = suite('routes', {1: 48}, missing=40)
    (line,) = table('routes', Outcomes('student', 'routes', SOURCE, drives))
    assert '| 8 of 8 (seed 1)' in line
    assert line.count('| - ') == 2


def test_a_page_is_brought_up_to_date(tmp_path: Path) -> None:
    (tmp_path / 'docs').mkdir()
    (tmp_path / 'README.md').write_text(PAGE.format('references'))
    write_outcomes(
        tmp_path / 'results',
        Outcomes('expert', 'lane_centre', SOURCE, suite('lane_centre', {1000: 24})),
    )
    current = tables(tmp_path / 'results')
    assert current.write(pages(tmp_path)) == [tmp_path / 'README.md']
    assert '| `expert` ' in (tmp_path / 'README.md').read_text()
    assert current.outdated(pages(tmp_path)) == []
