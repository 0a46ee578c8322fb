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

/** Far above any trace of ours; a file that claims to unpack to more is damaged. */
const mostBytes = 512 * 1024 * 1024;

/** Keeps a trace of a cage under a name (`host`, `trial-2`) as packed JSON; a later one of that name takes its place. */
export async function writeTrace(traces: Path, name: string, trace: Trace): Promise<void> {
	await makeSafeFolder(traces);
	const packed = await promisify(gzip)(JSON.stringify({ schema: "cagewright/trace/1", trace: traceToJson(trace) }));
	await writeAtomic(join(traces, `${name}.json.gz`), packed);
}

/** Undefined where none of that name was kept. Fails with `state-damaged` (exit 1). */
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

/** Bytes of a trace of another machine, unpacked: that of the largest application is a tenth of it. */
const mostForeignBytes = 64 * 1024 * 1024;

/** A packed trace that somebody else wrote; undefined where it is none, or unpacks to more than any of ours. */
export async function foreignTraceFrom(packed: Buffer): Promise<Trace | undefined> {
	try {
		const text = (await promisify(gunzip)(packed, { maxOutputLength: mostForeignBytes })).toString("utf8");
		return foreignTrace(JSON.parse(text));
	} catch {
		return undefined;
	}
}
