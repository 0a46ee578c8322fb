import * as v from "valibot";
import {
	code,
	fields,
	flag,
	identity,
	listOf,
	nullable,
	number,
	optional,
	path,
	paths,
	text,
	texts,
	yes,
} from "../../base/report/descriptions.ts";
import { calls } from "../../plan/report/descriptions.ts";
import { bind, network } from "../../service/report/descriptions.ts";
import { droppedParts } from "../archive/import-review.ts";

const written = { name: text, file: path };

const exported = v.union([
	fields({ ...written, format: v.literal("tar"), data: flag }),
	fields({ ...written, format: v.literal("oci"), image: text, digest: text, run: texts }),
	fields({ ...written, format: v.literal("portable"), unit: text }),
	fields({ ...written, format: v.literal("quadlet"), image: text, units: texts }),
	fields({ ...written, format: v.literal("seccomp"), generation: number, calls }),
	fields({ ...written, format: v.literal("kubernetes"), image: text, restricted: flag }),
]);

/** What this machine would run, mount, permit and copy because of the cage. */
const review = {
	command: texts,
	directory: text,
	account: text,
	identity,
	groups: texts,
	permissions: texts,
	syslog: optional(path),
	environment: texts,
	network,
	sockets: texts,
	limits: texts,
	probes: texts,
	exercises: texts,
	binds: listOf(fields({ ...bind, consent: optional(flag) })),
	devices: paths,
	writable: texts,
	directories: texts,
	settings: texts,
	published: texts,
	rules: texts,
	secrets: paths,
	setuid: paths,
	later: paths,
	unit: optional(text),
	dedicated: optional(text),
	files: number,
};

const imported = v.union([
	/** `answered` is null without a trial. */
	fields({ name: text, generation: number, answered: nullable(flag) }),
	fields({
		dryRun: yes,
		name: text,
		generation: number,
		...review,
		exported: fields({ name: text, at: text, data: flag }),
		dropped: listOf(fields({ what: code(droppedParts), values: texts })),
		/** Why the import would be refused. */
		refused: optional(text),
	}),
]);

export const results = { export: exported, import: imported };
