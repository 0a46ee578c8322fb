import type { Path } from "../path/path.ts";
import type { Access, Trace } from "./trace.ts";

/** Several runs add up: whatever succeeded, failed or was needed in one of them counts. Neither argument is changed; the sets of an access are never changed, so they are shared. */
export function addTraces(a: Trace, b: Trace): Trace {
	const accesses = new Map<Path, Access>();
	for (const access of a.accesses.values()) accesses.set(access.path, { ...access });
	for (const access of b.accesses.values()) {
		const known = accesses.get(access.path);
		accesses.set(access.path, known ? both(known, access) : { ...access });
	}
	const refusals = new Map([...a.refusals].map(([call, refusal]) => [call, { ...refusal }] as const));
	for (const [call, refusal] of b.refusals) {
		const known = refusals.get(call);
		refusals.set(call, { ...refusal, ...known, count: refusal.count + (known?.count ?? 0) });
	}
	const writableCode = a.writableCode ?? b.writableCode;
	const multicast = a.multicast ?? b.multicast;
	const clock = a.clock ?? b.clock;
	const scheduling = a.scheduling ?? b.scheduling;
	return {
		accesses,
		programs: union(a.programs, b.programs),
		uids: union(a.uids, b.uids),
		gids: union(a.gids, b.gids),
		capabilities: new Map([...b.capabilities, ...a.capabilities]),
		possibleNeeds: union(a.possibleNeeds, b.possibleNeeds),
		kept: union(a.kept, b.kept),
		refusals,
		ports: union(a.ports, b.ports),
		families: union(a.families, b.families),
		peers: union(a.peers, b.peers),
		refusedPorts: union(a.refusedPorts, b.refusedPorts),
		abstractSockets: union(a.abstractSockets, b.abstractSockets),
		chroots: union(a.chroots, b.chroots),
		memfd: a.memfd || b.memfd,
		...(writableCode === undefined ? {} : { writableCode }),
		...(multicast === undefined ? {} : { multicast }),
		...(clock === undefined ? {} : { clock }),
		...(scheduling === undefined ? {} : { scheduling }),
		gaps: union(a.gaps, b.gaps),
		calls: a.calls + b.calls,
		processes: a.processes + b.processes,
		exits: [...a.exits, ...b.exits],
	};
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
	return new Set([...a, ...b]);
}

/** As `union`, but gives `a` itself where it already has all: two runs mostly do the same with a path. */
function together<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
	for (const element of b) if (!a.has(element)) return union(a, b);
	return a;
}

function both(a: Access, b: Access): Access {
	const failed = new Map(a.failed);
	for (const [error, operations] of b.failed) failed.set(error, union(failed.get(error) ?? new Set(), operations));
	const sum: Access = {
		path: a.path,
		succeeded: together(a.succeeded, b.succeeded),
		rootOps: together(a.rootOps, b.rootOps),
		failed,
		calls: together(a.calls, b.calls),
		programs: together(a.programs, b.programs),
	};
	const real = a.real ?? b.real;
	const owner = b.owner ?? a.owner;
	if (real !== undefined) sum.real = real;
	if (owner !== undefined) sum.owner = owner;
	return sum;
}
