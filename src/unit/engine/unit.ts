import { omitUndefined } from "../../base/collections.ts";
import { type Context, launchMethod } from "../../base/engine/context.ts";
import { Failure, type Note } from "../../base/failure.ts";
import { baseName, isWithin, join, type Path, parent, pathFromText } from "../../base/path/path.ts";
import { printable } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { type PresentCage, presentCage, requireOwnState } from "../../cage/engine/cages.ts";
import { requireLaunchable } from "../../cage/launchable.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import { launchRequest } from "../../launch/engine/run.ts";
import { isPerConnection } from "../../launch/programs/passed-sockets.ts";
import { sourceOf } from "../../plan/binds.ts";
import { HostAccess } from "../../plan/host-access.ts";
import { linkedSockets, mayPublish, type PublishedKind, publishingPlaces } from "../../plan/published.ts";
import { launchEnvironment } from "../../service/application.ts";
import { onlyMember } from "../../service/found.ts";
import { parsePassedSocket } from "../../service/passed-socket.ts";
import { serverSignals } from "../../service/signals.ts";
import { systemdDropin } from "../dropin.ts";
import { mountedData, startsLauncher, type UnitInput } from "../input.ts";
import { environmentText } from "../lines.ts";
import type { HostService } from "../ports.ts";
import { type PublishedFile, type PublishedFiles, publishScript, volatileFolder } from "../published.ts";
import { commandOf, readsSocket } from "../start.ts";
import { systemdUnit } from "../unit.ts";

/** These functions need neither events nor a signal. */
type OnMachine = Pick<Context, "machine">;

/** A service of its own for a cage. Throws what `presentCage`, `requireOwnState` and `systemdUnit` throw. */
export async function unitText(context: OnMachine, name: string): Promise<string> {
	const present = await presentCage(context, name);
	const { application, unit } = present.cage;
	requireOwnState(present.cage);
	if (isPerConnection((application.sockets ?? []).flatMap((text) => parsePassedSocket(text) ?? []))) {
		throw new Failure("unit-per-connection-own", { name, unit: unit ?? "UNIT" }, 2);
	}
	const host = unit === undefined ? undefined : context.machine.units.service(unit);
	return systemdUnit(await launched(context, present, await unitInput(context, present, host)));
}

/** Changes a cage before its drop-in is written, e.g. where its state is. */
export type ChangeOfCage = (present: PresentCage) => PresentCage;

/**
 * A drop-in that moves a host service into a cage. Throws the same, `unit-unknown` (exit 2), and `dropin-other-application` (exit
 * 4) if the service runs another application.
 */
export async function dropinText(
	context: OnMachine,
	name: string,
	service: string,
	change: ChangeOfCage = (one) => one,
): Promise<string> {
	const present = change(await presentCage(context, name));
	const host = hostService(context, service);
	requireServiceOf(context, present.cage, host);
	return systemdDropin({ ...(await launched(context, present, await unitInput(context, present, host))), service: host });
}

/** What a test changes in a unit. */
interface UnitUnderTest {
	readonly change: (input: UnitInput) => UnitInput;
	readonly launch: TestedLaunch;
}

/** The texts of a cage's service in order, changed for a test: the cage's own unit, or a host service and the drop-in for it. */
export async function unitTexts(
	context: OnMachine,
	present: PresentCage,
	host: HostService | undefined,
	{ change, launch }: UnitUnderTest,
): Promise<readonly string[]> {
	const input = await launched(context, present, change(await unitInput(context, present, host)), launch);
	return host ? [...host.texts, systemdDropin({ ...input, service: host })] : [systemdUnit(input)];
}

/** Reports findings and weaknesses now, because the unit starts the cage later without us. */
export async function judgeUnit(context: Context, name: string): Promise<void> {
	const { cage, generation, layout, manifest } = await presentCage(context, name);
	warnOfUnitTrial(context, cage, generation);
	launchMethod(context, true);
	await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [] });
}

/** Warns if this generation failed as a service. */
function warnOfUnitTrial({ emit }: Pick<Context, "emit">, cage: Cage, generation = cage.unitTrial?.generation): void {
	const failed = failedAsService(cage, generation);
	if (failed) emit({ event: "warned", ...failed });
	warnBesideFailure({ emit }, cage, generation);
}

/** Warns of a missing reload and of a call for which the filter killed the service, but not of the failure itself. */
export function warnBesideFailure(
	{ emit }: Pick<Context, "emit">,
	{ name, unitTrial }: Cage,
	generation = unitTrial?.generation,
): void {
	if (!unitTrial || unitTrial.generation !== generation) return;
	const { failed, unit, withoutReload } = unitTrial;
	if (withoutReload) emit({ event: "warned", code: "unit-without-reload", values: { unit } });
	if (failed?.killedFor !== undefined) warnOfKill({ emit }, name, unit, failed.killedFor);
}

