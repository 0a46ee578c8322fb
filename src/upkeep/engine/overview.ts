import type { Adoption } from "../../adopt/adoption.ts";
import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import type { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import { cageFolder, isDamage, type PresentCage, presentCage, runningIn, unlessDamaged } from "../../cage/engine/cages.ts";
import { footprints } from "../../cage/engine/separation.ts";
import { countEntries } from "../../cage/manifest.ts";
import { countingToday, reportedFinding, today } from "../../check/acknowledgement.ts";
import { checkFindings } from "../../check/engine/audit.ts";
import { driftOfEach } from "../../check/engine/drift.ts";
import { isApproved } from "../../record/record.ts";
import { unitAt, unitName } from "../../unit/installed.ts";
import { type RecentAlarms, recentAlarms } from "../../watch/alarm.ts";
import type { StoredReaction } from "../../watch/reaction.ts";

/** How a cage is started. `unit`: by its own unit, or by a service that a drop-in confines. */
export const startKinds = ["run", "unit", "adopted"] as const;
type StartKind = (typeof startKinds)[number];

/** The state of a cage in one row. A value that is unknown is null. */
export interface CageOverview {
	readonly name: string;
	readonly generation: number | null;
	/** ISO 8601, UTC: when the generation was built. */
	readonly madeAt: string | null;
	readonly running: boolean;
	/** The first process of each PID namespace. */
	readonly pids: readonly number[];
	/** How it runs, or how it is installed if it does not run. */
	readonly as: StartKind | null;
	readonly service: string | null;
	/** systemd's ActiveState of the service. */
	readonly serviceState: string | null;
	/** Whether the last trial of the present description answered. */
	readonly answers: boolean | null;
	/** Packages whose files changed on the host since they were copied. Changed files without a package count as one. */
	readonly outdated: number | null;
	/** Open findings of the audit. */
	readonly findings: number | null;
	/** Alarms since the last look. */
	readonly alarms: number;
	/** Somebody approved the present generation. */
	readonly approved: boolean | null;
	readonly command: readonly string[];
	readonly files: number | null;
	readonly bytes: number | null;
	/** An upgrade of the host marked it as old. */
	readonly stale: boolean;
	readonly recentAlarms: RecentAlarms;
	/** What `watch` did that explains its state. */
	readonly reaction?: StoredReaction;
	/** Why other values are unknown. */
	readonly damage?: Failure;
}

/** What takes long to find out, by name of the cage. */
export type ExaminedCages = ReadonlyMap<string, Pick<CageOverview, "findings" | "outdated">>;

/**
 * All cages, by name. Asks systemd once, and reads processes and package records once. With `examined`, nothing is audited or compared
 * with the host again.
 */
export async function overview(context: Context, examined?: ExaminedCages): Promise<CageOverview[]> {
	const { store } = context.machine;
	const names = await store.names();
	const presents = new Map<string, PresentCage | Failure | undefined>();
	for (const name of names) presents.set(name, await presentOrDamage(context, name));
	const starts = await startsOf(context, names);
	const known = examined ?? (await examine(context, presents));
	return Promise.all(
		names.map(async (name) => {
			const start = starts.get(name) ?? notStarted;
			return { ...(await storedOverview(context, name, presents.get(name))), ...start, ...(known.get(name) ?? unexamined) };
		}),
	);
}

const unexamined = { findings: null, outdated: null };

async function presentOrDamage(context: Context, name: string): Promise<PresentCage | Failure | undefined> {
	try {
		return (await context.machine.store.present(name)) === undefined ? undefined : await presentCage(context, name);
	} catch (error) {
		if (isDamage(error)) return error;
		throw error;
	}
}

/** What the state folder knows about a cage. */
async function storedOverview(
	{ machine }: Context,
	name: string,
	found: PresentCage | Failure | undefined,
): Promise<Omit<CageOverview, keyof Start | "findings" | "outdated">> {
	const { now, store } = machine;
	const alarms = await store.alarms(name);
	const looked = (await store.upkeep.lookedAt(name)) ?? 0;
	const unknown = {
		name,
		generation: null,
		madeAt: null,
		answers: null,
		approved: null,
		command: [],
		files: null,
		bytes: null,
		stale: false,
		alarms: alarms.filter(({ time }) => Date.parse(time) > looked).length,
		recentAlarms: recentAlarms(alarms, now()),
	};
	if (found instanceof Error) return { ...unknown, damage: found };
	try {
		const cage = found?.cage ?? (await store.cage(name));
		const reaction = await presentReaction(machine, name);
		const described = {
			...unknown,
			...omitUndefined({ reaction }),
			command: cage?.application.command ?? [],
			answers: cage?.trials.at(-1)?.answered ?? null,
			stale: (await store.upkeep.staleMark(name)) !== undefined,
		};
		if (!found) return described;
		const { generation, manifest } = found;
		const { bytes, files } = countEntries(manifest);
		const responsible = await unlessDamaged(store.records.responsible(name));
		const approved = responsible ? isApproved(responsible, generation) : null;
		return { ...described, generation, madeAt: manifest.madeAt, files, bytes, approved };
	} catch (error) {
		if (!isDamage(error)) throw error;
		return { ...unknown, damage: error };
	}
}

type Start = Pick<CageOverview, "as" | "pids" | "running" | "service" | "serviceState">;
const notStarted: Start = { running: false, pids: [], as: null, service: null, serviceState: null };

/** How each cage is started, and what runs of it. */
async function startsOf({ machine }: Context, names: readonly string[]): Promise<ReadonlyMap<string, Start>> {
	const { accounts, launcher, services, store, units } = machine;
	const roots: { name: string; root: Path }[] = [];
	const adoptions = new Map<string, Adoption | undefined>();
	for (const name of names) {
		for (const generation of await store.generations(name)) roots.push({ name, root: store.root(name, generation) });
		adoptions.set(name, await unlessDamaged(store.adoption(name)));
	}
	const pids = new Map<string, readonly number[]>();
	for (const [index, { inits }] of launcher.runningInEach(roots.map(({ root }) => root)).entries()) {
		const { name = "" } = roots[index] ?? {};
		pids.set(name, [...(pids.get(name) ?? []), ...inits]);
	}
	// System units belong to root.
	const installed = accounts.own() ? new Map<string, readonly Path[]>() : await units.installedForCages();
	const starts = new Map<string, Start>();
	for (const name of names) {
		const own = pids.get(name) ?? [];
		const places = installed.get(cageFolder(store, name)) ?? [];
		const start = startOf(
			name,
			adoptions.get(name)?.service,
			places,
			own[0] === undefined ? undefined : services.serviceOf(own[0]),
		);
		starts.set(name, {
			...notStarted,
			...start,
			running: own.length > 0,
			pids: own,
			...(own.length && !start.as ? { as: "run" } : {}),
		});
	}
	if (!services.running()) return starts;
	const asked = [...starts].flatMap(([name, { service }]) => (service === null ? [] : [{ name, service }]));
	// Without systemd's answer, the processes say enough.
	const states = await services.states(asked.map(({ service }) => service)).catch(() => []);
	for (const [index, { name }] of asked.entries()) {
		const start = starts.get(name);
		if (start) starts.set(name, { ...start, serviceState: states[index] || null });
	}
	return starts;
}

/** `within` is the service in which it runs. */
function startOf(
	name: string,
	adopted: string | undefined,
	places: readonly Path[],
	within: string | undefined,
): Pick<Start, "as" | "service"> {
	if (adopted !== undefined) return { as: "adopted", service: adopted };
	const own = unitName(name);
	const dropins = places.flatMap((place) => unitAt(place).service ?? []);
	if (within === own || (within !== undefined && dropins.includes(within))) return { as: "unit", service: within };
	if (within !== undefined || !places.length) return { as: null, service: null };
	return { as: "unit", service: dropins[0] ?? own };
}

/** Audits every cage and compares it with the host, without planning. */
async function examine(
	context: Context,
	presents: ReadonlyMap<string, PresentCage | Failure | undefined>,
): Promise<ExaminedCages> {
	const { now, store } = context.machine;
	const built = [...presents.values()].filter((one): one is PresentCage => one !== undefined && !(one instanceof Error));
	const drifts = await driftOfEach(
		context,
		built.map(({ manifest }) => manifest),
	);
	const all = await footprints(store);
	const examined = new Map<string, Pick<CageOverview, "findings" | "outdated">>();
	for (const [index, present] of built.entries()) {
		const { name } = present.cage;
		const findings = await checkFindings(context, present, { footprints: all });
		const reported = findings.map(reportedFinding);
		const stored = (await unlessDamaged(store.upkeep.acknowledgements(name))) ?? [];
		const acknowledged = countingToday(reported, stored, today(now()));
		const open = findings.filter((one) => !one.accepted && !one.known && !acknowledged.has(reportedFinding(one).id));
		examined.set(name, { findings: open.length, outdated: drifts[index]?.length ?? 0 });
	}
	return examined;
}

/**
 * The reaction that explains the state of a cage: one that is not done, a stop after which nothing runs, or a freeze if something is
 * still suspended.
 */
export async function presentReaction(machine: Machine, name: string): Promise<StoredReaction | undefined> {
	// `watch` reports a damaged file.
	const stored = await machine.store.upkeep.reactions(name).catch(() => []);
	const unfinished = stored.find(({ state }) => state !== "done");
	if (unfinished || !stored.length) return unfinished;
	const { processes } = await runningIn(machine, name);
	const isFrozen = processes.some((pid) => machine.launcher.isSuspended(pid));
	return stored.find(({ reaction }) => (reaction === "freeze" ? isFrozen : reaction === "stop" && !processes.length));
}
