import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathFromText } from "../../base/path/path.ts";
import type { ObservedProcess } from "../../confine/seccomp/observed-calls.ts";
import { attemptsArguments, enterArguments } from "../escape-arguments.ts";
import {
	differingParts,
	type ForeignSelftest,
	type ForeignTarget,
	foreignOutcomes,
	heldCapabilities,
	neededParts,
	type ProcessState,
	untriedTechniques,
} from "../foreign.ts";
import { type Attempt, escapes, parseAttempts, unproven } from "../outcomes.ts";
import { auditOutside, type Check, type CheckId } from "../outside.ts";

/** Seconds for all techniques; an idle machine needs half of one. */
const timeoutSeconds = 120;

export interface ForeignRequest {
	readonly kind: ForeignTarget["kind"];
	readonly name: string;
}

/**
 * Runs the escape techniques inside sandboxes that Cagewright did not create, one after the other, as a process with the same
 * confinement. Throws `selftest-blind` (exit 70) if the same program cannot escape without a sandbox, and `foreign-not-entered` (exit
 * 70).
 */
export async function selftestForeign(context: Context, requests: readonly ForeignRequest[]): Promise<ForeignSelftest[]> {
	const { foreign, now } = context.machine;
	const targets: ForeignTarget[] = [];
	for (const { kind, name } of requests) targets.push(await foreign.find(kind, name));
	const control = escapes((await enterAndTry(context, stateOf(context, foreign.ownPid), { isControl: true })).attempts);
	const tests: ForeignSelftest[] = [];
	for (const target of targets) {
		const started = now();
		const state = stateOf(context, target.pid);
		const tested = await enterAndTry(context, state);
		tests.push({ ...resultOf(context, target, state, tested), control, seconds: Math.round((now() - started) / 10) / 100 });
	}
	return tests;
}

function stateOf({ machine }: Context, pid: number): ProcessState {
	const state = machine.foreign.state(pid);
	if (!state) throw new Failure("foreign-no-process", { pid }, 2);
	return state;
}

interface SandboxAttempts {
	readonly attempts: ReadonlyMap<string, Attempt>;
	/** The process that tried them. */
	readonly tester: ProcessState;
	readonly seen?: ObservedProcess;
	/** Flags of its root as in statfs(2). */
	readonly rootFlags: number;
}

