import * as v from "valibot";
import { type Path, pathFromJson, pathFromText, pathToJson } from "../../core/path/path.ts";
import { watchedCalls } from "../../core/watch/calls.ts";
import type { Watched } from "../../core/watch/watched.ts";
import { readText } from "../files/text-files.ts";

/** The name of the file beside a cage. */
export const watchedName = pathFromText("watched.json");

const path = v.union([v.string(), v.object({ base64: v.string() })]);
const schema = v.object({
	since: v.string(),
	until: v.string(),
	seconds: v.number(),
	full: v.optional(v.boolean(), false),
	failures: v.array(v.object({ path, call: v.string(), error: v.string() })),
});

export function watchedToText({ failures, ...watched }: Watched): string {
	return `${JSON.stringify({ ...watched, failures: failures.map(({ call, error, path }) => ({ path: pathToJson(path), call, error })) })}\n`;
}

/** What cannot be read was not seen: the next watch begins anew. */
export async function readWatched(file: Path): Promise<Watched | undefined> {
	try {
		const { failures, full, ...watched } = v.parse(schema, JSON.parse(await readText(file)));
		return {
			...watched,
			...(full ? { full } : {}),
			failures: failures.flatMap(({ call, error, path }) => {
				const does = watchedCalls.find(({ name }) => name === call)?.does;
				return does === undefined ? [] : [{ path: pathFromJson(path), call, error, does }];
			}),
		};
	} catch {
		return undefined;
	}
}
