import * as v from "valibot";
import { type Adoption, phases, type ReturnStage } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, type PathJson, pathFromJson, pathToJson } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { readTextIfAny } from "../files/text-files.ts";

const stageSchema = v.object({
	// Accepts only our own names, never a path to another place.
	name: v.pipe(v.string(), v.regex(/^\.cagewright-release-[0-9a-f]+$/)),
	inode: v.optional(v.string()),
	untouched: v.boolean(),
});
const schema = v.object({
	schema: v.literal("cagewright/adoption/1"),
	service: v.string(),
	phase: v.picklist(phases),
	since: v.string(),
	companions: v.object({ triggers: v.array(v.string()), dependents: v.array(v.string()) }),
	dropin: v.string(),
	probes: v.array(v.string()),
	timeout: v.number(),
	places: v.array(
		v.object({
			path: v.union([v.string(), v.object({ base64: v.string() })]),
			host: v.optional(v.string()),
			cage: v.string(),
			stage: v.optional(stageSchema),
		}),
	),
});

export function adoptionToJson(adoption: Adoption): string {
	const places = adoption.places.map((place) => ({ ...place, path: pathToJson(place.path) }));
	return `${JSON.stringify({ schema: "cagewright/adoption/1", ...adoption, places })}\n`;
}

/** Returns undefined for anything we did not write. */
export function adoptionFromJson(text: string): Adoption | undefined {
	try {
		const { schema: _, places, ...rest } = v.parse(schema, JSON.parse(text));
		return {
			...rest,
			places: places.map(({ cage, host, path, stage }) => ({
				path: pathFromJson(path as PathJson),
				...(host === undefined ? {} : { host }),
				cage,
				...(stage === undefined ? {} : { stage: stageFrom(stage) }),
			})),
		};
	} catch {
		return undefined;
	}
}

function stageFrom({ inode, name, untouched }: v.InferOutput<typeof stageSchema>): ReturnStage {
	return { name: name as Path, ...(inode === undefined ? {} : { inode }), untouched };
}

/** Returns undefined if the cage has not adopted a service. Throws `state-damaged` (exit 1). */
export async function readAdoption(file: Path): Promise<Adoption | undefined> {
	const text = await readTextIfAny(file);
	if (text === undefined) return undefined;
	const adoption = adoptionFromJson(text);
	if (adoption === undefined) throw new Failure("state-damaged", { path: showPath(file) });
	return adoption;
}
