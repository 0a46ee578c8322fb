import * as v from "valibot";
import { omitUndefined } from "../base/collections.ts";
import { absolutePathJson, type Path, type PathJson, pathFromJson, pathSchema, pathToJson } from "../base/path/path.ts";
import { type Access, gaps, operations, type Trace } from "./trace.ts";

const integer = v.pipe(v.number(), v.integer(), v.minValue(-1));
const path = v.pipe(absolutePathJson, v.transform(pathFromJson));

function setOf<Input, Output>(item: v.GenericSchema<Input, Output>) {
	return v.pipe(
		v.array(item),
		v.transform((list) => new Set(list)),
	);
}

/** Absent in traces of older versions. */
function addedSetOf<Input, Output>(item: v.GenericSchema<Input, Output>) {
	return v.exactOptional(setOf(item), []);
}

const touched = setOf(v.picklist(operations));

const access = v.object({
	path,
	succeeded: touched,
	rootOps: touched,
	failed: v.pipe(
		v.array(v.tuple([v.string(), touched])),
		v.transform((list) => new Map(list)),
	),
	calls: setOf(v.string()),
	programs: setOf(pathSchema),
	real: v.exactOptional(path),
	owner: v.exactOptional(v.object({ uid: integer, gid: integer })),
});

const schema = v.object({
	accesses: v.pipe(
		v.array(access),
		v.transform((list) => new Map(list.map((one) => [one.path, one]))),
	),
	programs: setOf(path),
	mainPrograms: addedSetOf(path),
	uids: setOf(integer),
	gids: setOf(integer),
	capabilities: v.pipe(
		v.array(v.object({ name: v.string(), call: v.string(), program: v.exactOptional(path) })),
		v.transform((list) => new Map(list.map((use) => [use.name, use]))),
	),
	refusals: v.pipe(
		v.array(v.object({ call: v.string(), error: v.string(), count: integer, program: v.exactOptional(path) })),
		v.transform((list) => new Map(list.map((refusal) => [refusal.call, refusal]))),
	),
	ports: setOf(v.string()),
	possibleNeeds: addedSetOf(v.string()),
	kept: addedSetOf(v.string()),
	families: setOf(v.string()),
	peers: addedSetOf(v.string()),
	refusedPorts: addedSetOf(v.string()),
	unreachable: addedSetOf(v.string()),
	// Names of abstract sockets are bytes, like paths.
	abstractSockets: setOf(pathSchema),
	abstractPeers: addedSetOf(pathSchema),
	refusedAbstract: addedSetOf(pathSchema),
	chroots: setOf(pathSchema),
	moves: addedSetOf(path),
	writeTests: addedSetOf(path),
	refusedTests: addedSetOf(path),
	pidFiles: addedSetOf(path),
	memfd: v.boolean(),
	writableCode: v.exactOptional(v.string()),
	multicast: v.exactOptional(v.string()),
	clock: v.exactOptional(v.string()),
	scheduling: v.exactOptional(v.string()),
	gaps: addedSetOf(v.picklist(gaps)),
	systemCalls: v.exactOptional(setOf(v.string())),
	calls: integer,
	processes: integer,
	exits: v.array(v.object({ pid: integer, how: v.string() })),
} satisfies Record<keyof Trace, unknown>) satisfies v.GenericSchema<unknown, Trace>;

/** A Trace as JSON, with paths in their JSON form. */
export type TraceJson = v.InferInput<typeof schema>;

export function traceToJson(trace: Trace): TraceJson {
	const paths = (set: ReadonlySet<string>) => [...set].map((one) => pathToJson(one as Path));
	const { clock, multicast, scheduling, systemCalls, writableCode } = trace;
	return {
		accesses: [...trace.accesses.values()].map(accessToJson),
		programs: paths(trace.programs),
		mainPrograms: paths(trace.mainPrograms),
		uids: [...trace.uids],
		gids: [...trace.gids],
		capabilities: [...trace.capabilities.values()].map(programToJson),
		possibleNeeds: [...trace.possibleNeeds],
		kept: [...trace.kept],
		refusals: [...trace.refusals.values()].map(programToJson),
		ports: [...trace.ports],
		families: [...trace.families],
		peers: [...trace.peers],
		refusedPorts: [...trace.refusedPorts],
		unreachable: [...trace.unreachable],
		abstractSockets: paths(trace.abstractSockets),
		abstractPeers: paths(trace.abstractPeers),
		refusedAbstract: paths(trace.refusedAbstract),
		chroots: paths(trace.chroots),
		moves: paths(trace.moves),
		writeTests: paths(trace.writeTests),
		refusedTests: paths(trace.refusedTests),
		pidFiles: paths(trace.pidFiles),
		memfd: trace.memfd,
		...omitUndefined({ writableCode, multicast, clock, scheduling }),
		gaps: [...trace.gaps],
		...(systemCalls === undefined ? {} : { systemCalls: [...systemCalls].sort() }),
		calls: trace.calls,
		processes: trace.processes,
		exits: trace.exits.map((exit) => ({ ...exit })),
	};
}

/** Throws if `json` is not what `traceToJson` returns. */
export function traceFromJson(json: TraceJson): Trace {
	return v.parse(schema, json);
}

/** Reads a stored trace that comes from another machine. Returns undefined if it is invalid. */
export function foreignTrace(json: unknown): Trace | undefined {
	const result = v.safeParse(v.object({ schema: v.literal("cagewright/trace/1"), trace: schema }), json);
	return result.success ? result.output.trace : undefined;
}

/** Converts the path of the program, if there is one. */
export function programToJson<T extends { readonly program?: Path }>({ program, ...rest }: T) {
	const json: Omit<T, "program"> & { readonly program?: PathJson } = {
		...rest,
		...(program === undefined ? {} : { program: pathToJson(program) }),
	};
	return json;
}

function accessToJson(access: Access): TraceJson["accesses"][number] {
	return {
		path: pathToJson(access.path),
		succeeded: [...access.succeeded],
		rootOps: [...access.rootOps],
		failed: [...access.failed].map(([error, failed]) => [error, [...failed]]),
		calls: [...access.calls],
		programs: [...access.programs].map(pathToJson),
		...(access.real !== undefined && { real: pathToJson(access.real) }),
		...(access.owner && { owner: { ...access.owner } }),
	};
}
