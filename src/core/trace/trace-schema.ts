import * as v from "valibot";
import { absolutePathJson, pathJson } from "../path/path-schema.ts";
import { type TraceJson, traceFromJson } from "./json.ts";
import type { Trace } from "./trace.ts";

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
