import * as v from "valibot";
import { absolutePathJson, type Path, type PathJson, pathFromJson, pathJson, pathToJson } from "../path/path.ts";
import type { Access, CapabilityUse, Gap, Operation, Refusal, Trace } from "./trace.ts";

/** A Trace as a value that JSON can carry. Paths are in their JSON form; abstract socket names are bytes like paths. */
export interface TraceJson {
	readonly accesses: readonly AccessJson[];
	readonly programs: readonly PathJson[];
	readonly uids: readonly number[];
	readonly gids: readonly number[];
	readonly capabilities: readonly WithProgramJson<CapabilityUse>[];
	/** Absent from traces that older versions stored. */
	readonly possibleNeeds?: readonly string[];
	readonly kept?: readonly string[];
	readonly refusals: readonly WithProgramJson<Refusal>[];
	readonly ports: readonly string[];
	readonly families: readonly string[];
	/** Absent from traces that older versions stored. */
	readonly peers?: readonly string[];
	readonly refusedPorts?: readonly string[];
	readonly abstractSockets: readonly PathJson[];
	readonly chroots: readonly PathJson[];
	/** Absent from traces that older versions stored. */
	readonly moves?: readonly PathJson[];
	readonly memfd: boolean;
	readonly writableCode?: string;
	readonly multicast?: string;
	readonly clock?: string;
	readonly scheduling?: string;
	/** Absent from traces that older versions stored. */
	readonly gaps?: readonly Gap[];
	readonly calls: number;
	readonly processes: number;
	readonly exits: readonly { readonly pid: number; readonly how: string }[];
}

type WithProgramJson<T> = Omit<T, "program"> & { readonly program?: PathJson };

interface AccessJson {
	readonly path: PathJson;
	readonly succeeded: readonly Operation[];
	readonly rootOps: readonly Operation[];
	/** Pairs of an error name and the operations that it ended. */
	readonly failed: readonly (readonly [string, readonly Operation[]])[];
	readonly calls: readonly string[];
	readonly programs: readonly PathJson[];
	readonly real?: PathJson;
	readonly owner?: { readonly uid: number; readonly gid: number };
}

export function traceToJson(trace: Trace): TraceJson {
	const paths = (set: ReadonlySet<string>) => [...set].map((path) => pathToJson(path as Path));
	return {
		accesses: [...trace.accesses.values()].map(accessToJson),
		programs: paths(trace.programs),
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
		abstractSockets: paths(trace.abstractSockets),
		chroots: paths(trace.chroots),
		moves: paths(trace.moves),
		memfd: trace.memfd,
		...(trace.writableCode === undefined ? {} : { writableCode: trace.writableCode }),
		...(trace.multicast === undefined ? {} : { multicast: trace.multicast }),
		...(trace.clock === undefined ? {} : { clock: trace.clock }),
		...(trace.scheduling === undefined ? {} : { scheduling: trace.scheduling }),
		gaps: [...trace.gaps],
		calls: trace.calls,
		processes: trace.processes,
		exits: trace.exits.map((exit) => ({ ...exit })),
	};
}

/** The inverse of `traceToJson`; trusts its argument to be of that form. */
export function traceFromJson(json: TraceJson): Trace {
	const paths = (list: readonly PathJson[]) => new Set(list.map(pathFromJson));
	return {
		accesses: new Map(json.accesses.map(accessFromJson).map((access) => [access.path, access])),
		programs: paths(json.programs),
		uids: new Set(json.uids),
		gids: new Set(json.gids),
		capabilities: new Map(json.capabilities.map((use) => [use.name, programFromJson(use)])),
		possibleNeeds: new Set(json.possibleNeeds ?? []),
		kept: new Set(json.kept ?? []),
		refusals: new Map(json.refusals.map((refusal) => [refusal.call, programFromJson(refusal)])),
		ports: new Set(json.ports),
		families: new Set(json.families),
		peers: new Set(json.peers),
		refusedPorts: new Set(json.refusedPorts),
		abstractSockets: paths(json.abstractSockets),
		chroots: paths(json.chroots),
		moves: paths(json.moves ?? []),
		memfd: json.memfd,
		...(json.writableCode === undefined ? {} : { writableCode: json.writableCode }),
		...(json.multicast === undefined ? {} : { multicast: json.multicast }),
		...(json.clock === undefined ? {} : { clock: json.clock }),
		...(json.scheduling === undefined ? {} : { scheduling: json.scheduling }),
		gaps: new Set(json.gaps),
		calls: json.calls,
		processes: json.processes,
		exits: json.exits.map((exit) => ({ ...exit })),
	};
}