/** How this generation failed as a service. Undefined if it did not, or if it was not tried as one. */
export function failedAsService({ name, unitTrial }: Cage, generation: number | undefined): Note | undefined {
	if (!unitTrial?.failed || unitTrial.generation !== generation) return undefined;
	const { killedFor: _, ...values } = unitTrial.failed;
	const code = values.words === "" ? "unit-trial-failed-silent" : "unit-trial-failed";
	return { code, values: { name, unit: unitTrial.unit, ...values } };
}

/** Names the call for which the filter killed a process of the service, or says where the kernel records it. */
export function warnOfKill({ emit }: Pick<Context, "emit">, name: string, unit: string, call: string): void {
	if (call === "") emit({ event: "warned", code: "unit-killed", values: { unit } });
	else emit({ event: "warned", code: "unit-killed-for", values: { name, unit, call } });
}

/** The service that a name means: the only one that it starts, if it has no program of its own. Throws `unit-unknown` and what `onlyMember` throws. */
export function hostService(context: OnMachine, name: string): HostService {
	const host = context.machine.units.service(name);
	if (!host) throw new Failure("unit-unknown", { name }, 2);
	const member = onlyMember(host.name, host.members);
	return member === undefined ? host : hostService(context, member);
}

/** Throws `dropin-other-application` (exit 4). */
export function requireServiceOf(context: OnMachine, cage: Cage, host: HostService): void {
	if (isServiceOf(context, cage, host)) return;
	const program = printable(cage.application.command[0] ?? "");
	throw new Failure("dropin-other-application", { name: cage.name, service: host.name, program }, 4);
}

/** Whether the cage was made from this service, or its program occurs in the service's unit (as for most templates). */
export function isServiceOf({ machine }: OnMachine, cage: Cage, host: HostService): boolean {
	const own = cage.unit === undefined ? undefined : (machine.units.service(cage.unit)?.name ?? cage.unit);
	const [program = ""] = cage.application.command;
	return own === host.name || host.texts.some((text) => text.includes(program));
}

async function unitInput(
	{ machine }: OnMachine,
	{ cage, layout, manifest }: PresentCage,
	host?: HostService,
): Promise<UnitInput> {
	requireLaunchable(
		{ ...layout, identity: manifest.identity, application: cage.application },
		{ users: machine.accounts.users(), logSocket: machine.logSocket(), stateFolder: machine.stateFolder() },
	);
	const { sockets: handed = [] } = cage.application;
	if (handed.length && !host) throw new Failure("unit-without-sockets", { name: cage.name }, 2);
	const hasSockets = Boolean(host?.sockets?.length);
	const startsSession = !readsSocket(cage.application, hasSockets);
	const program = machine.launcher.unitConfiner(layout, manifest.identity, { hasSockets, startsSession });
	const confiner = program && (await machine.store.building.placeConfiner(cage.name, program));
	const systemdVersion = machine.units.version();
	// Another reload command, such as a SysV script's, would act on the host's files and processes. HUP is the convention, and
	// the trace showed that the application survives it.
	const byCommand = Boolean(cage.application.service?.reload?.length);
	const byHangup = host?.reloads && !byCommand && cage.signals.includes("SIGHUP") ? "HUP" : undefined;
	const reloadSignal = serverSignals(cage.application.command)?.reload ?? host?.reloadSignal ?? byHangup;
	const reloading = reloadSignal === undefined ? { reloadsByCommand: byCommand } : { reloadSignal };
	const root = machine.store.presentRoot(cage.name);
	const data = layout.writable.map((path) => ({ path, source: sourceOf(path, layout) }));
	const stage = machine.store.building.published(cage.name);
	const { identity } = manifest;
	const { files } = machine;
	const hostAccess = new HostAccess({ files, identity, users: machine.accounts.users(), stateFolder: machine.stateFolder() });
	const facts = { files, hostAccess, identity, allowed: cage.rules.allowWrite };
	// An archive or a changed host may name other places than a plan.
	const isPublished = (kind: PublishedKind, path: Path) => mayPublish(kind, path, publishingPlaces(manifest), facts);
	const published = host && publishedBy(host.name, { data, isPublished, layout, manifest, stage });
	const placeEnvironment = () =>
		machine.store.building.placeEnvironment(cage.name, environmentText(launchEnvironment(cage.application)));
	const placeScript = (one: PublishedFiles) => machine.store.building.placeScript(cage.name, publishScript(one));
	return {
		name: cage.name,
		root,
		data: published ? published.data : data,
		...(published ? { publishes: { script: await placeScript(published), folder: published.folder } } : {}),
		binds: layout.binds,
		plan: {
			application: cage.application,
			identity: manifest.identity,
			entries: manifest.entries.map((entry) => ({ ...entry, decision: "include" as const })),
			permissions: manifest.permissions,
		},
		launcher: machine.store.building.launcher(cage.name),
		keepsAccount: cage.keepsAccount ?? false,
		reportsReady: cage.trials.findLast(({ generation }) => generation === manifest.generation)?.reportsReady ?? false,
		...(confiner === undefined
			? {}
			: { confiner: { folder: machine.store.building.launcher(cage.name), name: confiner, startsSession } }),
		systemdVersion,
		...(startsLauncher(systemdVersion) ? {} : { environmentFile: await placeEnvironment() }),
		...omitUndefined({ limits: cage.application.limits }),
		sockets: host?.sockets ?? [],
		socketPaths: host?.socketPaths ?? [],
		accepted: cage.accepted ?? [],
		...(cage.unitTrial?.withoutReload ? {} : reloading),
	};
}

