# SPDX-License-Identifier: Apache-2.0
"""How long does a planner think about six pictures, on which back end, and at what?

A tick is warping, extracting, deciding (with the memory) and decoding. Ticks follow each other
without a pause, on as many cores as there are threads; every run has a fresh process, and the
cases take turns. Times are by the clock on the wall, so other loads count: see the load
averages.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from benchmarks.planner_step import BACKENDS, RIGS, STAGES, Case, Times, measure
from benchmarks.rates import spread
from benchmarks.words import count, processor
from training.processes.pool import spawned_pool
from wpt_core.model import Student, preset
from wpt_core.model.artifact import save_artifact
from wpt_core.model.manifest import MANIFEST, Origin
from wpt_core.model.runtime import has_fast_bfloat16
from wpt_core.sensing import surround_rig

__all__ = ['TARGET_MS', 'main', 'parse', 'report_case', 'verdict']

TARGET_MS = 50.0
"""Of the whole step, the median, with the pictures of six real cameras on two cores."""
_EXAMPLES = """
examples:
  python -m benchmarks.planner                       all cases; about five minutes
  python -m benchmarks.planner --backends onnx --runs 1 --ticks 50
"""
_HEAD = (
    f'{"back end":10}{"threads":>8}{"rig":>7}{"median ms":>30}{"p99 ms":>30}'
    + ''.join(f'{stage:>9}' for stage in STAGES)
    + f'{"peak MB":>9}'
)


def main(words: Sequence[str] | None = None) -> None:
    arguments = parse(words)
    print(f'{processor()}, {os.cpu_count()} cores; PyTorch {torch.__version__}')
    print(f'load average {os.getloadavg()[0]:.1f} at the start')
    print(f'median (least to most) over {arguments.runs} runs of {arguments.ticks} ticks')
    with TemporaryDirectory() as folder:
        model = _model(arguments.model, Path(folder))
        reasons = _why_not(arguments.backends)
        backends = [backend for backend in arguments.backends if backend not in reasons]
        onnx = Path(folder) / 'onnx'
        if 'onnx' in backends:
            _export(model, onnx)
        found = _take_turns(_cases(arguments, backends), model, onnx, arguments)
    print(f'load average {os.getloadavg()[0]:.1f} at the end')
    print(_HEAD)
    for case, runs in found.items():
        print(report_case(case, runs))
    print('\n'.join(['', *verdict(found), *reasons.values()]))


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks.planner',
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--model', type=Path, default=Path('models/student'), help='an artifact')
    parser.add_argument('--ticks', type=count, default=200, help='ticks a run (200)')
    parser.add_argument('--runs', type=count, default=3, help='runs of each case (3)')
    parser.add_argument('--threads', nargs='+', type=count, default=[1, 2], help='(1 2)')
    for name, choices in (('--backends', BACKENDS), ('--rigs', RIGS)):
        parser.add_argument(
            name, nargs='+', choices=choices, default=list(choices), help='some of them (all)'
        )
    return parser.parse_args(words)


def report_case(case: Case, runs: Sequence[Times]) -> str:
    """A row: the step's median and 99th percentile run by run, each stage's share of the time."""
    medians = spread([float(np.median(run.steps_ms)) for run in runs])
    tails = spread([float(np.percentile(run.steps_ms, 99)) for run in runs])
    stages_ms = np.concatenate([run.stages_ms for run in runs]).sum(axis=0)
    shares = ''.join(f'{share:>9.0%}' for share in stages_ms / stages_ms.sum())
    peak_mb = max(run.peak_mb for run in runs)
    return (
        f'{case.backend:10}{case.threads:>8}{case.rig:>7}{medians!s:>30}{tails!s:>30}'
        f'{shares}{peak_mb:>9.0f}'
    )


def verdict(found: Mapping[Case, Sequence[Times]]) -> list[str]:
    """Whether the target is reached, by the quickest on at most two cores with large pictures."""
    judged = {
        case: spread([float(np.median(run.steps_ms)) for run in runs]).median
        for case, runs in found.items()
        if case.threads <= 2 and case.rig == 'large'
    }
    if not judged:
        return ['target not judged: it is about at most two threads and the large rig']
    best = min(judged, key=lambda case: judged[case])
    word = 'reached' if judged[best] <= TARGET_MS else 'missed'
    return [
        f'two cores, six pictures of 1280 x 720 px: {judged[best]:.1f} ms with {best.backend}, '
        f'{best.threads} of them used (target: at most {TARGET_MS:.0f}; {word})'
    ]


def _cases(arguments: argparse.Namespace, backends: Sequence[str]) -> list[Case]:
    return [
        Case(backend, rig, threads)
        for backend, rig, threads in product(backends, arguments.rigs, arguments.threads)
    ]


def _take_turns(
    cases: Sequence[Case], model: Path, onnx: Path, arguments: argparse.Namespace
) -> dict[Case, list[Times]]:
    found: dict[Case, list[Times]] = {case: [] for case in cases}
    for _ in range(arguments.runs):
        for case in cases:
            # Libraries read this when they are loaded, and a process of this kind loads them anew.
            os.environ['OMP_NUM_THREADS'] = str(case.threads)
            with spawned_pool(1, threads=case.threads) as pool:
                run = pool.submit(measure, case, model, onnx, arguments.ticks)
                found[case].append(run.result())
    return found


def _model(path: Path, folder: Path) -> Path:
    """The artifact, or an untrained one: how long it thinks does not depend on what it learned."""
    if (path / MANIFEST).is_file():
        print(f'student: {path}')
        return path
    print(f'student: none at {path}, so one of the preset mini with random weights')
    torch.manual_seed(0)
    about = Origin('python -m benchmarks.planner', 'untrained')
    save_artifact(folder / 'student', Student(preset('mini')), surround_rig(), origin=about)
    return folder / 'student'


def _export(model: Path, onnx: Path) -> None:
    # Not at the top: every measured process would load the exporter and count its memory.
    from training.cli.export import Export, export

    export(Export(model=model, out=onnx))


def _why_not(backends: Sequence[str]) -> dict[str, str]:
    """Of those that cannot run here, a sentence each."""
    reasons = {}
    if 'bfloat16' in backends and not has_fast_bfloat16():
        reasons['bfloat16'] = 'bfloat16 was left out: this processor does not multiply in it'
    missing = [name for name in ('onnx', 'onnxruntime', 'onnxscript') if not find_spec(name)]
    if 'onnx' in backends and missing:
        reasons['onnx'] = f'onnx was left out: {", ".join(missing)} not installed'
    return reasons


if __name__ == '__main__':
    main()
