import { capabilitiesOfMask } from "../confine/capabilities.ts";
import { type Attempt, type Outcome, outcomesOf } from "./outcomes.ts";
import type { Check } from "./outside.ts";
import type { StoppingLayer } from "./technique.ts";
import { allTechniques } from "./techniques.ts";

/** A process's confinement as /proc shows it to root (proc(5)). */
export interface ProcessState {
	readonly pid: number;
	/** Ids in the process's own user namespace, in the order of /proc/PID/status: real, effective, saved, file system. */
	readonly accounts: { readonly uids: readonly number[]; readonly gids: readonly number[]; readonly groups: readonly number[] };
	/** The same user and group ids in ours. */
	readonly outside: { readonly uid: number; readonly gid: number };
	/** The five sets in hexadecimal (capabilities(7)). */
	readonly capabilities: Readonly<Record<string, string>>;
	readonly noNewPrivileges: boolean;
	/** Number of seccomp filters. */
	readonly filters: number;
	/** Label of AppArmor or SELinux; empty if unconfined. */
	readonly label: string;
	/** Each namespace's identity by its file in /proc/PID/ns. */
	readonly namespaces: Readonly<Record<string, string>>;
	/** /proc/PID/cgroup. */
	readonly groups: string;
	/** Device and inode. */
	readonly root: string;
	readonly directory: string;
}

const capabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] as const;

/** Texts of /proc/PID. `status` shows ids in the reader's user namespace. */
interface ProcessTexts extends Pick<ProcessState, "pid" | "namespaces" | "groups" | "root" | "directory"> {
	readonly status: string;
	readonly uidMap: string;
	readonly gidMap: string;
	readonly label: string;
}

export function processState({ gidMap, label, status, uidMap, ...rest }: ProcessTexts): ProcessState {
	const words = (name: string) => (new RegExp(`^${name}:[ \t]*(.*)$`, "m").exec(status)?.[1] ?? "").split(/\s+/).filter(Boolean);
	const ids = (name: string, map: string) => words(name).map((id) => insideId(map, Number(id)));
	const first = (name: string) => words(name)[0] ?? "0";
	const isFiltered = first("Seccomp") === "2";
	return {
		...rest,
		accounts: { uids: ids("Uid", uidMap), gids: ids("Gid", gidMap), groups: ids("Groups", gidMap).sort((a, b) => a - b) },
		outside: { uid: Number(words("Uid")[1] ?? 0), gid: Number(words("Gid")[1] ?? 0) },
		capabilities: Object.fromEntries(capabilitySets.map((name) => [name, first(name)])),
		noNewPrivileges: first("NoNewPrivs") === "1",
		// Linux before 5.9 does not count them.
		filters: isFiltered ? Number(words("Seccomp_filters")[0] ?? 1) : 0,
		// AppArmor appends its mode: `profile (enforce)`.
		label: /^(unconfined)?$/.test(label.trim()) ? "" : label.trim(),
	};
}

/** Overflow id of user_namespaces(7), where the map has none. */
const unmapped = 65534;

function insideId(map: string, id: number): number {
	for (const line of map.split("\n")) {
		const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
		if (id >= outside && id < outside + count) return id - outside + inside;
	}
	return unmapped;
}

/** Parts of a confinement that the test takes over from the process. */
export const parts = [
	"namespaces",
	"root",
	"directory",
	"account",
	"groups",
	"capabilities",
	"seccomp",
	"cgroup",
	"label",
] as const;
export type Part = (typeof parts)[number];

/** Compares the process that tried the techniques with the target, part by part. Its mount namespace is a copy. */
export function differingParts(target: ProcessState, tester: ProcessState): Part[] {
	const isEqual: Readonly<Record<Part, boolean>> = {
		namespaces: Object.entries(target.namespaces).every(([kind, id]) => kind === "mnt" || tester.namespaces[kind] === id),
		root: target.root === tester.root,
		directory: target.directory === tester.directory,
		account: sameText([target.accounts.uids, target.accounts.gids], [tester.accounts.uids, tester.accounts.gids]),
		groups: sameText(target.accounts.groups, tester.accounts.groups),
		capabilities: capabilitySets.every((name) => target.capabilities[name] === tester.capabilities[name]),
		seccomp: target.filters === tester.filters,
		cgroup: target.groups === tester.groups,
		label: target.label === tester.label,
	};
	return parts.filter((part) => !isEqual[part]);
}

const sameText = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Why a technique was not tried. `landlock`: only Landlock stops it, and no other process can join a Landlock domain. `start`:
 * it uses what the process received from its starter. `writes`: it would change a file. `module`: it loads a kernel module.
 * `cage`: it concerns parts that only a cage has. `own-init`: PID 1 belongs to the sandbox itself.
 */
