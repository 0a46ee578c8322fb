import {
	fields,
	flag,
	listOf,
	nullable,
	number,
	optional,
	path,
	paths,
	text,
	texts,
	values,
} from "../../base/report/descriptions.ts";
import { changed, findingCode, settings, severity } from "../../cage/report/descriptions.ts";
import { missing } from "../../plan/report/descriptions.ts";
import { acknowledgement, drift } from "../report/descriptions.ts";

/** A finding with its name for `--accept`. */
const named = { finding: text, acknowledged: nullable(fields(acknowledgement)) };

const finding = fields({
	...named,
	code: findingCode,
	path,
	severity,
	accepted: flag,
	known: flag,
	values,
	what: text,
	close: text,
});

const checkedCage = fields({
	name: text,
	generation: optional(number),
	damage: optional(text),
	findings: listOf(finding),
	outdated: flag,
	/** Processes in an older generation. */
	behind: listOf(number),
	drift: listOf(fields({ ...named, ...drift })),
	wouldAdd: paths,
	wouldDrop: paths,
	wouldChange: changed,
	wouldSet: settings,
	missed: listOf(missing),
	open: texts,
	acknowledged: listOf(fields({ finding: text, ...acknowledgement })),
});

const check = fields({ cages: listOf(checkedCage) });

export const results = { check };
