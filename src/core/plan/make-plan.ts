import { type Application, launchEnvironment, type Rules } from "../application/application.ts";
import { temporaryDirectories } from "../confinement/launch.ts";
import { libraryClosure } from "../elf/closure.ts";
import { Failure } from "../failure.ts";
import type { Files, Group, User } from "../machine/facts.ts";
import { isWithin, normalise, type Path, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { planAccounts } from "./accounts.ts";
import { areaOf, isByteCode } from "./areas.ts";
import { judgeDevice, nullDevice } from "./devices.ts";
import { EntryCollector } from "./entries.ts";
import { planOpenings } from "./openings.ts";
import type { Entry, Identity, Plan, Reason, Risk } from "./plan.ts";
import { expandInclude, matchPaths } from "./rules.ts";
import { planWritable, programOf } from "./writable.ts";

/** What trials found to be missing and what was accepted of it. */
export type Addition =
	| { readonly kind: "path"; readonly path: Path; readonly round: number; readonly call: string }
	| { readonly kind: "writable"; readonly path: Path; readonly round: number; readonly call: string }
	| { readonly kind: "capability"; readonly name: string; readonly round: number; readonly call: string }
	| { readonly kind: "proc"; readonly round: number; readonly call: string };

export interface PlanInput {
	readonly application: Application;
	readonly rules: Rules;
	readonly identity: Identity;
	/** All traced runs on the host, added up. */
	readonly trace: Trace;
	readonly additions: readonly Addition[];
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	readonly files: Files;
}

const generatedPaths = {
	passwd: "/etc/passwd",
	group: "/etc/group",
	nsswitch: "/etc/nsswitch.conf",
	loaderCache: "/etc/ld.so.cache",
};

/**
 * From what was seen to what goes into the cage. Deterministic: the same trace, rules and files give the same plan. Packages are
 * not named yet (`withPackages`), because asking for them takes a program.
 */
export function makePlan(input: PlanInput): Plan {
	const { additions, application, files, identity, rules, trace } = input;
	const writable = planWritable({
		trace,
		rules,
		identity,
		files,
		directories: application.directories,
		found: additions.flatMap((one) => (one.kind === "writable" ? [{ path: one.path, reason: trialReason(one) }] : [])),
	});
	const binds = rules.binds.map((bind) => normalise(pathFromText(bind.path)));
	const collector = new EntryCollector(files, {
		excluded: matchPaths(rules.exclude),
		allowed: (path, risk) => allows(rules, path, risk, files),
		mounted: [...writable.directories.map((directory) => directory.path), ...binds],
	});

	for (const path of ["/dev", "/.launch", ...temporaryDirectories].map((text) => text as Path))
		collector.addMountPoint(path, { kind: "launcher" });
	addDevices(input, collector);
	// What the administrator names comes first: it goes in, however it was used.
	for (const value of rules.include) {
		const found = expandInclude(value, files);
		if (!found.length) throw new Failure("include-matches-nothing", { value }, 2);
		for (const path of found) collector.add(path, { kind: "rule", rule: "include", value });
	}
	addTraced(input, collector);
	for (const addition of additions) if (addition.kind === "path") collector.add(addition.path, trialReason(addition));
	addNeeded(collector, application, files);
	for (const [path, reason] of writable.directories.map((directory) => [directory.path, directory.reasons[0]] as const)) {
		collector.addMountPoint(path, reason ?? { kind: "launcher" });
	}
	for (const bind of rules.binds)
		collector.addBind(normalise(pathFromText(bind.path)), { kind: "rule", rule: "binds", value: bind.path });
	const { accounts, group, nsswitch, passwd } = planAccounts(identity, trace, writable.directories, input.users, input.groups);
	collector.addGenerated(pathFromText(generatedPaths.passwd), passwd, { kind: "account" });
	collector.addGenerated(pathFromText(generatedPaths.group), group, { kind: "account" });
	collector.addGenerated(pathFromText(generatedPaths.nsswitch), nsswitch, { kind: "account" });
	if (files.status(pathFromText(generatedPaths.loaderCache))) {
		collector.addGenerated(pathFromText(generatedPaths.loaderCache), "", { kind: "loader-cache" });
	}
	const proc = additions.find((addition) => addition.kind === "proc");
	const openings = planOpenings(identity, trace, files, {
		capabilities: additions.flatMap((one) => (one.kind === "capability" ? [{ name: one.name, why: one.call }] : [])),
		...(proc ? { proc: proc.call } : {}),
	});
	if (openings.proc !== undefined) collector.addMountPoint(pathFromText("/proc"), { kind: "launcher" });

	const entries = collector.entries();
	return {
		application,
		rules,
		identity,
		entries,
		writable: writable.directories,
		accounts,
		openings,
		declined: declined(entries),
		notes: notes(trace, writable.refused),
	};
}

function addTraced({ files, trace }: PlanInput, collector: EntryCollector): void {
	const generated = new Set(Object.values(generatedPaths));
	// Files that were opened come first, so that a look at the same file under another name does not keep it out.
	const accesses = [...trace.accesses.values()].sort((a, b) => Number(isOnlyLooked(a)) - Number(isOnlyLooked(b)));
	for (const access of accesses) {
		const { path, succeeded } = access;
		if (!succeeded.size || generated.has(path) || isByteCode(path) || path === "/") continue;
		const area = areaOf(path);
		if (area !== "files" && area !== "temporary") continue;
		// What was only made or taken away is not there on the host, or belongs to a writable directory.
		if (![...succeeded].some((operation) => operation !== "create" && operation !== "remove" && operation !== "listen")) continue;
		const real = files.resolve(path);
		if (real !== undefined && generated.has(real)) continue;
		collector.add(path, { kind: "traced", calls: [...access.calls], ...programOf(access) }, isOnlyLooked(access));
	}
}

function isOnlyLooked({ succeeded }: Access): boolean {
	return [...succeeded].every((operation) => operation === "look");
}

/** What the kernel and the loader read and no trace shows: interpreters and libraries, again and again until nothing is new. */
function addNeeded(collector: EntryCollector, application: Application, files: Files): void {
	const { interpreters, needed } = libraryClosure(
		collector.files().map((entry) => entry.path),
		files,
		{ environment: launchEnvironment(application) },
	);
	for (const [kind, found] of [
		["interpreter-of", interpreters],
		["needed-by", needed],
	] as const) {
		for (const [path, by] of found) for (const one of [...by].slice(0, 2)) collector.add(path, { kind, by: one });
	}
}

function addDevices({ files, rules, trace }: PlanInput, collector: EntryCollector): void {
	const named = new Set(rules.devices.map((device) => normalise(pathFromText(device))));
	const used = [...trace.accesses.values()].filter((access) => areaOf(access.path) === "device" && access.succeeded.size);
	const add = (path: Path, reason: Reason) => {
		const status = files.status(path);
		if (!status?.device) return;
		const judgement = judgeDevice(path, status);
		if (judgement === "refuse" && named.has(path)) throw new Failure("device-refused", { path: showPath(path) }, 4);
		const given = judgement === "give" || (judgement === "ask" && named.has(path));
		// A machine whose /dev/null lost its mode must not pass that on.
		collector.addDevice(
			path,
			judgement === "give" ? { ...status, mode: 0o666 } : status,
			given ? "include" : "declined",
			judgement === "refuse" ? ["refused-device"] : given ? [] : ["device"],
			reason,
		);
	};
	add(nullDevice, { kind: "launcher" });
	for (const path of named) {
		if (!files.status(path)?.device) throw new Failure("device-unknown", { path: showPath(path) }, 2);
		add(path, { kind: "rule", rule: "devices", value: showPath(path) });
	}
	for (const access of used) add(access.path, { kind: "traced", calls: [...access.calls], ...programOf(access) });
}

function allows(rules: Rules, path: Path, risk: Risk, files: Files): boolean {
	const list = risk === "secret" ? rules.allowSecret : risk === "setuid" ? rules.allowSetuid : [];
	return list.some((text) => {
		const named = normalise(pathFromText(text));
		return (
			named === path || files.resolve(named) === path || (isWithin(path, named) && files.status(named)?.kind === "directory")
		);
	});
}

function trialReason({ call, round }: { round: number; call: string }): Reason {
	return { kind: "trial", round, call };
}

function declined(entries: readonly Entry[]): Plan["declined"] {
	return entries.flatMap((entry) => {
		if (entry.decision === "include") return [];
		const risk = entry.risks.find(
			(one) => one === "secret" || one === "setuid" || one === "refused-device" || one === "device" || one === "large",
		);
		return risk ? [{ path: entry.path, risk }] : [];
	});
}

function notes(trace: Trace, refused: readonly Path[]): Plan["notes"] {
	return [
		...refused.map((path) => ({ code: "writes-system-directory", values: { path: showPath(path) } })),
		...[...trace.chroots].map((path) => ({ code: "chroots-itself", values: { path: showPath(path) } })),
	];
}
