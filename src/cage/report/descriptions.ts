import * as v from "valibot";
import {
	code,
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
import { weaknesses } from "../../confine/method.ts";
import { limit } from "../../confine/report/descriptions.ts";
import { calls, missingKind, openings, tcpPorts } from "../../plan/report/descriptions.ts";
import { network } from "../../service/report/descriptions.ts";
import { aspects, settingNames } from "../difference.ts";
import { findingCodes } from "../finding.ts";

export const changed = listOf(fields({ path, aspects: listOf(code(aspects)) }));
export const settings = listOf(code(settingNames));
export const counts = { files: number, symlinks: number, directories: number, bytes: number, devices: paths };
export const severity = v.picklist(["danger", "warning"]);
export const findingCode = code(findingCodes);
export const auditFinding = fields({ code: findingCode, path: text, severity, values: optional(values) });

export const confinement = fields({
	launcher: text,
	weaker: listOf(code(weaknesses)),
	user: text,
	rootless: flag,
	capabilities: texts,
	seccomp: flag,
	landlock: flag,
	namespaces: texts,
	network,
	limits: optional(listOf(limit)),
	openings: fields(openings),
	tcpPorts,
	calls,
	findings: listOf(auditFinding),
	warnings: listOf(auditFinding),
});

/** Which refused escape techniques raised an alarm. */
export const alarmCoverage = { tried: number, raised: number, silent: texts, seconds: number };

export const selftest = fields({
	escaped: texts,
	openByDesign: texts,
	tried: number,
	findings: texts,
	alarm: nullable(fields(alarmCoverage)),
});

export const probe = fields({ command: text, ok: flag });

/** A missing item of a finished round, as it is stored. */
export const roundMissing = fields({ kind: missingKind, what: text, call: text, error: text, declined: flag });
