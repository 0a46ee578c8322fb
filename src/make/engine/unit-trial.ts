import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import { type Cage, type UnitStep, type UnitTrialSummary, unitSteps } from "../../cage/cage.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { isSyscall } from "../../confine/seccomp/syscalls.ts";
import { isPerConnection } from "../../launch/programs/passed-sockets.ts";
import { firstTrySeconds } from "../../probe/engine/probing.ts";
import { errorText } from "../../service/error-text.ts";
import { parsePassedSocket } from "../../service/passed-socket.ts";
import { neighbourPeers, neighbourSockets } from "../../trace/engine/neighbours.ts";
import { graceSeconds } from "../../trace/engine/watched-run.ts";
import { type Answer, probeService, runsInside } from "../../unit/engine/service-probes.ts";
import { hostService, requireServiceOf, unitTexts, warnBesideFailure } from "../../unit/engine/unit.ts";
import { unitName } from "../../unit/installed.ts";
import { trialUnit } from "../../unit/test-units.ts";

export interface UnitTrial {
	/** Full name of the service under trial. */
	readonly unit: string;
	readonly answered: boolean;
	/** Steps after which it answered, or that it ended by. */
	readonly passed: readonly UnitStep[];
	readonly failed?: UnitStep;
	/** systemd's state of the service at the end. */
	readonly state: string;
	/** The application's last output if a step failed. */
	readonly words: string;
	/** The system call for which the filter killed a process; empty if the kernel's record of it is not readable. */
	readonly killedFor?: string;
	readonly probes: readonly ProbeOutcome[];
	readonly seconds: number;
}

/** Maximum bytes of data copied for an automatic trial. */
const mostCopied = 512 << 20;
/** Steps for an application that ends slowly, because every stop may take 90 seconds. */
const withoutStops: readonly UnitStep[] = ["start", "reload"];
/** Seconds for an answer after a reload. */
const afterReload = 10;
/** Seconds for three stops of systemd's 90 each, with reserve. */
const forStops = 400;

/**
 * Starts, reloads, restarts and stops the cage as a systemd service, like its unit or the drop-in for `service`, in its own
 * network and on copies of its data. Throws `unit-trial-needs-systemd` (exit 3), `unit-trial-own`, `unit-trial-sockets` or
 * `unit-unknown` (exit 2), and `dropin-other-application` (exit 4).
 */
async function tryUnit(
	context: Context,
	name: string,
	service?: string,
	steps: readonly UnitStep[] = unitSteps,
): Promise<UnitTrial> {
	const { launcher, now, services, trialService } = context.machine;
	const present = await presentCage(context, name);
	const { cage, layout, manifest } = present;
	if (manifest.owner) throw new Failure("unit-trial-own", { name }, 2);
	if (!services.running()) throw new Failure("unit-trial-needs-systemd", {}, 3);
	const host = service === undefined ? undefined : hostService(context, service);
	if (host) requireServiceOf(context, cage, host);
	// A per-connection service has no socket of its own; systemd starts it for each connection.
	const sockets = [...(host?.sockets ?? handedSockets(context, cage)), ...connections(cage)];
	if (sockets.length) throw new Failure("unit-trial-sockets", { name, sockets: sockets.join(", ") }, 2);
	const unit = host?.name ?? unitName(name);
	const began = now();
	context.emit({ event: "unit-trial-started", unit });
	const sharesNetwork = cage.application.network === "host";
	const trace = await context.machine.store.trace(name);
	const peers = trace ? await neighbourPeers(context, cage.application, trace) : [];
	const policy = { uid: manifest.identity.uid, rules: cage.rules };
	const neighbours = trace ? neighbourSockets(context.machine, trace, policy, layout) : [];
	await using sandbox = await launcher.createSandbox(peers, sharesNetwork);
	const copies = await trialService.copies(layout, sandbox, neighbours);
	const texts = await unitTexts(context, present, host, {
		change: ({ publishes: _, ...input }) => ({
			...input,
			...copies,
			sockets: [],
			...omitUndefined({ joins: sandbox.network }),
			plan: { ...input.plan, application: { ...input.plan.application, network: "none" } },
		}),
		launch: { folder: sandbox.folder },
	});
	const { probes, timeout } = cage.application;
	const placed = await trialService.place((client) =>
		trialUnit({ client, name, service: unit, texts, seconds: 4 * timeout + forStops }),
	);
	try {
		const tried = await takeSteps(context, name, placed.name, {
			probes,
			timeout,
			steps: placed.reloads ? steps : steps.filter((step) => step !== "reload"),
		});
		const killedFor = tried.answered ? undefined : await killingCall(context, placed.name, manifest, began);
		const seconds = Math.round((now() - began) / 10) / 100;
		return { unit, ...tried, ...omitUndefined({ killedFor }), seconds };
	} finally {
		await placed.remove();
	}
}

/** Socket units whose sockets the cage's own unit takes. */
function handedSockets({ machine }: Context, { unit }: Cage): readonly string[] {
	return (unit === undefined ? undefined : machine.units.service(unit)?.sockets) ?? [];
}

function connections({ application }: Cage): readonly string[] {
	const sockets = application.sockets?.flatMap((text) => parsePassedSocket(text) ?? []) ?? [];
	return isPerConnection(sockets) ? sockets.map(({ name }) => name) : [];
}

