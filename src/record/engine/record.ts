import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { join, type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import type { Cage, WatchResult } from "../../cage/cage.ts";
import { hostContent } from "../../cage/difference.ts";
import { type Edit, stateOfEdit } from "../../cage/edits.ts";
import { type PresentCage, presentCage } from "../../cage/engine/cages.ts";
import type { Manifest, ManifestEntry } from "../../cage/manifest.ts";
import { reportedDrift, reportedFinding } from "../../check/acknowledgement.ts";
import { type CheckedCage, isOutdated } from "../../check/checked-cage.ts";
import { checkCage } from "../../check/engine/check.ts";
import type { Plan } from "../../plan/plan.ts";
import { coverageOf } from "../../trace/engine/coverage.ts";
import { type Configuration, differenceOf, evidenceOf, isConfiguration, type MachineFacts } from "../evidence.ts";
import { packagesOf } from "../packages.ts";
import { type CageRecord, historyLine, mergeResponsible, type RecordedCheck, type Responsible } from "../record.ts";

/** Stores the facts about a new generation that its record needs later. The caller holds the cage's lock. */
export async function keepEvidence(
	context: Context,
	{ cage, manifest, plan }: { readonly cage: Cage; readonly manifest: Manifest; readonly plan: Plan },
): Promise<void> {
	const { now, recording, store } = context.machine;
	const { generation } = manifest;
	const facts = {
		generation,
		at: new Date(now()).toISOString(),
		who: recording.who(),
		machine: machineFacts(context.machine, manifest),
		origins: recording.origins(packagesOf(manifest).flatMap(({ ref }) => ref ?? [])),
	};
	await store.records.saveEvidence(cage.name, evidenceOf(cage, plan, facts));
	await keepResponsible(context, cage.name, {});
}

/** Stores who is responsible for a cage. Names of persons also become the default for later cages. The caller holds the cage's lock. */
export async function keepResponsible({ machine }: Context, name: string, given: Responsible): Promise<void> {
	const { records } = machine.store;
	const { initiatedBy, implementedBy } = given;
	const always = await records.names();
	if (initiatedBy !== undefined || implementedBy !== undefined) {
		await records.saveNames({
			...always,
			...omitUndefined({ initiatedBy, implementedBy }),
		});
	}
	const known = await records.responsible(name);
	const merged = mergeResponsible(given, known, always);
	if (JSON.stringify(merged) === JSON.stringify(known)) return;
	await records.saveResponsible(name, merged);
	if (Object.keys(given).length) await machine.store.log(name, given.approved ? "approved" : "responsible-named", { ...given });
}

/** An approval of the present generation. */
export async function approvedNow({ machine }: Context, name: string, by: string): Promise<Responsible> {
	const { generation } = await presentCage({ machine }, name);
	return { approved: { by, at: new Date(machine.now()).toISOString(), generation } };
}

/** The record of a cage: how its generation was made, and its state today. Throws what `presentCage` throws. */
export async function recordOf(context: Context, name: string): Promise<CageRecord> {
	const { machine } = context;
	const { now, recording, store } = machine;
	const present = await presentCage(context, name);
	const { cage, generation, layout, manifest } = present;
	const evidence = await store.records.evidence(name);
	const own = evidence.find((one) => one.generation === generation);
	const adoption = await store.adoption(name);
	const trace = await store.trace(name);
	// getcap(8) runs while the coverage is measured.
	const [checked, reached, alarmService] = await Promise.all([
		checkCage({ ...context, emit() {} }, name, { present }),
		trace && coverageOf(context, cage, trace, manifest),
		recording.alarmService(name),
	]);
	return {
		writtenAt: new Date(now()).toISOString(),
		cage,
		manifest,
		...omitUndefined({ evidence: own }),
		earlier: evidence.filter((one) => one.generation !== generation),
		place: { root: pathToText(layout.root) ?? "", data: pathToText(layout.data) ?? "" },
		responsible: mergeResponsible({}, await store.records.responsible(name), await store.records.names()),
		configuration: await configurationOf(context, present),
		fingerprint: fingerprintOf(manifest, recording.sha256),
		check: checkOf(checked, now()),
		...(adoption ? { adopted: { service: adoption.service, since: adoption.since } } : {}),
		...reached,
		...omitUndefined({ alarmService }),
		...watchOf(await store.upkeep.watched(name), checked),
		history: (await store.history(name)).map(historyLine),
	};
}

/** Equal for two manifests with the same files. */
export function fingerprintOf({ entries }: Manifest, sha256: (text: string) => string): string {
	const lines = entries.map(({ device, gid, kind, mode, path, sha256: hash, target, uid }) =>
		JSON.stringify([path, kind, mode, uid, gid, hash ?? "", target ?? "", device ?? ""]),
	);
	return sha256(lines.join("\n"));
}

function checkOf(checked: CheckedCage, now: number): RecordedCheck {
	const seen = (id: string) => {
		const one = checked.acknowledged.get(id);
		return one ? { acknowledged: { by: one.by, at: one.at, ...omitUndefined({ until: one.until }) } } : {};
	};
	return {
		at: new Date(now).toISOString(),
		findings: checked.findings.map((one) => ({ ...one, ...seen(reportedFinding(one).id) })),
		drift: checked.drift.map((one) => ({ ...one, ...seen(reportedDrift(one).id) })),
		outdated: isOutdated(checked),
	};
}

function watchOf(watched: WatchResult | undefined, { missed }: CheckedCage): Pick<CageRecord, "watched"> {
	if (!watched) return {};
	const { seconds, since, until } = watched;
	const paths = missed?.missing.flatMap(({ path }) => path ?? []) ?? [];
	return { watched: { since, until, seconds, missed: [...new Set(paths)] } };
}

async function configurationOf({ machine, signal }: Context, { layout, manifest }: PresentCage): Promise<Configuration[]> {
	const { files, recording, store } = machine;
	const edits = new Map((await store.edits(manifest, signal)).map((edit) => [edit.path, edit]));
	const all = manifest.entries.filter((entry) => isConfiguration(entry) || edits.has(entry.path));
	const shipped = recording.asShipped(all.map(({ origin, path }) => origin ?? path));
	const textOf = (path: Path) => files.read(path)?.toString("utf8");
	return all.map((entry) => {
		const { kind, package: owner, path, risks } = entry;
		const named = { path, ...omitUndefined({ package: owner }) };
		const isEdited = isEditedNow(edits.get(path)) || isEditedBefore(entry);
		if (kind === "generated" || isEdited) {
			const [host, cage] = [textOf(path), textOf(join(layout.root, path))];
			const state = kind === "generated" ? "written" : "edited";
			return {
				...named,
				state,
				against: host === undefined ? "nothing" : "host",
				...differenceOf(host, cage, risks.includes("secret")),
			};
		}
		const original = shipped.get(entry.origin ?? path);
		if (original === undefined || original.isSame) return { ...named, state: original === undefined ? "host" : "package" };
		const difference = original.text === undefined ? {} : differenceOf(original.text, textOf(path), risks.includes("secret"));
		return { ...named, state: "host", against: original.text === undefined ? "nothing" : "package", ...difference };
	});
}

function isEditedNow(edit: Edit | undefined): boolean {
	return edit !== undefined && stateOfEdit(edit) !== "same";
}

function isEditedBefore(entry: ManifestEntry): boolean {
	return entry.edited !== undefined && (entry.kind === "symlink" ? entry.target : entry.sha256) !== hostContent(entry);
}

/** Reads AppArmor's state (apparmor(7)) and looks for a profile at the place where distributions install it. */
function machineFacts({ files, recording }: Machine, { command }: Manifest): MachineFacts {
	const text = (path: string) => files.read(pathFromText(path))?.toString("utf8") ?? "";
	const enabled = text("/sys/module/apparmor/parameters/enabled").startsWith("Y");
	const program = command[0] ?? "";
	const profile = pathFromText(`/etc/apparmor.d/${program.slice(1).replaceAll("/", ".")}`);
	const isThere = files.status(profile)?.kind === "file";
	const loaded = text("/sys/kernel/security/apparmor/profiles");
	return {
		...recording.host(),
		appArmor: { enabled, ...(isThere ? { profile: pathToText(profile) ?? "", loaded: loaded.includes(`${program} (`) } : {}) },
		selinux: files.status(pathFromText("/sys/fs/selinux/enforce")) !== undefined,
	};
}