interface PublishedData extends Pick<PresentCage, "layout" | "manifest"> {
	readonly data: UnitInput["data"];
	/** A folder on the file system of the cage's data, for root only. */
	readonly stage: Path;
	isPublished(kind: PublishedKind, path: Path): boolean;
}

/** What a host service publishes of its cage, if anything. Its data below /run is then in /run too, so that links to it are possible. */
function publishedBy(
	service: string,
	{ data, isPublished, layout, manifest, stage }: PublishedData,
): (PublishedFiles & Pick<UnitInput, "data">) | undefined {
	const sockets = linkedSockets(manifest, layout).filter((path) => isPublished("socket", path));
	const { writable } = manifest;
	const pidFiles = (manifest.pidFiles ?? []).filter((path) => isPublished("pid", path));
	if (!sockets.length && !pidFiles.length) return undefined;
	const folder = volatileFolder(service);
	const sourceIn = (path: Path) => join(folder, path.slice(1) as Path);
	const moved = data.map((one) => (isWithin(one.path, run) ? { ...one, source: sourceIn(one.path) } : one));
	const file = (kind: PublishedFile["kind"]) => (target: Path, index: number) => {
		const holder = moved.find(({ path }) => path === parent(target));
		const source = holder ? join(holder.source, baseName(target)) : target;
		const staged = join(isWithin(source, run) ? join(folder, stageName) : stage, pathFromText(`${kind}-${index}`));
		return { kind, source, staged, target };
	};
	return {
		data: moved,
		folder,
		directories: writable
			.filter(({ path }) => isWithin(path, run))
			.map(({ gid, mode, path, uid }) => ({ gid, mode, source: sourceIn(path), uid })),
		files: [...sockets.map(file("socket")), ...pidFiles.map(file("pid"))],
	};
}

const run = pathFromText("/run");
const stageName = pathFromText("published");

/** What a test changes about the launch. */
interface TestedLaunch {
	/** Where its files are written. */
	readonly folder: Path;
	readonly hostFiles?: readonly Path[];
	readonly names?: readonly string[];
}

/** Adds the launcher's command if this systemd needs it. */
async function launched(
	{ machine }: OnMachine,
	present: PresentCage,
	input: UnitInput,
	{ folder, ...files }: TestedLaunch = { folder: machine.store.building.launcher(present.cage.name) },
): Promise<UnitInput> {
	if (!startsLauncher(input.systemdVersion)) return input;
	// systemd holds the limits and passes the sockets; a unit without network has a namespace of its own.
	const { limits: _, sockets, ...request } = launchRequest(present);
	const inheritsSockets = Boolean(input.sockets?.length);
	const executable = present.layout.permissions.executableData ?? [];
	const mounts = [
		...mountedData(input).map(({ path, source }) => ({ path, source, access: "rw" as const })),
		...input.binds.map(({ access, created, isSocket, path }) => ({
			path: pathFromText(path),
			source: pathFromText(path),
			access,
			isBind: true as const,
			...omitUndefined({ created, isSocket }),
			...(created?.isFile || isSocket ? { isFile: true as const } : {}),
		})),
	].map((mount) => (executable.includes(mount.path) ? { ...mount, isExecutable: true as const } : mount));
	mounts.sort((a, b) => a.path.length - b.path.length);
	const launch = await machine.launcher.placeLaunch(
		{ ...request, ...files, command: commandOf(input), network: "host", inheritsSockets },
		mounts,
		folder,
	);
	return { ...input, launch };
}
