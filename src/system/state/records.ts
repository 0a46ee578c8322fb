import * as v from "valibot";
import { join, type Path, parent, pathToText } from "../../core/path/path.ts";
import type { Evidence, ResponsibleNames } from "../../core/record/record.ts";
import type { RecordStore } from "../../engine/store.ts";
import { list } from "../files/descriptor.ts";
import { readTextIfAny } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { cagePaths, openState } from "./cages.ts";
import { makeSafeFolder, refuseUnsafe } from "./folder.ts";
import { readJson } from "./state-file.ts";

/** Stores the record's evidence in the folder `record` of each cage, and default names in the state folder's settings. */
export function recordStore(state: Path): RecordStore {
	const folder = (name: string) => join(cagePaths(state, name).directory, "record");
	const write = async (name: string, file: string, value: unknown) => {
		await makeSafeFolder(folder(name));
		await writeAtomic(join(folder(name), file), `${JSON.stringify(value)}\n`);
	};
	const place = (name: string) => join(cagePaths(state, name).directory, "record.md");
	const settings = join(state, "settings.json");
	return {
		text: (name) => readTextIfAny(place(name)),
		async saveText(name, text) {
			const path = place(name);
			refuseUnsafe(parent(path));
			await writeAtomic(path, text);
			return pathToText(path) ?? "";
		},
		async evidence(name) {
			const names = (await list(folder(name))).filter((file) => /^evidence-\d+\.json$/.test(file));
			// Lost evidence must not go unnoticed, so a damaged file is an error.
			const all = await Promise.all(names.map((file) => readJson(join(folder(name), file), evidenceSchema)));
			return all.flatMap((one) => (one ? [one as unknown as Evidence] : [])).sort((a, b) => a.generation - b.generation);
		},
		saveEvidence: (name, evidence) => write(name, `evidence-${evidence.generation}.json`, evidence),
		responsible: async (name) => (await readJson(join(folder(name), "responsible.json"), responsibleSchema)) ?? {},
		saveResponsible: (name, responsible) => write(name, "responsible.json", responsible),
		names: () => readNames(settings),
		async saveNames(names) {
			await openState(state);
			await writeAtomic(settings, `${JSON.stringify({ record: names })}\n`);
		},
	};
}

const text = v.string();
const responsibleSchema = v.object({
	purpose: v.exactOptional(text),
	initiatedBy: v.exactOptional(text),
	implementedBy: v.exactOptional(text),
	approved: v.exactOptional(v.object({ by: text, at: text, generation: v.number() })),
});

/** Loose where a field is only shown, like a cage's description. */
const evidenceSchema = v.looseObject({
	schema: v.literal("cagewright/evidence/1"),
	generation: v.number(),
	at: text,
	who: text,
	machine: v.looseObject({ host: text, system: text, distribution: text, architecture: text, kernel: text }),
	seconds: v.object({ trace: v.number(), plan: v.number(), build: v.number(), trial: v.number() }),
	trials: v.array(v.looseObject({ round: v.number(), at: text, generation: v.number(), answered: v.boolean() })),
	notes: v.array(v.looseObject({ code: text })),
	declined: v.array(v.looseObject({ path: text, risk: text })),
	shared: v.array(v.looseObject({ path: text })),
	groups: v.array(v.looseObject({ name: text })),
	withoutAccounts: v.array(text),
});

const settingsSchema = v.object({
	record: v.object({
		initiatedBy: v.exactOptional(text),
		implementedBy: v.exactOptional(text),
		asked: v.exactOptional(v.boolean()),
	}),
});

/** Unreadable settings count as empty. */
async function readNames(settings: Path): Promise<ResponsibleNames> {
	return (await readJson(settings, settingsSchema).catch(() => undefined))?.record ?? {};
}
