# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on the CPU, with the two exported graphs."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wpt_core.model.decode import RawDecision
from wpt_core.model.feature_buffer import History
from wpt_core.model.runtime.backend import check_history, check_views, warm_up
from wpt_core.model.runtime.onnx_manifest import DECIDE, EXTRACT, read_graph, read_onnx_manifest
from wpt_core.types import InputError

__all__ = ['OnnxBackend']

_REFUSALS = ('Fail', 'InvalidGraph', 'InvalidProtobuf', 'NotImplemented')


class OnnxBackend:
    """Runs an exported folder; raise InputError if files were changed or replaced."""

    name = 'onnx cpu float32'

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """`threads`: of each of the two graphs; None lets ONNX Runtime choose."""
        self.manifest = read_onnx_manifest(folder)
        self._extract = _session(folder, EXTRACT, threads)
        self._decide = _session(folder, DECIDE, threads)
        warm_up(self, self.manifest.config)

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and alive mask (N,) to features (F,)."""
        check_views(self.manifest.config, views, alive)
        (features,) = self._extract.run(None, {'views': views[None], 'alive': alive[None]})
        array: NDArray[np.float32] = features[0]
        return array

    def decide(self, history: History) -> RawDecision:
        """Return the decision for the newest step."""
        check_history(self.manifest.config, history)
        outputs = self._decide.run(
            None,
            {
                'features': history.features[None],
                'conditions': history.conditions[None],
                'known': history.known[None],
            },
        )
        return RawDecision(*(output[0] for output in outputs))


def _session(folder: Path, name: str, threads: int | None) -> Any:
    data = read_graph(folder, name)
    try:
        runtime = importlib.import_module('onnxruntime')
    except ImportError as error:
        raise InputError(
            'ONNX Runtime is not installed; install the package onnxruntime or use another '
            'back end.'
        ) from error
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    # The graphs run one after the other; spinning threads would only take cores.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    state = importlib.import_module('onnxruntime.capi.onnxruntime_pybind11_state')
    try:
        return runtime.InferenceSession(data, options, providers=['CPUExecutionProvider'])
    except tuple(getattr(state, refusal) for refusal in _REFUSALS) as error:
        raise InputError(
            f'{folder / name}: this ONNX Runtime cannot run it ({error}); '
            'install the version that it was exported for, or export it again.'
        ) from error
