import * as v from "valibot";
import { code, fields, flag, listOf, only, optional, paths, text, yes } from "../../base/report/descriptions.ts";
import { requirementStates, requirements } from "../ports.ts";

const requirement = fields({
	what: code(requirements),
	state: v.picklist(requirementStates),
	found: text,
	notRunning: only,
	package: optional(text),
	ok: flag,
	means: text,
	advice: optional(text),
});

const doctor = fields({ findings: listOf(requirement), ok: flag });

const install = v.union([
	fields({ places: paths, timer: flag }),
	fields({ places: paths, dryRun: yes }),
	/** A package of the distribution has installed the program. */
	fields({ places: paths, packaged: yes }),
]);

const uninstall = fields({ places: paths, left: paths, dryRun: only });

export const results = { doctor, install, uninstall };
