# SPDX-License-Identifier: Apache-2.0
"""What every training shares: loop, distribution, checkpoints, run folder, worker processes."""
