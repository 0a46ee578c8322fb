# -*- coding: utf-8 -*-
# Copyright: The Cagewright authors
# SPDX-License-Identifier: MIT
from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  state_folder:
    description:
      - Folder of the cages. The default is that of C(cagewright).
    type: path
  executable:
    description:
      - Program to run.
    type: path
    default: cagewright
"""
