#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: The Cagewright authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

DOCUMENTATION = r"""
module: cage
short_description: Create, update or remove a cage
version_added: "1.0.0"
description:
  - Runs C(cagewright) on the managed host. Every new generation is tried before it replaces the present one.
  - A failure leaves the cage as it was and reports the error of C(cagewright).
author:
  - The Cagewright authors (@cagewright)
extends_documentation_fragment:
  - cagewright.cage.common
options:
  name:
    description:
      - Name of the cage.
    type: str
    required: true
  state:
    description:
      - V(present) creates the cage if it is missing, and again if O(template) or O(options) changed.
      - V(updated) also rebuilds it if the host's files are newer. The running application is restarted and must answer, or the
        previous generation comes back.
      - V(absent) removes the cage and everything that was created for it.
    type: str
    choices: [present, updated, absent]
    default: present
  template:
    description:
      - Template of C(cagewright template list), or a systemd unit with its suffix C(.service).
    type: str
  archive:
    description:
      - Path on the host of an archive that C(cagewright export) wrote. It is imported if the cage is missing.
    type: path
  options:
    description:
      - Further options of C(cagewright make), or with O(archive) of C(cagewright import), one word each.
    type: list
    elements: str
    default: []
  allow_secret:
    description:
      - Private keys, shadow files and tokens that may go into the cage, by their paths.
    type: list
    elements: path
    default: []
  allow_setuid:
    description:
      - Setuid files that may go into the cage, by their paths.
    type: list
    elements: path
    default: []
  allow_write:
    description:
      - Directories of persons or other services that the cage may change, by their paths.
    type: list
    elements: path
    default: []
  keep_data:
    description:
      - With O(state=absent), keep the application's data.
    type: bool
    default: false
attributes:
  check_mode:
    description: Changes nothing and predicts what would change.
    support: full
  diff_mode:
    description: Shows generations, files and settings that change.
    support: full
"""

EXAMPLES = r"""
- name: Put Redis into a cage
  cagewright.cage.cage:
    name: redis
    template: redis

- name: Rebuild it if the host got newer files
  cagewright.cage.cage:
    name: redis
    template: redis
    state: updated

- name: Create a cage with options
  cagewright.cage.cage:
    name: web
    template: nginx.service
    options: ["--limit-memory", "512M"]
    allow_secret: [/etc/ssl/private/web.key]

- name: Take a cage that was made elsewhere
  cagewright.cage.cage:
    name: redis
    archive: /root/redis.tar

- name: Remove a cage but keep its data
  cagewright.cage.cage:
    name: redis
    state: absent
    keep_data: true
"""

RETURN = r"""
verb:
  description: The verb that ran or would run, or none.
  returned: always
  type: str
  sample: update
replaced:
  description: Whether a generation was or would be replaced, so that C(cagewright rollback) leads back to it.
  returned: always
  type: bool
result:
  description: JSON document of that verb.
  returned: if a verb ran or would run
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.cagewright.cage.plugins.module_utils.cli import ARGUMENTS, Cagewright


def allowances(params):
    consents = ["allow_secret", "allow_setuid", "allow_write"]
    pairs = [["--" + name.replace("_", "-"), path] for name in consents for path in params[name]]
    return [word for pair in pairs for word in pair]


def make_words(params):
    return ["make", params["template"], "--name", params["name"]] + params["options"] + allowances(params)


def import_words(params):
    return ["import", params["archive"], "--name", params["name"]] + params["options"] + allowances(params)


def step(cagewright, params):
    """Returns the words of the verb that reaches the wanted state, and what ``--dry-run`` says of it; or none."""
    name = params["name"]
    cage = cagewright.cages().get(name)
    if params["state"] == "absent":
        words = ["remove", name] + (["--keep-data"] if params["keep_data"] else [])
        return (words, cagewright.run(*words + ["--dry-run"])) if cage else (None, None)
    is_built = bool(cage and cage["generation"])
    if not is_built and params["archive"]:
        words = import_words(params)
        return words, cagewright.run(*words + ["--dry-run"])
    if params["template"]:
        words = make_words(params)
        plan = cagewright.run(*words + ["--dry-run"])
        if not (plan["existing"] or {}).get("sameRequest"):
            return words, plan
    elif not is_built:
        cagewright.module.fail_json(msg="Cage '%s' does not exist: name a template or an archive." % name)
    if params["state"] == "updated":
        words = ["update", name]
        plan = cagewright.run(*words + ["--dry-run"])["cages"][0]
        if plan["outcome"] != "unchanged":
            return words, plan
    return None, None


def main():
    module = AnsibleModule(
        argument_spec=dict(
            ARGUMENTS,
            name={"type": "str", "required": True},
            state={"type": "str", "choices": ["present", "updated", "absent"], "default": "present"},
            template={"type": "str"},
            archive={"type": "path"},
            options={"type": "list", "elements": "str", "default": []},
            allow_secret={"type": "list", "elements": "path", "default": [], "no_log": False},
            allow_setuid={"type": "list", "elements": "path", "default": []},
            allow_write={"type": "list", "elements": "path", "default": []},
            keep_data={"type": "bool", "default": False},
        ),
        mutually_exclusive=[("template", "archive")],
        supports_check_mode=True,
    )
    cagewright = Cagewright(module)
    words, plan = step(cagewright, module.params)
    if words is None:
        module.exit_json(changed=False, verb=None, replaced=False)
    result = plan if module.check_mode else cagewright.run(*words + ["--yes"])
    if words[0] == "update" and not module.check_mode:
        result = result["cages"][0]
    # `update` may find that the files have new times but the same content.
    changed = result.get("outcome") != "unchanged"
    replaced = changed and (words[0] == "update" or bool(plan.get("existing")))
    before, after = (plan, {}) if words[0] == "remove" else ({}, plan)
    module.exit_json(
        changed=changed, verb=words[0], replaced=replaced, result=result, diff={"before": before, "after": after}
    )


if __name__ == "__main__":
    main()
