# SPDX-License-Identifier: Apache-2.0
"""Entry point of `python -m training.cli`, also under torchrun."""

import sys

from training.cli import main

sys.exit(main())
