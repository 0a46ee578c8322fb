#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: The Cagewright authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

DOCUMENTATION = r"""
module: cage_info
short_description: Check cages and gather their findings and records
version_added: "1.0.0"
description:
  - Runs C(cagewright list), C(check) and C(record) on the managed host and returns their JSON. Changes nothing.
author:
  - The Cagewright authors (@cagewright)
extends_documentation_fragment:
  - cagewright.cage.common
options:
  names:
    description:
      - Cages to check. The default is all.
    type: list
    elements: str
  record:
    description:
      - Also return the record of each cage.
    type: bool
    default: false
attributes:
  check_mode:
    description: Changes nothing anyway.
    support: full
"""

EXAMPLES = r"""
- name: Check all cages
  cagewright.cage.cage_info:
  register: found

- name: Stop if one is outdated
  ansible.builtin.assert:
    that: found.cages | selectattr('check.outdated') | length == 0
"""

RETURN = r"""
version:
  description: Version of Cagewright.
  returned: always
  type: str
cages:
  description: Cages as C(list) shows them, each with its C(check) and, if wanted, its C(record).
  returned: always
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.cagewright.cage.plugins.module_utils.cli import ARGUMENTS, Cagewright


def main():
    module = AnsibleModule(
        argument_spec=dict(
            ARGUMENTS,
            names={"type": "list", "elements": "str"},
            record={"type": "bool", "default": False},
        ),
        supports_check_mode=True,
    )
    cagewright = Cagewright(module)
    names = module.params["names"]
    listed = cagewright.cages()
    # Exit status 1 means findings.
    checked = cagewright.run("check", *(["--all"] if names is None else names), good=(0, 1))["cages"]
    cages = [dict(listed[check["name"]], check=check) for check in checked]
    if module.params["record"]:
        for cage in cages:
            if "damage" not in cage["check"]:
                cage["record"] = cagewright.run("record", cage["name"], "--format", "json")
    module.exit_json(changed=False, version=cagewright.version(), cages=cages)


if __name__ == "__main__":
    main()
