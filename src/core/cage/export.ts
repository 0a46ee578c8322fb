import * as v from "valibot";
import { isName } from "../questions/answers.ts";

/** The first file of an exported cage: what it is, before anything of it is unpacked. */
export interface ExportHead {
	readonly schema: "cagewright/export/1";
	readonly name: string;
	readonly generation: number;
	/** As Node names it (process.arch): programs of one processor do not run on another. */
	readonly architecture: string;
	/** ISO 8601, UTC. */
	readonly exportedAt: string;
	/** Of this program. */
	readonly version: string;
	/** Whether the application's data came along. */
	readonly data: boolean;
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
});

/** Undefined where it is no head of ours. */
export function exportHeadFromJson(text: string): ExportHead | undefined {
	try {
		return v.parse(schema, JSON.parse(text));
	} catch {
		return undefined;
	}
}

/** What an exported cage consists of, relative to its folder; the head comes from elsewhere. */
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