/** The same value with the path of its program, if it names one, in JSON form. */
export function programToJson<T extends { readonly program?: Path }>({ program, ...rest }: T): WithProgramJson<T> {
	return { ...rest, ...(program === undefined ? {} : { program: pathToJson(program) }) };
}

function programFromJson<T extends { readonly program?: PathJson }>({
	program,
	...rest
}: T): Omit<T, "program"> & { readonly program?: Path } {
	return { ...rest, ...(program === undefined ? {} : { program: pathFromJson(program) }) };
}

function accessToJson(access: Access): AccessJson {
	return {
		path: pathToJson(access.path),
		succeeded: [...access.succeeded],
		rootOps: [...access.rootOps],
		failed: [...access.failed].map(([error, operations]) => [error, [...operations]] as const),
		calls: [...access.calls],
		programs: [...access.programs].map(pathToJson),
		...(access.real !== undefined && { real: pathToJson(access.real) }),
		...(access.owner && { owner: { ...access.owner } }),
	};
}

function accessFromJson(json: AccessJson): Access {
	return {
		path: pathFromJson(json.path),
		succeeded: new Set(json.succeeded),
		rootOps: new Set(json.rootOps),
		failed: new Map(json.failed.map(([error, operations]) => [error, new Set(operations)])),
		calls: new Set(json.calls),
		programs: new Set(json.programs.map(pathFromJson)),
		...(json.real !== undefined && { real: pathFromJson(json.real) }),
		...(json.owner && { owner: { ...json.owner } }),
	};
}

/** A trace that came from somewhere else. */

const whole = v.pipe(v.number(), v.integer(), v.minValue(-1));
const texts = v.array(v.string());
const paths = v.array(pathJson);
const operations = v.array(
	v.picklist(["look", "read", "write", "execute", "list", "enter", "create", "remove", "connect", "listen"]),
);

const access = v.object({
	path: absolutePathJson,
	succeeded: operations,
	rootOps: operations,
	failed: v.array(v.tuple([v.string(), operations])),
	calls: texts,
	programs: paths,
	real: v.exactOptional(absolutePathJson),
	owner: v.exactOptional(v.object({ uid: whole, gid: whole })),
});

/** Every field that a trace has, so that a new one is not lost on the way. */
const fields = {
	accesses: v.array(access),
	programs: v.array(absolutePathJson),
	uids: v.array(whole),
	gids: v.array(whole),
	capabilities: v.array(v.object({ name: v.string(), call: v.string(), program: v.exactOptional(absolutePathJson) })),
	refusals: v.array(v.object({ call: v.string(), error: v.string(), count: whole, program: v.exactOptional(absolutePathJson) })),
	ports: texts,
	possibleNeeds: v.exactOptional(texts),
	kept: v.exactOptional(texts),
	families: texts,
	peers: v.exactOptional(texts),
	refusedPorts: v.exactOptional(texts),
	abstractSockets: paths,
	chroots: paths,
	moves: v.exactOptional(v.array(absolutePathJson)),
	memfd: v.boolean(),
	writableCode: v.exactOptional(v.string()),
	multicast: v.exactOptional(v.string()),
	clock: v.exactOptional(v.string()),
	scheduling: v.exactOptional(v.string()),
	gaps: v.exactOptional(v.array(v.picklist(["io-uring", "file-handle", "start-up", "line-dropped"]))),
	calls: whole,
	processes: whole,
	exits: v.array(v.object({ pid: whole, how: v.string() })),
} satisfies Record<keyof TraceJson, unknown>;

const schema = v.object(fields) satisfies v.GenericSchema<unknown, TraceJson>;

/** Undefined where it is not of that form. */
export function foreignTrace(json: unknown): Trace | undefined {
	const result = v.safeParse(v.object({ schema: v.literal("cagewright/trace/1"), trace: schema }), json);
	return result.success ? traceFromJson(result.output.trace) : undefined;
}
