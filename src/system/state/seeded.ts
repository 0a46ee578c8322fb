import * as v from "valibot";
import { Failure } from "../../core/failure.ts";
import { join, type Path, type PathJson, pathFromJson, pathToJson } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { errorName } from "../files/errors.ts";
import { readText } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";

/** Host paths whose state the cage has received. Each is copied only once, even if the application removes it later. */
const seededSchema = v.object({
	schema: v.literal("cagewright/seeded/1"),
	paths: v.array(v.union([v.string(), v.object({ base64: v.string() })])),
});

export async function readSeeded(cage: Path): Promise<Set<Path>> {
	const file = join(cage, "seeded.json");
	try {
		return seededFromJson(await readText(file));
	} catch (error) {
		if (errorName(error) === "ENOENT") return new Set();
		throw new Failure("state-damaged", { path: showPath(file) });
	}
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
