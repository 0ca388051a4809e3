# SPDX-License-Identifier: Apache-2.0
"""A drive from the desk: started, watched, made to suffer, recorded, summed up."""