export const untriedReasons = ["landlock", "start", "writes", "module", "cage", "own-init"] as const;
export type UntriedReason = (typeof untriedReasons)[number];

const untriedIds: Readonly<Record<string, UntriedReason>> = {
	"without-landlock": "landlock",
	"other-port": "landlock",
	descriptor: "start",
	"standard-input": "start",
	environment: "start",
	terminal: "start",
	"type-into-terminal": "start",
	"link-program": "writes",
	"write-launcher": "cage",
	"write-shared": "cage",
};

/** Returns the techniques that are not tried, with the reason. */
export function untriedTechniques({ hasOwnPids }: { readonly hasOwnPids: boolean }): ReadonlyMap<string, UntriedReason> {
	return new Map([
		...Object.entries(untriedIds),
		...allTechniques.flatMap(({ id, loadsModule }) => (loadsModule ? [[id, "module"] as const] : [])),
		...(hasOwnPids ? [["init-memory", "own-init"] as const] : []),
	]);
}

/**
 * `untried`: see `UntriedReason`. `unclear`: it did not finish, or it succeeded and a layer that could not be taken over may stop the
 * process itself.
 */
export type ForeignOutcome = Omit<Outcome, "outcome"> & {
	readonly outcome: Outcome["outcome"] | "untried" | "unclear";
	readonly untried?: UntriedReason;
};

export interface ForeignTarget {
	readonly kind: "container" | "pid" | "unit";
	/** As the user named it. */
	readonly name: string;
	readonly pid: number;
	/** Its program, as the sandbox names it. */
	readonly program: string;
}

/** Result of a self-test inside a sandbox that Cagewright did not create. */
export interface ForeignSelftest {
	readonly target: ForeignTarget;
	/** Parts that differ between the target and the test's process. */
	readonly notTaken: readonly Part[];
	readonly noNewPrivileges: boolean;
	readonly filters: number;
	readonly label: string;
	readonly capabilities: readonly string[];
	readonly sharesNetwork: boolean;
	readonly ways: readonly ForeignOutcome[];
	/** The protection of a cage that the sandbox has, from outside. */
	readonly layers: readonly Check[];
	/** Number of escapes of the same program without any sandbox. */
	readonly control: number;
	readonly seconds: number;
}

interface MeasuredSandbox {
	readonly attempts: ReadonlyMap<string, Attempt>;
	readonly untried: ReadonlyMap<string, UntriedReason>;
	readonly notTaken: readonly Part[];
	readonly state: ProcessState;
	readonly sharesNetwork: boolean;
}

export function foreignOutcomes({ attempts, notTaken, sharesNetwork, state, untried }: MeasuredSandbox): ForeignOutcome[] {
	const permissions = { capabilities: heldCapabilities(state).map((name) => ({ name, why: "" })) };
	const network = sharesNetwork ? "host" : "own";
	return outcomesOf(attempts, { permissions, network, weaker: [], landlock: 0 }).map((way) => {
		const reason = untried.get(way.id);
		if (reason) return { ...way, outcome: "untried", detail: "", untried: reason };
		if (way.outcome === "failed") return { ...way, outcome: "unclear" };
		const isOut = way.outcome === "escaped" || way.outcome === "open";
		return isOut && mayStop(way, notTaken) ? { ...way, outcome: "unclear" } : way;
	});
}

/** Whether a layer that the test's process lacks could stop the technique. A label can stop anything. */
function mayStop({ id, stoppedBy }: Outcome, notTaken: readonly Part[]): boolean {
	const layers: readonly StoppingLayer[] = notTaken.flatMap((part) => layersOf[part] ?? []);
	return notTaken.includes("label") || byMemoryRule.has(id) || stoppedBy.some((layer) => layers.includes(layer));
}

/** PR_SET_MDWE of prctl(2) could stop them, as units use it. The kernel shows it to no other process. */
const byMemoryRule: ReadonlySet<string> = new Set(["writable-code", "code-without-file"]);

/** The layers that a part contributes to. Without the others there is no verdict at all. */
const layersOf: Readonly<Partial<Record<Part, readonly StoppingLayer[]>>> = {
	seccomp: ["seccomp"],
	groups: ["account"],
	cgroup: ["nodev"],
};

/** Parts without which the test's process is not inside. */
export const neededParts: readonly Part[] = ["namespaces", "root", "account", "capabilities"];

export function heldCapabilities({ capabilities }: ProcessState): string[] {
	return capabilitiesOfMask(capabilities.CapPrm ?? "0");
}

export const foreignWays = ({ ways }: ForeignSelftest, outcome: ForeignOutcome["outcome"]) =>
	ways.filter((way) => way.outcome === outcome);

/** Returns whether no technique escaped. A missing layer alone is no escape. */
export function foreignHolds(test: ForeignSelftest): boolean {
	return !foreignWays(test, "escaped").length;
}
