import type { Files } from "../machine/facts.ts";
import { isWithin, type Path, parent } from "../path/path.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import { areaOf, isByteCode } from "./areas.ts";
import type { Addition } from "./make-plan.ts";
import type { Plan } from "./plan.ts";
import { writes } from "./writable.ts";

/** Which layer of the cage an access failed at, and so what would remedy it. */
export type MissingKind = "absent" | "owner-or-mode" | "read-only" | "capability" | "filtered" | "kernel-file";

/** Something that worked on the host and fails in the cage. */
export interface Missing {
	readonly kind: MissingKind;
	/** The path, or for a call without one its name. */
	readonly path?: Path;
	readonly call: string;
	readonly error: string;
	readonly program?: Path;
	/** What would remedy it; absent where nothing of ours can. */
	readonly remedy?: Addition;
	/** Left out on purpose: a secret, a setuid file, an exclude. */
	readonly declined: boolean;
}

/** Calls that are refused for want of a capability, by the capability (capabilities(7)). */
const capabilityOf: Readonly<Record<string, string>> = {
	chown: "chown",
	fchown: "chown",
	lchown: "chown",
	fchownat: "chown",
	setuid: "setuid",
	setreuid: "setuid",
	setresuid: "setuid",
	setgid: "setgid",
	setregid: "setgid",
	setresgid: "setgid",
	setgroups: "setgid",
	bind: "net_bind_service",
	kill: "kill",
	setpriority: "sys_nice",
	sched_setscheduler: "sys_nice",
	setrlimit: "sys_resource",
	prlimit64: "sys_resource",
	chmod: "fowner",
	fchmod: "fowner",
	fchmodat: "fowner",
	utimensat: "fowner",
};

/**
 * The difference of two traces: what failed in the cage though it worked on the host. What failed in both is noise, and so is
 * what the host itself does not have. `round` is noted in the remedies.
 */
export function findMissing(host: Trace, cage: Trace, plan: Plan, files: Files, round: number): Missing[] {
	const missing: Missing[] = [];
	for (const access of cage.accesses.values()) {
		for (const [error, operations] of access.failed) {
			const operation = [...operations].find((one) => failsOnlyInCage(one, error, access, host, files));
			if (operation === undefined || isByteCode(access.path)) continue;
			// State that is not there yet: the host's run had made it itself, or found it where the cage begins empty.
			if (error === "ENOENT" && !makesSomething(operation) && isCovered(access.path, plan)) continue;
			missing.push(judge(access, error, operation, plan, files, round));
			break;
		}
	}
	for (const [name, refusal] of cage.refusals) {
		if (host.refusals.has(name)) continue;
		const capability = capabilityOf[refusal.call];
		const call = refusal.call;
		missing.push({
			kind: capability ? "capability" : "filtered",
			call,
			error: refusal.error,
			...(capability && plan.identity.uid === 0
				? { remedy: { kind: "capability", name: capability, round, call } as const }
				: {}),
			declined: false,
		});
	}
	return missing.sort((a, b) => ((a.path ?? a.call) < (b.path ?? b.call) ? -1 : 1));
}

function failsOnlyInCage(operation: Operation, error: string, access: Access, host: Trace, files: Files): boolean {
	if (access.succeeded.has(operation)) return false;
	const onHost = host.accesses.get(access.path);
	if (onHost) return onHost.succeeded.has(operation);
	// The host's run never came here: it went another way because something failed. What the host has, the cage may want.
	return (
		error === "ENOENT" && operation !== "create" && areaOf(access.path) !== "kernel" && files.resolve(access.path) !== undefined
	);
}

function judge(access: Access, error: string, operation: Operation, plan: Plan, files: Files, round: number): Missing {
	const { path } = access;
	const [call = ""] = access.calls;
	const [program] = access.programs;
	const common = { path, call, error, ...(program === undefined ? {} : { program }), declined: false };
	const area = areaOf(path);
	if (area === "kernel") return { ...common, kind: "kernel-file", remedy: { kind: "proc", round, call: `${call} ${path}` } };
	const wantsToWrite = writes(access) || makesSomething(operation);
	const writable: Addition = { kind: "writable", path: parent(path), round, call };
	switch (error) {
		case "ENOENT":
		case "ENOTDIR": {
			const real = files.resolve(path);
			if (real !== undefined && isDeclined(real, path, plan)) return { ...common, kind: "absent", declined: true };
			if (area === "device") return { ...common, kind: "absent", declined: true };
			if (real === undefined || isCovered(path, plan))
				return { ...common, kind: "absent", ...(wantsToWrite ? { remedy: writable } : {}) };
			return { ...common, kind: "absent", remedy: { kind: "path", path, round, call } };
		}
		case "EROFS":
			return { ...common, kind: "read-only", remedy: writable };
		case "EPERM": {
			const capability = capabilityOf[call];
			if (!capability) return { ...common, kind: "filtered" };
			return {
				...common,
				kind: "capability",
				...(plan.identity.uid === 0 ? { remedy: { kind: "capability", name: capability, round, call } as const } : {}),
			};
		}
		default: {
			// EACCES and the like. Landlock answers EACCES as well where a directory was not opened for writing.
			if (wantsToWrite && !isCovered(path, plan)) return { ...common, kind: "read-only", remedy: writable };
			if (plan.identity.uid !== 0) return { ...common, kind: "owner-or-mode" };
			const name = wantsToWrite ? "dac_override" : "dac_read_search";
			return { ...common, kind: "owner-or-mode", remedy: { kind: "capability", name, round, call } };
		}
	}
}

function makesSomething(operation: Operation): boolean {
	return operation === "write" || operation === "create" || operation === "remove" || operation === "listen";
}

function isDeclined(real: Path, path: Path, plan: Plan): boolean {
	return plan.entries.some((entry) => entry.decision === "declined" && (entry.path === real || entry.path === path));
}

/** True where the application's own data, or a directory of the host, lies over the path. */
function isCovered(path: Path, plan: Plan): boolean {
	return (
		plan.writable.some((directory) => isWithin(path, directory.path)) ||
		plan.rules.binds.some((bind) => isWithin(path, bind.path as Path))
	);
}