async function enterAndTry(context: Context, state: ProcessState, { isControl = false } = {}): Promise<SandboxAttempts> {
	const { foreign, now, selftest, sleep } = context.machine;
	const host = stateOf(context, foreign.ownPid);
	const { disk, identity } = selftest.hostRoot();
	// Not for the control: a process that reads its own descriptors changes them.
	const seen = isControl ? undefined : await observed(context, state.pid);
	await using bystander = await selftest.bystander({ ...state.outside, name: "", groups: [], home: "/" });
	const entering = {
		state,
		namespaces: Object.keys(state.namespaces).filter((kind) => state.namespaces[kind] !== host.namespaces[kind]),
		hasFilters: state.filters > host.filters,
		covers: foreign.covers(state.pid),
	};
	const target = {
		host: identity,
		disk,
		bystander: bystander.facts,
		unplanned: 0,
		environment: [],
		writable: [],
		shared: [],
	};
	const omitted = untriedTechniques(contrast(state, host)).keys();
	const words = ["enter", ...attemptsArguments(target, { omitted, spare: isControl }), ...enterArguments(entering)];
	const started = foreign.start(words, foreign.groupFiles(state.pid));
	const deadline = now() + timeoutSeconds * 1000;
	try {
		while (!parseAttempts(started.output()).done && !started.hasEnded() && now() < deadline) await sleep(10, context.signal);
		const { attempts, done } = parseAttempts(started.output());
		const tester = done ? foreign.state(started.child() ?? 0) : undefined;
		if (!tester || !(seen || isControl)) throw notEntered(started.output());
		const differing = differingParts(state, tester).filter((part) => neededParts.includes(part));
		if (differing.length) throw new Failure("foreign-not-entered", { detail: differing.join(", ") }, 70);
		const blind = isControl ? unproven(attempts) : [];
		if (blind.length) throw new Failure("selftest-blind", { groups: blind.join(", ") }, 70);
		const rootFlags = Number(/^# root-flags (\d+)$/m.exec(started.output())?.[1] ?? 0);
		return { attempts, tester, ...omitUndefined({ seen }), rootFlags };
	} finally {
		await started.stop();
	}
}

/** A process that closes a descriptor at this moment cannot be observed. */
async function observed({ machine, signal }: Context, pid: number): Promise<ObservedProcess | undefined> {
	for (let again = 0; again < 50; again++) {
		const seen = machine.foreign.observe(pid);
		if (seen) return seen;
		await machine.sleep(10, signal);
	}
	return undefined;
}

function notEntered(output: string): Failure {
	const [, step, error] = /^# broken (\S+) (\d+)$/m.exec(output) ?? [];
	const detail = step === undefined ? (output.trim().split("\n").at(-1)?.slice(-200) ?? "") : `${step}, errno ${error}`;
	return new Failure("foreign-not-entered", { detail }, 70);
}

function contrast(state: ProcessState, host: ProcessState): { readonly hasOwnPids: boolean; readonly sharesNetwork: boolean } {
	const shares = (kind: string) => state.namespaces[kind] === host.namespaces[kind];
	return { hasOwnPids: !shares("pid"), sharesNetwork: shares("net") };
}

function resultOf(
	context: Context,
	target: ForeignTarget,
	state: ProcessState,
	{ attempts, rootFlags, seen, tester }: SandboxAttempts,
): Omit<ForeignSelftest, "control" | "seconds"> {
	const { hasOwnPids, sharesNetwork } = contrast(state, stateOf(context, context.machine.foreign.ownPid));
	const untried = untriedTechniques({ hasOwnPids });
	const notTaken = differingParts(state, tester);
	const { filters, label, noNewPrivileges } = state;
	return {
		target,
		notTaken,
		noNewPrivileges,
		filters,
		label,
		capabilities: heldCapabilities(state),
		sharesNetwork,
		ways: foreignOutcomes({ attempts, untried, notTaken, state, sharesNetwork }),
		layers: seen ? layersOf(withRoot(seen, rootFlags)) : [],
	};
}

/** Layers of a cage that any sandbox can have. The others depend on a cage's plan. */
const comparable: readonly CheckId[] = [
	...(["inside", "root", "namespaces", "capabilities", "no-new-privs", "seccomp"] as const),
	...(["ro", "nosuid", "nodev", "noexec", "session", "account"] as const),
];

function layersOf(seen: ObservedProcess): Check[] {
	const checks = auditOutside(seen, {
		capabilities: [],
		namespaces: ["mount", "pid", "ipc", "uts", "cgroup", "net"],
		environment: seen.environment,
		mounts: seen.mounts.map(({ path }) => path),
		nodes: seen.mounts.map(({ path }) => path).filter((path) => path === "/dev" || path.startsWith("/dev/")),
	});
	return checks.filter(({ id }) => comparable.includes(id));
}

const flagNames = ["ro", "nosuid", "nodev", "noexec"];

/** After a plain chroot(2) the root is no mount, and has the flags of the one that it is on. */
function withRoot(seen: ObservedProcess, flags: number): ObservedProcess {
	const root = pathFromText("/");
	if (seen.mounts.some(({ path }) => path === root)) return seen;
	const flagged = flagNames.filter((_, bit) => (flags >> bit) & 1);
	const options = flagged.includes("ro") ? flagged : ["rw", ...flagged];
	return { ...seen, mounts: [{ path: root, options, device: "", root }, ...seen.mounts] };
}
