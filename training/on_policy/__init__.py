# SPDX-License-Identifier: Apache-2.0
"""On-policy training: actors drive with the newest student and return labelled episodes."""
