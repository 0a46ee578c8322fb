import * as v from "valibot";
import { unitSteps } from "../../cage/cage.ts";
import { denialConditions, denialReasons, errors } from "../../confine/seccomp/filter.ts";
import { syscallGroups } from "../../confine/seccomp/syscalls.ts";
import { layers } from "../../explain/explain.ts";
import { fileActions, mountKinds } from "../../explain/path.ts";
import { groupOrder, recommendations } from "../../plan/groups.ts";
import { decisions, offerKinds, sharedKinds, socketReaches } from "../../plan/plan.ts";
import { parts, untriedReasons } from "../../selftest/foreign.ts";
import { outcomeKinds } from "../../selftest/outcomes.ts";
import { checkIds, replacingLayers } from "../../selftest/outside.ts";
import { groups, stoppingLayers } from "../../selftest/technique.ts";
import { silentReasons } from "../../selftest/verdict.ts";
import { documentKinds } from "../../service/documentation.ts";
import { gaps } from "../../trace/trace.ts";
import { wouldMake } from "./made.ts";
import {
	accounts,
	alarmCoverage,
	application,
	calls,
	changed,
	code,
	coverageReport,
	entry,
	entryKind,
	fields,
	flag,
	grant,
	identity,
	kinds,
	listOf,
	missing,
	note,
	nullable,
	number,
	only,
	openings,
	optional,
	path,
	paths,
	probeOutcome,
	reasons,
	risk,
	selftest as selftestSummary,
	settings,
	tcpPorts,
	text,
	texts,
	unneeded,
	yes,
} from "./parts.ts";

const plannedEntry = fields({ ...entry, decision: v.picklist(decisions) });
const plannedDirectory = fields({
	...{ path, mode: text, uid: number, gid: number, reasons },
	seeds: listOf(fields({ path, bytes: number })),
});
const passage = fields({
	...{ kind: code(documentKinds), document: text, section: optional(text), line: optional(number), text },
});

export const planTotals = { files: number, symlinks: number, directories: number, devices: number, bytes: number };
const capabilities = listOf(fields({ name: text, why: text, idle: only }));
const planned = {
	...{ application, identity, ...planTotals, entries: listOf(plannedEntry), writable: listOf(plannedDirectory) },
	stateInPlace: optional(paths),
	shared: listOf(fields({ path, kind: code(sharedKinds), example: path, files: number, bytes: number })),
	offeredSockets: listOf(fields({ path, reach: code(socketReaches) })),
	groups: listOf(
		fields({
			...{ name: code(groupOrder), recommendation: code(recommendations), paths, bytes: number, spare: optional(text) },
		}),
	),
	offers: listOf(
		fields({ kind: code(offerKinds), path, files: number, bytes: number, passage: optional(passage), option: text }),
	),
	...{ accounts, openings: fields({ ...openings, capabilities }), tcpPorts, calls, permissions: listOf(grant) },
	...{ declined: listOf(fields({ path, risk })), notes: listOf(note) },
};

/** Also of `make` without an answer to its question, which prints no coverage. */
export const plan = v.union([
	fields({
		...{ name: text, ...planned, comparedWith: optional(number) },
		difference: optional(fields({ added: paths, changed, removed: paths, settings })),
		...coverageReport,
	}),
	fields({ name: text, ...planned }),
]);

export const build = v.union([
	fields({ dryRun: yes, name: text, ...planned }),
	fields({
		...{ name: text, root: text, generation: number, unchanged: flag, ...planTotals, declined: number, seconds: number },
	}),
]);

const added = fields({
	...{ paths, count: number, programs: paths, capabilities: texts, ports: texts, uids: listOf(number) },
});
const watched = fields({ since: text, until: text, seconds: number, full: optional(flag), failures: number });
const counted = { answered: flag, paths: number, calls: number, processes: number };
const { coverage, life, next } = coverageReport;
export const trace = v.union([
	fields({
		...{ name: text, ...counted, probes: listOf(probeOutcome), exercises: listOf(probeOutcome), signals: texts },
		...{ capabilities: texts, ports: texts, gaps: listOf(code(gaps)), seconds: number, added: optional(added) },
		...{ coverage: optional(coverage), life, next: optional(next) },
	}),
	fields(wouldMake),
	/** Of `trace --for`. */
	fields({ name: text, interrupted: flag, watched, missed: listOf(missing) }),
]);

/** Packages whose version differs, and a file's hashes, null without content. */
export const diff = fields({
	...{ name: text, from: number, to: number, packages: listOf(fields({ name: text, from: text, to: text })) },
	...{ added: paths, removed: paths, changed: listOf(fields({ path, from: nullable(text), to: nullable(text) })), settings },
});

