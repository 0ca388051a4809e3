# SPDX-License-Identifier: Apache-2.0
"""Training of the student: samples, losses, and three stages."""
