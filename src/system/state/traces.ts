import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { Failure } from "../../core/failure.ts";
import { join, type Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { foreignTrace, type TraceJson, traceFromJson, traceToJson } from "../../core/trace/json.ts";
import type { Trace } from "../../core/trace/trace.ts";
import { errorName } from "../files/errors.ts";
import { readBytes } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { makeSafeFolder } from "./folder.ts";

/** Far more than any of our traces. A file that would unpack to more is damaged. */
const mostBytes = 512 * 1024 * 1024;

/** Stores a trace under a name (`host`, `trial-2`) as compressed JSON. Replaces an earlier one. */
export async function writeTrace(traces: Path, name: string, trace: Trace): Promise<void> {
	await makeSafeFolder(traces);
	const packed = await promisify(gzip)(JSON.stringify({ schema: "cagewright/trace/1", trace: traceToJson(trace) }));
	await writeAtomic(join(traces, `${name}.json.gz`), packed);
}

/** Undefined if there is none of that name. Throws `state-damaged` (exit 1). */
export async function readTrace(traces: Path, name: string): Promise<Trace | undefined> {
	const file = join(traces, `${name}.json.gz`);
	try {
		const packed = await readBytes(file);
		const text = (await promisify(gunzip)(packed, { maxOutputLength: mostBytes })).toString("utf8");
		return traceFromJson((JSON.parse(text) as { trace: TraceJson }).trace);
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		throw new Failure("state-damaged", { path: showPath(file) });
	}
}

/** Unpacked bytes of an imported trace; ten times the largest application's. */
const mostForeignBytes = 64 * 1024 * 1024;

/** An imported trace. Undefined if it is invalid or unpacks to too many bytes. */
export async function foreignTraceFrom(packed: Buffer): Promise<Trace | undefined> {
	try {
		const text = (await promisify(gunzip)(packed, { maxOutputLength: mostForeignBytes })).toString("utf8");
		return foreignTrace(JSON.parse(text));
	} catch {
		return undefined;
	}
}