const unitStep = code(unitSteps);
export const trial = v.union([
	fields({
		...{ name: text, answered: flag, probes: listOf(probeOutcome), missing: listOf(missing), output: text },
		...{ selftest: nullable(selftestSummary), generation: number, seconds: number },
	}),
	fields({ dryRun: yes, name: text, generation: number, probes: texts }),
	/** Of `--unit` and `--dropin`. */
	fields({
		...{ name: text, unit: text, answered: flag, passed: listOf(unitStep), failed: optional(unitStep), state: text },
		...{ words: text, killedFor: optional(text), probes: listOf(probeOutcome), seconds: number },
	}),
]);

const check = fields({ id: code(checkIds), ok: flag, found: texts, instead: optional(code(replacingLayers)) });
const way = {
	...{ id: text, group: code(groups), detail: text, stoppedBy: listOf(code(stoppingLayers)) },
	/** Permissions, some with the name of a capability or layer. */
	opens: texts,
};
/** Ids of escape techniques. */
const ids = { escaped: texts, openByDesign: texts };
const alarm = fields({ ...alarmCoverage, reasons: v.pipe(v.record(text, code(silentReasons)), v.readonly()) });

const target = fields({
	...{ kind: v.picklist(["container", "pid", "unit"]), name: text, pid: number, program: text, holds: flag },
	...{ network: v.picklist(["host", "own"]), tried: number, ...ids, unclear: texts, untried: texts },
	notTaken: listOf(code([...parts, "landlock", "mdwe"])),
	...{ capabilities: texts, noNewPrivileges: flag, filters: number, label: text, layers: listOf(check) },
	ways: listOf(
		fields({ ...way, outcome: code([...outcomeKinds, "untried", "unclear"]), untried: optional(code(untriedReasons)) }),
	),
	...{ control: number, seconds: number },
});

export const selftest = v.union([
	fields({
		...{ name: text, unit: optional(text), alarm: optional(alarm), holds: flag },
		...{ network: v.picklist(["host", "own", "none"]), tried: number, ...ids, findings: listOf(code(checkIds)) },
		...{ ways: listOf(fields({ ...way, outcome: code(outcomeKinds) })), audit: listOf(check) },
		...{ control: fields({ before: number, after: number }), seconds: number },
	}),
	/** Of other sandboxes. */
	fields({ holds: flag, targets: listOf(target) }),
	/** Of `--program`. */
	fields({ file: path }),
]);

/** Of `run --print`. */
export const run = fields({ name: text, script: path });

export const signal = fields({ name: text, signal: text });

const refusal = { what: text, layers: listOf(code(layers)), option: optional(text), options: optional(texts) };
const refusals = listOf(fields(refusal));

const ofPath = fields({
	...{ subject: v.literal("path"), path, place: path },
	entry: optional(fields({ kind: entryKind, mode: text, uid: number, gid: number, reasons })),
	absence: optional(
		kinds("kind", [
			fields({ kind: v.literal("declined"), risk: optional(risk) }),
			fields({ kind: v.literal("excluded"), rule: text }),
			unneeded,
			fields({ kind: v.picklist(["kernel", "not-on-host", "not-in-data", "untouched", "new-in-plan"]) }),
		]),
	),
	cover: fields({ mount: code(mountKinds), at: path, access: v.picklist(["ro", "rw"]), executes: flag }),
	...{ may: listOf(v.picklist(fileActions)), refusals },
});

const answers = [...Object.keys(errors), "kill"] as (keyof typeof errors | "kill")[];
const denial = fields({ answer: code(answers), why: code(denialReasons), when: optional(code(denialConditions)) });
const group = code(syscallGroups.map(({ name }) => name));
const ofCall = fields({
	...{ subject: v.literal("call"), name: text, denials: listOf(denial), opened: flag, refusals },
	permittedBy: optional(
		kinds("rule", [
			fields({ rule: v.picklist(["base", "made", "allowed"]) }),
			fields({ rule: v.literal("group"), group, example: text }),
		]),
	),
});

const ofCapability = fields({ subject: v.literal("capability"), name: text, kept: optional(text), startsAsRoot: flag });

export const explain = v.union([
	fields({ name: text, answered: flag, at: optional(text), refusals, declined: listOf(fields({ path, risk })) }),
	fields({ name: text, subject: text, explanations: listOf(kinds("subject", [ofPath, ofCall, ofCapability])) }),
]);
