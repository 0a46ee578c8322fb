import { lstat } from "node:fs/promises";
import type Conf from "conf";
import * as v from "valibot";
import { exists, list } from "../../base/host/descriptor.ts";
import { ifMissing } from "../../base/host/errors.ts";
import { makeSafeFolder, refuseUnsafe } from "../../base/host/folder.ts";
import { readJson, readTextIfAny, requireUsual, writeAtomic, writeJson } from "../../base/host/text-files.ts";
import { join, type Path, parent, pathToBytes, pathToText } from "../../base/path/path.ts";
import { cagePaths } from "../../cage/host/cages.ts";
import type { Evidence } from "../evidence.ts";
import type { RecordStore } from "../ports.ts";
import type { ResponsibleNames } from "../record.ts";

/** Stores the record's evidence in the folder `record` of each cage, and default names in the state folder's settings. */
export function recordStore(state: Path): RecordStore {
	const folder = (name: string) => join(cagePaths(state, name).directory, "record");
	const write = async (name: string, file: string, value: unknown) => {
		await makeSafeFolder(folder(name));
		await writeJson(join(folder(name), file), value);
	};
	const place = (name: string) => join(cagePaths(state, name).directory, "record.md");
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
		names: () => readNames(state),
		async saveNames(names) {
			(await readSettings(state)).set(namesKey, names);
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

const settingsName = "settings";
const settingsFile = `${settingsName}.json`;
const namesKey = "record";
const namesSchema = v.object({
	initiatedBy: v.exactOptional(text),
	implementedBy: v.exactOptional(text),
	asked: v.exactOptional(v.boolean()),
});

/** Invalid settings count as empty. */
async function readNames(state: Path): Promise<ResponsibleNames> {
	return v.parse(v.fallback(namesSchema, {}), await readSetting(state, namesKey));
}

/** The value of one setting of a state folder. Without settings, conf is not even loaded. */
export async function readSetting(state: Path, key: string): Promise<unknown> {
	const isThere = await exists(join(state, settingsFile)).catch(() => false);
	return isThere ? (await readSettings(state)).get(key) : undefined;
}

async function readSettings(state: Path) {
	await requireUsualIfAny(join(state, settingsFile));
	const Store = await loadConf();
	return new Store<Record<string, unknown>>({
		cwd: pathToText(state) ?? "",
		configName: settingsName,
		configFileMode: 0o600,
		clearInvalidConfig: true,
		accessPropertiesByDotNotation: false,
	});
}

/** conf reads to the end whatever it finds. */
async function requireUsualIfAny(path: Path): Promise<void> {
	const stats = await lstat(pathToBytes(path)).catch(ifMissing(undefined));
	if (stats) requireUsual(path, stats);
}

let loaded: Promise<typeof Conf> | undefined;

/**
 * Loads conf without its signal handlers. They send the signal to this process again, and a second signal ends the wizard while
 * it undoes its work, or a search before it saves the best result. They only remove temporary files, which the next opening
 * removes as well.
 */
export function loadConf(): Promise<typeof Conf> {
	loaded ??= (async () => {
		const before = new Set(process.eventNames().flatMap((name) => process.rawListeners(name)));
		const { default: Store } = await import("conf");
		for (const name of process.eventNames()) {
			if (typeof name !== "string" || !name.startsWith("SIG")) continue;
			for (const listener of process.rawListeners(name)) {
				if (!before.has(listener)) process.off(name, listener as () => void);
			}
		}
		return Store;
	})();
	return loaded;
}
