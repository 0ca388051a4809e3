# SPDX-License-Identifier: Apache-2.0
"""Video files, complete or not at all."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from wpt_core.files import replacing

__all__ = ['VideoWriter']


class VideoWriter:
    """Write RGB pictures of one size as H.264; the file gets its name when the block ends well."""

    def __init__(self, path: Path, *, rate_hz: int) -> None:
        self._stack = ExitStack()
        aside = self._stack.enter_context(replacing(path))
        self._container = self._stack.enter_context(av.open(str(aside), 'w'))
        self._stack.push(self._flush)
        self._stream = self._container.add_stream('h264', rate=rate_hz)
        self._stream.pix_fmt = 'yuv420p'  # what browsers play
        self._stream.options = {'preset': 'veryfast', 'crf': '25'}

    def __enter__(self) -> 'VideoWriter':
        return self

    def add(self, image: NDArray[np.uint8]) -> None:
        """Append one picture; an odd last row or column is left out, as the format wants."""
        height, width = (side - side % 2 for side in image.shape[:2])
        if not self._stream.codec_context.is_open:
            self._stream.height, self._stream.width = height, width
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]))
        self._container.mux(self._stream.encode(frame))

    def _flush(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._container.mux(self._stream.encode())

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)
