# -*- coding: utf-8 -*-
# Copyright: The Cagewright authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json

ARGUMENTS = {
    "state_folder": {"type": "path"},
    "executable": {"type": "path", "default": "cagewright"},
}


class Cagewright:
    """Runs verbs of the command line and reads their JSON."""

    def __init__(self, module):
        self.module = module
        folder = module.params["state_folder"]
        self.state = [] if folder is None else ["--state", folder]

    def run(self, *words, **options):
        """Returns the document of a verb. Fails unless it exits with one of the statuses ``good``."""
        return json.loads(self._output(self.state + ["--quiet", "--json"] + list(words), options.get("good", (0,))))

    def cages(self):
        """Returns all cages by name. Damaged ones are among them, and make the verb exit with 1."""
        return {cage["name"]: cage for cage in self.run("list", good=(0, 1))["cages"]}

    def version(self):
        return self._output(["--version"], (0,)).strip()

    def _output(self, words, good):
        command = [self.module.get_bin_path(self.module.params["executable"], required=True)] + words
        status, output, error = self.module.run_command(command, environ_update={"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
        if status not in good:
            self.module.fail_json(msg=error.strip() or output.strip(), rc=status, cmd=command)
        return output
