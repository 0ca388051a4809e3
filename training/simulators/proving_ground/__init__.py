# SPDX-License-Identifier: Apache-2.0
"""The proving ground as a place to record episodes and to drive a student."""
