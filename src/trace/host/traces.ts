import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { readState, writeAtomic } from "../../base/host/text-files.ts";
import { join, type Path } from "../../base/path/path.ts";
import { foreignTrace, type TraceJson, traceFromJson, traceToJson } from "../json.ts";
import type { Trace } from "../trace.ts";

/** Far more than any of our traces. A file that would unpack to more is damaged. */
const mostBytes = 512 * 1024 * 1024;

/** The name of the trace that a cage is planned from. */
export const hostTrace = "host";

/** Stores a trace under a name (`host`, `trial-2`) as compressed JSON. Replaces an earlier one. */
export async function writeTrace(traces: Path, name: string, trace: Trace): Promise<void> {
	await makeSafeFolder(traces);
	const packed = await promisify(gzip)(JSON.stringify({ schema: "cagewright/trace/1", trace: traceToJson(trace) }));
	await writeAtomic(join(traces, `${name}.json.gz`), packed);
}

/** Undefined if there is none of that name. Throws `state-damaged` (exit 1). */
export async function readTrace(traces: Path, name: string): Promise<Trace | undefined> {
	return readState(join(traces, `${name}.json.gz`), async (packed) =>
		traceFromJson(((await unpack(packed, mostBytes)) as { trace: TraceJson }).trace),
	);
}

async function unpack(packed: Buffer, maxOutputLength: number): Promise<unknown> {
	return JSON.parse((await promisify(gunzip)(packed, { maxOutputLength })).toString("utf8"));
}

/** Unpacked bytes of an imported trace; ten times the largest application's. */
const mostForeignBytes = 64 * 1024 * 1024;

/** An imported trace. Undefined if it is invalid or unpacks to too many bytes. */
export async function foreignTraceFrom(packed: Buffer): Promise<Trace | undefined> {
	try {
		return foreignTrace(await unpack(packed, mostForeignBytes));
	} catch {
		return undefined;
	}
}
