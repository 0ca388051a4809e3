# SPDX-License-Identifier: Apache-2.0
"""`wpt drive` and `wpt world`: run, monitor, record and report drives; inject faults."""
