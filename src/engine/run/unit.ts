import { parsePassedSocket } from "../../core/application/passed-socket.ts";
import type { Cage } from "../../core/cage/cage.ts";
import { requireLaunchable } from "../../core/cage/launchable.ts";
import { refuseWeaker, unitWeaknesses } from "../../core/confinement/method.ts";
import { isPerConnection } from "../../core/confinement/passed-sockets.ts";
import { systemdDropin } from "../../core/confinement/unit/dropin.ts";
import type { UnitInput } from "../../core/confinement/unit/input.ts";
import { systemdUnit } from "../../core/confinement/unit/unit.ts";
import { knows } from "../../core/confinement/unit/versions.ts";
import { Failure } from "../../core/failure.ts";
import { join } from "../../core/path/path.ts";
import { printable } from "../../core/path/quote.ts";
import { serverSignals } from "../../core/upkeep/signals.ts";
import { type PresentCage, presentCage } from "../cages.ts";
import { type Context, warnWeaker } from "../context.ts";
import type { HostService } from "../systemd-ports.ts";
import { auditGeneration } from "../upkeep/audit.ts";

/** These functions need neither events nor a signal. */
type OnMachine = Pick<Context, "machine">;

/** A service of its own for a cage. Throws what `presentCage` and `systemdUnit` throw. */
export async function unitText(context: OnMachine, name: string): Promise<string> {
	const present = await presentCage(context, name);
	const { application, unit } = present.cage;
	if (isPerConnection((application.sockets ?? []).flatMap((text) => parsePassedSocket(text) ?? []))) {
		throw new Failure("unit-per-connection-own", { name, unit: unit ?? "UNIT" }, 2);
	}
	return systemdUnit(await unitInput(context, present, unit === undefined ? undefined : context.machine.units.service(unit)));
}

/**
 * A drop-in that moves a host service into a cage. Throws the same, `unit-unknown` (exit 2), and `dropin-other-application` (exit
 * 4) if the service runs another application.
 */
export async function dropinText(context: OnMachine, name: string, service: string): Promise<string> {
	const present = await presentCage(context, name);
	const host = hostService(context, service);
	if (!isServiceOf(context, present.cage, host)) {
		const program = printable(present.cage.application.command[0] ?? "");
		throw new Failure("dropin-other-application", { name, service: host.name, program }, 4);
	}
	return systemdDropin({ ...(await unitInput(context, present, host)), service: host });
}

/**
 * The texts of a cage's service in order, with its input modified by `change`: the cage's own unit, or a host service and the
 * drop-in for it.
 */
export async function unitTexts(
	context: OnMachine,
	present: PresentCage,
	host: HostService | undefined,
	change: (input: UnitInput) => UnitInput,
): Promise<readonly string[]> {
	const input = change(await unitInput(context, present, host));
	return host ? [...host.texts, systemdDropin({ ...input, service: host })] : [systemdUnit(input)];
}

/** Reports findings now, because the unit starts the cage later without us. With `full`, refuses weaker confinement. */
export async function judgeUnit(context: Context, name: string, full: boolean): Promise<void> {
	const { cage, generation, layout, manifest } = await presentCage(context, name);
	warnOfUnitTrial(context, cage, generation);
	const weaker = unitWeaknesses(context.machine.units.version());
	refuseWeaker(weaker, full);
	warnWeaker(context, weaker);
	await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [], separated: !weaker.includes("pids") });
}

/** Warns if the present generation failed as a service. */
export function warnOfUnitTrial({ emit }: Pick<Context, "emit">, cage: Cage, generation = cage.unitTrial?.generation): void {
	const { name, unitTrial } = cage;
	if (!unitTrial || unitTrial.generation !== generation) return;
	const { failed, unit, withoutReload } = unitTrial;
	if (withoutReload) emit({ event: "warned", code: "unit-without-reload", values: { unit } });
	if (!failed) return;
	const code = failed.words === "" ? "unit-trial-failed-silent" : "unit-trial-failed";
	emit({ event: "warned", code, values: { name, unit, ...failed } });
}

export function hostService({ machine }: OnMachine, name: string): HostService {
	const host = machine.units.service(name);
	if (!host) throw new Failure("unit-unknown", { name }, 2);
	return host;
}

/** Whether the cage was made from this service, or its program occurs in the service's unit (as for most templates). */
export function isServiceOf({ machine }: OnMachine, cage: Cage, host: HostService): boolean {
	const own = cage.unit === undefined ? undefined : (machine.units.service(cage.unit)?.name ?? cage.unit);
	const [program = ""] = cage.application.command;
	return own === host.name || host.texts.some((text) => text.includes(program));
}

async function unitInput(
	{ machine }: OnMachine,
	{ cage, generation, layout, manifest }: PresentCage,
	host?: HostService,
): Promise<UnitInput> {
	requireLaunchable(
		{ ...layout, identity: manifest.identity, application: cage.application },
		{ users: machine.accounts.users(), logSocket: machine.logSocket(), stateFolder: machine.stateFolder() },
	);
	const { sockets: handed = [] } = cage.application;
	if (handed.length && !host) throw new Failure("unit-without-sockets", { name: cage.name }, 2);
	const program = machine.launcher.unitConfiner(layout, manifest.identity, Boolean(host?.sockets?.length));
	const confiner = program && (await machine.store.building.placeConfiner(cage.name, program));
	const systemdVersion = machine.units.version();
	// Another reload command, such as a SysV script's, would act on the host's files and processes. HUP is the convention, and
	// the trace showed that the application survives it.
	const byHangup = host?.reloads && cage.signals.includes("SIGHUP") ? "HUP" : undefined;
	const reloadSignal = serverSignals(cage.application.command)?.reload ?? host?.reloadSignal ?? byHangup;
	return {
		name: cage.name,
		root: knows(systemdVersion, "RootDirectoryByLink")
			? machine.store.presentRoot(cage.name)
			: machine.store.root(cage.name, generation),
		data: layout.writable.map((path) => ({ path, source: join(layout.data, path.slice(1)) })),
		binds: layout.binds,
		plan: {
			application: cage.application,
			identity: manifest.identity,
			entries: manifest.entries.map((entry) => ({ ...entry, decision: "include" as const })),
			permissions: manifest.permissions,
		},
		launcher: machine.store.building.launcher(cage.name),
		// Unless the command was changed to stay in the foreground.
		forks: Boolean(host?.forks) && !cage.notes?.some(({ code }) => code === "unit-foreground"),
		keepsAccount: cage.keepsAccount ?? false,
		...(confiner === undefined ? {} : { confiner: { folder: machine.store.building.launcher(cage.name), name: confiner } }),
		systemdVersion,
		...(cage.application.limits === undefined ? {} : { limits: cage.application.limits }),
		sockets: host?.sockets ?? [],
		socketPaths: host?.socketPaths ?? [],
		accepted: cage.accepted ?? [],
		...(reloadSignal === undefined || cage.unitTrial?.withoutReload ? {} : { reloadSignal }),
	};
}
