# SPDX-License-Identifier: Apache-2.0
"""The proving ground: a small driving world, deterministic by seed."""
