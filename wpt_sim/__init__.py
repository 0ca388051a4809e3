# SPDX-License-Identifier: Apache-2.0
"""The proving ground: a small driving simulator, deterministic by seed."""
