# SPDX-License-Identifier: Apache-2.0
"""`python -m training.cli`; torchrun starts it, too."""

import sys

from training.cli import main

sys.exit(main())
