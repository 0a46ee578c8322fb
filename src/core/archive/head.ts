import * as v from "valibot";
import { isName } from "../options/answers.ts";
import type { OwnerNames } from "./owner-names.ts";

/** The first file of an exported cage, which is read before anything is unpacked. */
export interface ExportHead {
	readonly schema: "cagewright/export/1";
	readonly name: string;
	readonly generation: number;
	/** Node's name of the processor (process.arch): its programs do not run on another. */
	readonly architecture: string;
	/** ISO 8601, UTC. */
	readonly exportedAt: string;
	/** Cagewright's version. */
	readonly version: string;
	/** Whether the export contains the application's data. */
	readonly data: boolean;
	/** Names of all owners. Absent in archives of older versions. */
	readonly owners?: OwnerNames;
}

export const exportHeadName = "export.json";

const schema = v.object({
	schema: v.literal("cagewright/export/1"),
	name: v.pipe(v.string(), v.check(isName)),
	generation: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999_999)),
	architecture: v.string(),
	exportedAt: v.string(),
	version: v.string(),
	data: v.boolean(),
	// The import looks them up and refuses unknown ones.
	owners: v.exactOptional(v.object({ users: v.record(v.string(), v.string()), groups: v.record(v.string(), v.string()) })),
});

/** Returns undefined if it is invalid. */
export function exportHeadFromJson(text: string): ExportHead | undefined {
	try {
		return v.parse(schema, JSON.parse(text));
	} catch {
		return undefined;
	}
}

/** The parts of an exported cage, relative to its folder, without the head. */
export function exportedParts(generation: number, data: boolean): readonly string[] {
	return [
		"cage.json",
		`manifests/${generation}.json`,
		"traces",
		"log",
		`generations/${generation}`,
		...(data ? ["data", "seeded.json"] : []),
	];
}
