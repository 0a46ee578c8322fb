import * as v from "valibot";
import { requirementStates, requirements } from "../../install/ports.ts";
import { foundReasons } from "../../service/found.ts";
import { droppedParts } from "../../transfer/archive/import-review.ts";
import { unitActions } from "../../unit/engine/installed-unit.ts";
import { bind } from "./made.ts";
import {
	applicationEntries,
	calls,
	code,
	fields,
	flag,
	identity,
	kinds,
	listOf,
	network,
	note,
	nullable,
	number,
	only,
	optional,
	packageRef,
	path,
	paths,
	service,
	someOf,
	text,
	texts,
	yes,
} from "./parts.ts";

const which = { name: text, service: optional(text) };
const done = { path: text, action: v.picklist(unitActions), dryRun: flag, unit: text };
const open = fields({ setting: text, costs: number, for: listOf(fields({ word: text, why: text })) });
const exposure = fields({
	...{ service: optional(text), before: optional(number), after: number, open: listOf(open), startsAsRoot: flag },
	forLogs: texts,
});

export const unit = v.union([
	fields({ ...which, unit: text }),
	fields({ ...which, ...done, reloaded: flag }),
	fields({ ...which, exposure }),
	fields({ name: text, logrotate: text }),
	fields({ name: text, deployHook: text }),
	/** Of `--logrotate` or `--deploy-hook` with `--install` or `--uninstall`. */
	fields({ name: text, ...done }),
]);

/** Of `--install` and `--uninstall`; alarms are lines of their own. */
export const watch = fields({ path: text, dryRun: flag, changed: flag, unit: text });

const port = kinds("protocol", [
	fields({ protocol: v.picklist(["tcp", "udp"]), address: text, port: number }),
	fields({ protocol: v.literal("unix"), path: text }),
]);
const found = fields({
	...{ name: text, reason: code(foundReasons), description: text, unit: optional(text), file: optional(text) },
	...{ enabled: optional(flag), aliases: optional(texts), pid: optional(number), ports: listOf(port) },
	application: fields({ ...someOf(applicationEntries), service: optional(service) }),
	...{ dynamicUser: optional(text), package: optional(packageRef), startable: flag, notes: listOf(note) },
});
export const apps = fields({ applications: listOf(found) });

const requirement = fields({
	...{ what: code(requirements), state: v.picklist(requirementStates), found: text, notRunning: only },
	...{ package: optional(text), ok: flag, means: text, advice: optional(text) },
});
export const doctor = fields({ findings: listOf(requirement), ok: flag });

export const install = v.union([
	fields({ places: paths, timer: flag }),
	fields({ places: paths, dryRun: yes }),
	/** A package of the distribution has installed the program. */
	fields({ places: paths, packaged: yes }),
]);
export const uninstall = fields({ places: paths, left: paths, dryRun: only });

const written = { name: text, file: path };
export const exported = v.union([
	fields({ ...written, format: v.literal("tar"), data: flag }),
	fields({ ...written, format: v.literal("oci"), image: text, digest: text, run: texts }),
	fields({ ...written, format: v.literal("portable"), unit: text }),
	fields({ ...written, format: v.literal("quadlet"), image: text, units: texts }),
	fields({ ...written, format: v.literal("seccomp"), generation: number, calls }),
	fields({ ...written, format: v.literal("kubernetes"), image: text, restricted: flag }),
]);

/** What this machine would run, mount, permit and copy because of the cage. */
const review = {
	...{ command: texts, directory: text, account: text, identity, groups: texts, permissions: texts, syslog: optional(path) },
	...{ environment: texts, network, sockets: texts, limits: texts, probes: texts, exercises: texts },
	...{ binds: listOf(fields({ ...bind, consent: optional(flag) })), devices: paths, writable: texts, directories: texts },
	...{ settings: texts, published: texts },
	...{ rules: texts, secrets: paths, setuid: paths, later: paths, unit: optional(text), dedicated: optional(text) },
	files: number,
};

export const imported = v.union([
	/** `answered` is null without a trial. */
	fields({ name: text, generation: number, answered: nullable(flag) }),
	fields({
		...{ dryRun: yes, name: text, generation: number, ...review },
		exported: fields({ name: text, at: text, data: flag }),
		dropped: listOf(fields({ what: code(droppedParts), values: texts })),
		/** Why the import would be refused. */
		refused: optional(text),
	}),
]);
