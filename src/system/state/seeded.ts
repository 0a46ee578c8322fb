import * as v from "valibot";
import { join, type Path, pathSchema, pathToJson } from "../../core/path/path.ts";
import { writeJson } from "./atomic.ts";
import { readState } from "./state-file.ts";

/** Host paths whose state the cage has received. Each is copied only once, even if the application removes it later. */
const seededSchema = v.object({
	schema: v.literal("cagewright/seeded/1"),
	paths: v.array(pathSchema),
});

export async function readSeeded(cage: Path): Promise<Set<Path>> {
	return (await readState(join(cage, "seeded.json"), (content) => seededFromJson(String(content)))) ?? new Set();
}

/** Throws if `writeSeeded` did not write the text. */
export function seededFromJson(text: string): Set<Path> {
	return new Set(v.parse(seededSchema, JSON.parse(text)).paths);
}

export async function writeSeeded(cage: Path, paths: ReadonlySet<Path>): Promise<void> {
	await writeJson(join(cage, "seeded.json"), { schema: "cagewright/seeded/1", paths: [...paths].sort().map(pathToJson) });
}
