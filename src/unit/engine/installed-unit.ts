import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { baseName, type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { cageFolder, presentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { capabilityWord } from "../../plan/permission-words.ts";
import { foundEscape } from "../../selftest/verdict.ts";
import { serverSignals } from "../../service/signals.ts";
import { overridingSetting } from "../dropin.ts";
import { permissionsBehind } from "../exposure.ts";
import { startsLauncher } from "../input.ts";
import { dropinName, dropinPlace, type UnitOfCage, unitAt, unitName, unitPlace } from "../installed.ts";
import type { HostService, UnitSet } from "../ports.ts";
import { refuseLockoutBy } from "./lockout.ts";
import { type ChangeOfCage, dropinText, hostService, unitText } from "./unit.ts";

/** A cage's own unit, or the drop-in for a host service. */
export interface WhichUnit {
	readonly name: string;
	readonly service?: string;
}

interface UnitAtPlace {
	readonly place: Path;
	readonly text: string;
}

export const unitActions = ["installed", "replaced", "unchanged", "removed"] as const;

export interface InstalledUnit extends UnitAtPlace {
	readonly action: (typeof unitActions)[number];
	/** systemd has reloaded its units. */
	readonly reloaded: boolean;
}

/**
 * Installs the unit and reloads systemd. Never overwrites a unit that was edited or belongs to somebody else (`unit-foreign`,
 * `unit-changed`, `unit-of-other`, exit 4), and never writes one that systemd rejects (`unit-rejected`), that would lock people out
 * (`lockout-unit`, `lockout-service`, exit 4), or for a cage with a known way out (`selftest-escaped`, exit 1).
 */
export async function installUnit(context: Context, which: WhichUnit, dryRun: boolean): Promise<InstalledUnit> {
	const { units } = context.machine;
	const present = await presentCage(context, which.name);
	const { cage } = present;
	const unsafe = foundEscape(cage);
	if (unsafe) throw unsafe;
	await refuseLockoutBy(context, present, which.service === undefined ? undefined : hostService(context, which.service));
	const { before, isMoved, place, text } = await planUnit(context, which);
	const action = before === undefined ? "installed" : before === text && !isMoved ? "unchanged" : "replaced";
	if (dryRun || action === "unchanged") return { place, text, action, reloaded: false };
	const write = (content: string) => units.install(place, content, cageFolder(context.machine.store, cage.name));
	const reloaded = await changing(
		context,
		cage.name,
		async () => {
			await write(text);
			return () => (before === undefined ? units.uninstall(place) : write(before));
		},
		() => requireLoaded(context, which, place),
	);
	await context.machine.store.log(cage.name, "unit", { action, path: showPath(place) });
	return { place, text, action, reloaded };
}

/**
 * Throws `unit-not-loaded` (exit 1) if the running systemd does not use the file: the unit is masked, another file with the same
 * name takes precedence, or a setting is bad.
 */
async function requireLoaded(context: Context, { name, service }: WhichUnit, place: Path): Promise<void> {
	const unit = service === undefined ? unitName(name) : serviceName(context, service);
	const { files, problem, state } = await context.machine.services.loaded(unit);
	if (state === "loaded" && files.includes(showPath(place))) return;
	const instead = files.filter((path) => path !== showPath(place)).join(", ");
	throw new Failure("unit-not-loaded", { unit, path: showPath(place), problem: problem || `${state} ${instead}`.trim() }, 1);
}

interface PlannedUnit extends UnitAtPlace {
	/** The installed text. */
	readonly before: string | undefined;
	/** An earlier release installed it at another place. */
	readonly isMoved: boolean;
}

/**
 * The text that `installUnit` would write, for the cage modified by `change`, and the installed one if any. Refuses the same cases.
 */
export async function planUnit(context: Context, which: WhichUnit, change?: ChangeOfCage): Promise<PlannedUnit> {
	const host = which.service === undefined ? undefined : hostService(context, which.service);
	const { place, text } = await unitAtPlace(context, which, host, change);
	if (host) refuseOverridden(text, host);
	const [complaint] = (await context.machine.units.complaints(unitSet(which.name, text, host), baseName(place))) ?? [];
	if (complaint !== undefined) throw new Failure("unit-rejected", { complaint });
	const present = await context.machine.units.presentPlace(place);
	return { place, text, before: await installedText(context, which.name, present), isMoved: present !== place };
}

/** Removes what `installUnit` wrote, even if the cage is gone. Throws `unit-not-installed` (exit 1), or refuses like `installUnit`. */
export async function uninstallUnit(context: Context, which: WhichUnit, dryRun: boolean): Promise<InstalledUnit> {
	const { store, units } = context.machine;
	const wanted = placeOf(which.name, which.service === undefined ? undefined : serviceName(context, which.service));
	const place = await units.presentPlace(wanted);
	const text = await installedText(context, which.name, place);
	if (text === undefined) throw new Failure("unit-not-installed", { path: showPath(place) });
	// The service's state is in the cage and must be moved back with it.
	const adoption = await store.adoption(which.name);
	if (adoption && dropinPlace(adoption.service) === wanted)
		throw new Failure("cage-adopted", { name: which.name, service: adoption.service }, 4);
	if (dryRun) return { place, text, action: "removed", reloaded: false };
	const reloaded = await changing(context, which.name, async () => {
		await units.uninstall(place);
		return () => units.install(place, text, cageFolder(context.machine.store, which.name));
	});
	if (await store.cage(which.name)) await store.log(which.name, "unit", { action: "removed", path: showPath(place) });
	return { place, text, action: "removed", reloaded };
}

/** systemd's exposure scores of the host's own service, if known, and of the cage's unit. */
interface Exposures {
	readonly service?: string;
	readonly before?: number;
	readonly after: number;
	/** Settings that still cost points, with the permissions that need them. */
	readonly open: readonly {
		readonly setting: string;
		readonly costs: number;
		readonly for: readonly { readonly word: string; readonly why: string }[];
	}[];
	readonly startsAsRoot: boolean;
	/** Permissions that `--refuse` could drop because logrotate can create the logs instead. */
	readonly forLogs: readonly string[];
}

/** Throws `tool-missing` (exit 3) without systemd-analyze, and `unit-score-launched` (exit 3) if systemd's settings do not make the cage. */
export async function unitExposure(context: Context, { name, service }: WhichUnit): Promise<Exposures> {
	const { units } = context.machine;
	const { cage, manifest } = await presentCage(context, name);
	const version = units.version();
	if (startsLauncher(version)) {
		const option = service === undefined ? "--unit" : `--dropin ${service}`;
		throw new Failure("unit-score-launched", { name, version, option }, 3);
	}
	const host = service === undefined ? undefined : hostService(context, service);
	const known = host ?? (cage.unit === undefined ? undefined : units.service(cage.unit));
	const { text } = await unitAtPlace(context, service === undefined ? { name } : { name, service }, host);
	const before = known && (await units.exposure({ name: known.name, files: hostFiles(known) }));
	const after = await units.exposure(unitSet(name, text, host));
	if (after === undefined) throw new Failure("tool-missing", { tool: "systemd-analyze", package: "systemd" }, 3);
	return {
		...(known ? { service: known.name } : {}),
		...(before === undefined ? {} : { before: before.score }),
		after: after.score,
		open: after.open.map((one) => ({ ...one, for: permissionsBehind(one.setting, manifest.permissions) })),
		startsAsRoot: manifest.identity.uid === 0,
		forLogs: forLogs(cage.application.command, manifest),
	};
}

function forLogs(command: readonly string[], { identity, permissions }: Pick<Manifest, "identity" | "permissions">): string[] {
	if (identity.uid !== 0) return [];
	const known = serverSignals(command)?.forLogs ?? [];
	return permissions.capabilities.flatMap(({ name }) => (known.includes(name) ? [capabilityWord(name)] : []));
}

async function unitAtPlace(
	context: Context,
	which: WhichUnit,
	host: HostService | undefined,
	change?: ChangeOfCage,
): Promise<UnitAtPlace> {
	const text = await (host === undefined ? unitText(context, which.name) : dropinText(context, which.name, host.name, change));
	return { place: placeOf(which.name, host?.name), text };
}

function placeOf(cage: string, service: string | undefined): Path {
	return service === undefined ? unitPlace(cage) : dropinPlace(service);
}

/** Also accepts a service whose package is gone, under the name that was typed. */
function serviceName({ machine }: Context, service: string): string {
	const full = service.endsWith(".service") ? service : `${service}.service`;
	const known = machine.units.service(service)?.name;
	if (known === undefined && !/^[\w:.\\@-]+$/.test(full)) throw new Failure("unit-unknown", { name: service }, 2);
	return known ?? full;
}

/** The installed text, if any. Refuses text that is not this cage's or was edited. */
export async function installedText(context: Context, name: string, place: Path): Promise<string | undefined> {
	const installed = await context.machine.units.installed(place);
	if (installed.kind === "none") return undefined;
	const path = showPath(place);
	if (installed.kind === "foreign") throw new Failure("unit-foreign", { path }, 4);
	if (installed.cage !== cageFolder(context.machine.store, name))
		throw new Failure("unit-of-other", { path, cage: installed.cage }, 4);
	if (installed.changed) throw new Failure("unit-changed", { path }, 4);
	return installed.text;
}

/** Locks the cage, applies a change, reloads systemd and verifies the result. If that fails or is aborted, the change is undone. */
async function changing(
	{ machine, signal }: Context,
	name: string,
	change: () => Promise<() => Promise<void>>,
	verify: () => Promise<void> = async () => {},
): Promise<boolean> {
	await using _lock = (await machine.store.cage(name)) ? await machine.store.lock(name) : undefined;
	signal.throwIfAborted();
	const undo = await change();
	try {
		const reloaded = await machine.units.reload();
		if (reloaded) await verify();
		signal.throwIfAborted();
		return reloaded;
	} catch (error) {
		await undo();
		await machine.units.reload().catch(() => false);
		throw error;
	}
}

function unitSet(cage: string, text: string, host: HostService | undefined): UnitSet {
	if (host === undefined) return { name: unitName(cage), files: [{ name: unitName(cage), text }] };
	return { name: host.name, files: [...hostFiles(host), { name: `${host.name}.d/${dropinName}`, text }] };
}

function hostFiles({ files, name, texts }: HostService): UnitSet["files"] {
	return texts.map((text, index) => ({
		name: index === 0 ? name : `${name}.d/${baseName(pathFromText(files[index] ?? ""))}`,
		text,
	}));
}

function refuseOverridden(text: string, host: HostService): void {
	const later = host.files.flatMap((file, index) => (index > 0 && baseName(pathFromText(file)) > dropinName ? [index] : []));
	const overriding = overridingSetting(text, host, later);
	if (overriding === undefined) return;
	const path = showPath(pathFromText(host.files[overriding.text] ?? ""));
	throw new Failure("unit-overridden", { path, setting: overriding.name, dropin: dropinName }, 4);
}

export async function unitsOf({ machine }: Context, name: string): Promise<UnitOfCage[]> {
	// System units belong to root. Without root, a user unit starts `run`.
	if (machine.accounts.own()) return [];
	const places = await machine.units.installedFor(cageFolder(machine.store, name));
	return places.map(unitAt);
}
