import * as v from "valibot";
import { type Path, pathFromText } from "../../core/path/path.ts";
import type { StaleMark } from "../../engine/store.ts";
import { readText } from "../files/text-files.ts";

/** The name of the mark beside a cage. */
export const staleMark = pathFromText("stale");

const schema = v.object({ since: v.string(), packages: v.array(v.string()), security: v.boolean() });

/** It is a mere hint, which the next look makes anew: one that cannot be read counts as none. */
export async function readStaleMark(path: Path): Promise<StaleMark | undefined> {
	try {
		return v.parse(schema, JSON.parse(await readText(path)));
	} catch {
		return undefined;
	}
}