/** Runs the unit trial and stores its result. The caller holds the cage's lock. */
export async function unitTrialStep(
	context: Context,
	name: string,
	service?: string,
	steps?: readonly UnitStep[],
): Promise<UnitTrial> {
	const { store } = context.machine;
	const { cage, generation } = await presentCage(context, name);
	// Forget an earlier generation's result.
	const { unitTrial: _, ...untried } = cage;
	await store.saveCage(untried);
	const first = await tryUnit(context, name, service, steps);
	const { failed: step, unit } = first;
	const reload = step === "reload" ? ({ withoutReload: true } as const) : {};
	await store.saveCage({ ...cage, unitTrial: { generation, unit, ...reload, ...failedOf(first) } });
	const tried = step === "reload" ? await tryUnit(context, name, service, steps) : first;
	if (tried !== first) await store.saveCage({ ...cage, unitTrial: { generation, unit, ...reload, ...failedOf(tried) } });
	await store.log(name, "tried", { generation, service: unit, answered: tried.answered });
	return tried;
}

function failedOf({ failed: step, killedFor, state, words }: UnitTrial): Pick<UnitTrialSummary, "failed"> {
	if (step === undefined) return {};
	return { failed: { step, state, words, ...omitUndefined({ killedFor }) } };
}

/** The exit status of a shell, our init and `services.state` for a process that SIGSYS ended. */
const killedBySigsys = 128 + 31;

/**
 * Returns the call for which the filter killed a process of the cage, and "" if only the exit status says that it did. The ended
 * process is known by its program only.
 */
export async function killingCall(
	{ machine }: Context,
	service: string,
	{ entries }: Manifest,
	since: number,
): Promise<string | undefined> {
	const programs = new Set<string>(entries.map(({ path }) => path));
	const killed = machine.detection.denials(since).filter(({ program, result }) => result === "killed" && programs.has(program));
	const last = killed.sort((a, b) => a.time - b.time).at(-1);
	if (last) return isSyscall(last.call) ? last.call : "";
	return (await machine.services.state(service)).status === killedBySigsys ? "" : undefined;
}

/**
 * The unit trial for a cage that was made from a service of this machine, if systemd runs. A failure does not undo the cage, which
 * works with `run`; `failedAsService` returns it.
 */
export async function tryAsService(context: Context, cage: Cage): Promise<Cage> {
	const { accounts, services, store, trialService, units } = context.machine;
	const host = cage.unit === undefined || accounts.own() || !services.running() ? undefined : units.service(cage.unit);
	// Its sockets are the machine's own and may be in use.
	if (!host || host.sockets.length || connections(cage).length) return cage;
	const { layout } = await presentCage(context, cage.name);
	if (!trialService.fits(layout, mostCopied)) {
		context.emit({ event: "warned", code: "unit-trial-skipped", values: { name: cage.name, most: mostCopied >> 20 } });
		return cage;
	}
	try {
		await unitTrialStep(context, cage.name, host.name, cage.endsSlowly ? withoutStops : unitSteps);
	} catch (error) {
		// The cage works even if this trial is impossible.
		if (!(error instanceof Failure) || context.signal.aborted) throw error;
		const values = { ...error.values, name: cage.name, cause: error.code };
		context.emit({ event: "warned", code: "unit-trial-impossible", values });
		return cage;
	}
	if (cage.endsSlowly) {
		context.emit({ event: "warned", code: "unit-stop-untried", values: { unit: host.name, seconds: graceSeconds } });
	}
	const tried = (await store.cage(cage.name)) ?? cage;
	warnBesideFailure(context, tried);
	return tried;
}

async function takeSteps(
	context: Context,
	cage: string,
	service: string,
	{
		probes,
		steps: wanted,
		timeout,
	}: { readonly probes: readonly string[]; readonly timeout: number; readonly steps: readonly UnitStep[] },
): Promise<Omit<UnitTrial, "unit" | "seconds">> {
	const { services, sleep } = context.machine;
	const alone = { triggers: [], dependents: [] };
	const passed: UnitStep[] = [];
	let last: Answer = { answered: false, probes: [], state: "", mainPid: 0, since: context.machine.now() };
	const asked = async (seconds: number, trySeconds = seconds) => {
		last = await probeService(context, service, probes, { seconds, trySeconds });
		return last.answered && (await runsInside(context, cage, last.mainPid));
	};
	const resultOfStop = async () => {
		await services.stop(service, alone);
		return (await services.state(service)).result;
	};
	const steps: Record<UnitStep, () => Promise<boolean>> = {
		start: async () => {
			await services.start(service, alone);
			return asked(timeout);
		},
		reload: async () => {
			await services.reload(service);
			await sleep(200, context.signal);
			return asked(Math.min(timeout, afterReload), firstTrySeconds);
		},
		restart: async () => {
			await services.stop(service, alone);
			await services.start(service, alone);
			return asked(timeout);
		},
		stop: async () => {
			let result = await resultOfStop();
			// Some applications hang at a signal now and then, on their host, too. systemd kills them then.
			if (result === "timeout") {
				await services.start(service, alone);
				await asked(timeout);
				result = await resultOfStop();
			}
			last = { ...last, state: result };
			// An exit status is the application's own business; a kill is not.
			return !["timeout", "core-dump", "signal", "watchdog"].includes(result);
		},
	};
	for (const step of wanted) {
		let problem = "";
		const isDone = await steps[step]().catch((error: unknown) => {
			if (!(error instanceof Failure) || error.code !== "systemctl-failed") throw error;
			problem = String(error.values.detail ?? "");
			return false;
		});
		if (isDone) {
			passed.push(step);
			continue;
		}
		if (problem) last = await probeService(context, service, [], { seconds: 0 });
		const output = await services.output(service, last.since);
		const words = errorText(output) || errorText(last.probes.find(({ ok }) => !ok)?.output ?? "") || problem;
		return { answered: false, passed, failed: step, state: last.state, words, probes: last.probes };
	}
	return { answered: true, passed, state: last.state, words: "", probes: last.probes };
}
