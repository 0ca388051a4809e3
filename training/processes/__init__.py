# SPDX-License-Identifier: Apache-2.0
"""Worker processes: a pool for jobs, long-lived workers, signals."""
