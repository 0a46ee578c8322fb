import type { UnitTrialSummary } from "../core/cage/cage.ts";
import type { Difference } from "../core/cage/difference.ts";
import { type ManifestEntry, reasonToJson } from "../core/cage/manifest.ts";
import type { Values } from "../core/failure.ts";
import { pathToJson } from "../core/path/path.ts";
import { groupsOf } from "../core/plan/groups.ts";
import type { Missing } from "../core/plan/missing.ts";
import type { Entry, Plan } from "../core/plan/plan.ts";
import { remedyOption } from "../core/questions/trial-decisions.ts";
import { measuredAlarms } from "../core/record/record.ts";
import { octal } from "../core/text.ts";
import type { MadeCage } from "../engine/build/make.ts";
import { warningsOf } from "../engine/build/unproven.ts";
import type { Event } from "../engine/events.ts";
import type { Messages } from "../messages/messages.ts";
import { callsToJson, confinementToJson, countsToJson, openingsToJson, portsToJson } from "./cage-json.ts";
import { reachedToJson } from "./coverage.ts";
import { grantToJson, offerOption } from "./offers.ts";
import { selftestToMadeJson } from "./selftest.ts";

/** The JSON results of verbs: paths as text or base64, sets as lists. Fields may be added, but not removed. */

export function eventToJson(event: Event): object {
	switch (event.event) {
		case "plan-made":
			return { event: event.event, ...planTotals(event.plan) };
		case "accesses-counted":
			return { ...event, counts: { ...event.counts, newest: event.counts.newest.map(pathToJson) } };
		case "processes-seen": {
			const { rows, ...counts } = event.processes;
			const named = rows.map(({ program, shownPid, ...row }) => ({
				...row,
				pid: shownPid,
				program: program === undefined ? null : pathToJson(program),
			}));
			return { event: event.event, ...counts, processes: named };
		}
		case "coverage-measured":
			return { event: event.event, ...reachedToJson(event) };
		case "file-copied":
			return { ...event, path: pathToJson(event.path) };
		case "round-finished":
			return { ...event, missing: event.missing.map(missingToJson) };
		case "warned":
			return { ...event, values: withProblem(event.values) };
		default:
			return event;
	}
}

/** The code of a failure is always in `problem`; some warnings also have it in `cause`. */
function withProblem(values: Values): Values {
	return values.cause === undefined ? values : { problem: values.cause, ...values };
}

export function planTotals(plan: Plan): {
	files: number;
	symlinks: number;
	directories: number;
	devices: number;
	bytes: number;
	declined: number;
} {
	const included = plan.entries.filter((entry) => entry.decision === "include");
	const of = (...kinds: Entry["kind"][]) => included.filter((entry) => kinds.includes(entry.kind));
	return {
		files: of("file", "generated").length,
		symlinks: of("symlink").length,
		directories: of("directory", "bind").length,
		devices: of("device").length,
		bytes: of("file", "generated").reduce((sum, entry) => sum + entry.size, 0),
		declined: plan.entries.length - included.length,
	};
}

/** Without what only a build uses. */
export function entryToJson({ content: _, copy: __, marks: ___, source: ____, ...entry }: Omit<ManifestEntry, "mtime">): object {
	return {
		...entry,
		path: pathToJson(entry.path),
		mode: octal(entry.mode),
		...(entry.target === undefined ? {} : { target: pathToJson(entry.target) }),
		...(entry.origin === undefined ? {} : { origin: pathToJson(entry.origin) }),
		reasons: entry.reasons.map(reasonToJson),
	};
}

export function planToJson(plan: Plan): object {
	return {
		application: plan.application,
		identity: plan.identity,
		...planTotals(plan),
		entries: plan.entries.map(entryToJson),
		writable: plan.writable.map((directory) => ({
			...directory,
			path: pathToJson(directory.path),
			mode: octal(directory.mode),
			reasons: directory.reasons.map(reasonToJson),
			seeds: directory.seeds.map((seed) => ({ path: pathToJson(seed.path), bytes: seed.bytes })),
		})),
		shared: plan.shared.map((one) => ({ ...one, path: pathToJson(one.path), example: pathToJson(one.example) })),
		groups: groupsOf(plan).map((group) => ({ ...group, paths: group.paths.map(pathToJson) })),
		offers: plan.offers.map((offer) => ({ ...offer, path: pathToJson(offer.path), option: offerOption(offer) })),
		accounts: plan.accounts,
		openings: openingsToJson(plan.permissions),
		tcpPorts: portsToJson(plan.permissions),
		calls: callsToJson(plan.permissions),
		permissions: plan.grants.map(grantToJson),
		declined: plan.declined.map(({ path, risk }) => ({ path: pathToJson(path), risk })),
		notes: plan.notes,
	};
}

export function differenceToJson({ added, changed, removed, settings }: Difference): object {
	return {
		added: added.map((entry) => pathToJson(entry.path)),
		changed: changed.map(({ aspects, path }) => ({ path: pathToJson(path), aspects })),
		removed: removed.map((entry) => pathToJson(entry.path)),
		settings,
	};
}

export function missingToJson(missing: Missing): object {
	const { kind, call, error, declined } = missing;
	return {
		kind,
		...(missing.path === undefined ? {} : { path: pathToJson(missing.path) }),
		call,
		error,
		...(missing.program === undefined ? {} : { program: pathToJson(missing.program) }),
		declined,
		remedy: missing.remedy?.kind ?? null,
		option: remedyOption(missing) ?? null,
		...(missing.importance ? { importance: missing.importance } : {}),
	};
}

/** The result of `make --json`. */
export function madeToJson(made: MadeCage, root: string, data: string, messages: Messages): object {
	const { cage, manifest, plan } = made;
	return {
		name: cage.name,
		root,
		data,
		answered: made.answered,
		warnings: warningsOf(made).map(({ code, values }) => ({ code, values, message: messages.note(code, values) })),
		rounds: cage.trials.map(({ added, missing, probes, failedExercises }) => ({ added, missing, probes, failedExercises })),
		permissions: plan.grants.map(grantToJson),
		offers: made.missing.filter((one) => remedyOption(one) !== undefined).map(missingToJson),
		...countsToJson(manifest),
		accounts: {
			users: manifest.accounts.users.map((user) => user.name),
			groups: manifest.accounts.groups.map((group) => group.name),
		},
		confinement: confinementToJson(manifest, cage),
		selftest: selftestToMadeJson(cage.selftest, measuredAlarms(made)),
		...(cage.unitTrial ? { unitTrial: unitTrialToMadeJson(cage.unitTrial) } : {}),
		record: made.record,
		seconds: cage.seconds,
	};
}

function unitTrialToMadeJson({ failed, withoutReload, unit }: UnitTrialSummary): object {
	return {
		unit,
		answered: failed === undefined,
		...(withoutReload ? { withoutReload } : {}),
		...(failed ? { failed: failed.step, state: failed.state, words: failed.words } : {}),
		...(failed?.killedFor === undefined ? {} : { killedFor: failed.killedFor }),
	};
}
