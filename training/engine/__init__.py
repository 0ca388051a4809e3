# SPDX-License-Identifier: Apache-2.0
"""Training engine: loop, optimiser, distribution, checkpoints, run folder, worker processes."""
