# SPDX-License-Identifier: Apache-2.0
"""The student: samples, losses and the three stages of its training."""
