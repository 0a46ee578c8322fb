import * as v from "valibot";
import { attempt } from "../../base/host/errors.ts";
import { readState } from "../../base/host/text-files.ts";
import { type Path, pathFromText, pathSchema, pathToJson } from "../../base/path/path.ts";
import { type Adoption, phases } from "../adoption.ts";

const stageSchema = v.object({
	// Accepts only our own names, never a path to another place.
	name: v.pipe(v.string(), v.regex(/^\.cagewright-release-[0-9a-f]+$/), v.transform(pathFromText)),
	inode: v.exactOptional(v.string()),
	untouched: v.boolean(),
	isUsed: v.exactOptional(v.literal(true)),
});
const schemaOfAdoption = "cagewright/adoption/1";
const schema = v.object({
	schema: v.literal(schemaOfAdoption),
	service: v.string(),
	phase: v.picklist(phases),
	since: v.string(),
	companions: v.object({ triggers: v.array(v.string()), dependents: v.array(v.string()) }),
	dropin: v.string(),
	probes: v.array(v.string()),
	clientProbes: v.exactOptional(v.array(v.string())),
	foundClientProbes: v.exactOptional(v.array(v.string())),
	passingProbes: v.exactOptional(v.array(v.string())),
	together: v.exactOptional(v.literal(true)),
	copyData: v.exactOptional(v.boolean()),
	timeout: v.number(),
	places: v.array(
		v.object({
			path: pathSchema,
			host: v.exactOptional(v.string()),
			cage: v.string(),
			stage: v.exactOptional(stageSchema),
		}),
	),
	inPlace: v.exactOptional(v.array(pathSchema)),
	inPlaceBefore: v.exactOptional(v.nullable(v.array(pathSchema))),
});

export function adoptionToJson(adoption: Adoption): string {
	const { inPlace, inPlaceBefore: before } = adoption;
	const places = adoption.places.map((place) => ({ ...place, path: pathToJson(place.path) }));
	return `${JSON.stringify({
		schema: schemaOfAdoption,
		...adoption,
		places,
		...(inPlace && { inPlace: inPlace.map(pathToJson) }),
		...(before && { inPlaceBefore: before.map(pathToJson) }),
	})}\n`;
}

/** Returns undefined for anything we did not write. */
export function adoptionFromJson(text: string): Adoption | undefined {
	return attempt(() => {
		const { schema: _, ...adoption } = v.parse(schema, JSON.parse(text));
		return adoption;
	});
}

/** Returns undefined if the cage has not adopted a service. Throws `state-damaged` or `state-newer` (exit 1). */
export function readAdoption(file: Path): Promise<Adoption | undefined> {
	return readState(file, (content) => adoptionFromJson(String(content)), { schema: schemaOfAdoption });
}
