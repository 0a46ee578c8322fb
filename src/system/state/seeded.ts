import * as v from "valibot";
import { join, type Path, type PathJson, pathFromJson, pathToJson } from "../../core/path/path.ts";
import { writeAtomic } from "./atomic.ts";
import { readState } from "./state-file.ts";

/** Host paths whose state the cage has received. Each is copied only once, even if the application removes it later. */
const seededSchema = v.object({
	schema: v.literal("cagewright/seeded/1"),
	paths: v.array(v.union([v.string(), v.object({ base64: v.string() })])),
});

export async function readSeeded(cage: Path): Promise<Set<Path>> {
	return (await readState(join(cage, "seeded.json"), (content) => seededFromJson(content.toString("utf8")))) ?? new Set();
}

/** Throws if `writeSeeded` did not write the text. */
export function seededFromJson(text: string): Set<Path> {
	const { paths } = v.parse(seededSchema, JSON.parse(text));
	return new Set(paths.map((path) => pathFromJson(path as PathJson)));
}

export async function writeSeeded(cage: Path, paths: ReadonlySet<Path>): Promise<void> {
	const json = { schema: "cagewright/seeded/1", paths: [...paths].sort().map(pathToJson) };
	await writeAtomic(join(cage, "seeded.json"), `${JSON.stringify(json)}\n`);
}
