import { launchDirectory } from "../../core/confinement/launch.ts";
import { unitName } from "../../core/confinement/unit/installed.ts";
import { type Alarm, AlarmLimiter, severityOf, techniqueOf } from "../../core/detection/alarm.ts";
import { parseCrash, parseDenial } from "../../core/detection/denial.ts";
import { Failure } from "../../core/failure.ts";
import { pathFromText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { knownCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { unitsOf } from "../run/installed-unit.ts";
import { CagedProcesses, type KnownProcess } from "./caged-processes.ts";
import { DecoyWatch } from "./decoys.ts";

/** The reaction to an alarm of high severity, in addition to the report. */
export type Reaction =
	| { readonly kind: "report" }
	/** Stops its services and ends what `run` started. */
	| { readonly kind: "stop" }
	/** Suspends every process, so that its memory can be examined. */
	| { readonly kind: "freeze" }
	/** Gets each alarm as JSON on its stdin. */
	| { readonly kind: "command"; readonly command: string };

export interface AlarmWatch {
	/** If empty, every cage, including later ones. */
	readonly names: readonly string[];
	readonly reaction: Reaction;
	/** Also writes alarms to the journal. */
	readonly toJournal?: (alarm: Alarm) => string;
	/** Called when the watch has started: it misses nothing afterwards. */
	onReady(): void;
	onAlarm(alarm: Alarm): void;
	/** Also reports alarms that a trial or self-test causes. They never cause a reaction. */
	readonly withTests?: boolean;
}

/** Milliseconds between searches for processes in cages. */
const look = 1000;

/**
 * Follows the kernel's refusals in cages until the context's signal, and raises alarms. Throws `cage-unknown` (exit 2) and
 * `kernel-log-unreadable` (exit 3).
 */
export async function watchAlarms(
	context: Context,
	{ names, onAlarm, onReady, reaction, toJournal, withTests = false }: AlarmWatch,
): Promise<void> {
	const { machine, signal } = context;
	for (const name of names) await knownCage(machine.store, name);
	const processes = new CagedProcesses(context, names);
	await processes.look();
	const limiter = new AlarmLimiter();
	let work = Promise.resolve();

	const raise = async (alarm: Alarm, isTested: boolean) => {
		onAlarm(alarm);
		if (toJournal) machine.detection.toJournal(alarm, toJournal(alarm));
		await machine.store.log(alarm.cage, "alarm", { ...alarm });
		if (!isTested && alarm.severity === "high") await react(context, alarm, reaction);
	};
	const consider = (alarm: Omit<Alarm, "cage" | "knownBy" | "count">, known: KnownProcess | undefined) => {
		if (!known || (known.isTested && !withTests)) return;
		if (alarm.result === "refused" && alarm.call !== undefined && known.expected.has(alarm.call)) return;
		if (isLaunch(alarm)) return;
		const admitted = limiter.admit({ ...alarm, cage: known.cage, knownBy: known.knownBy, count: 1 }, machine.now());
		if (admitted) after(() => raise(admitted, known.isTested));
	};
	/** Handles alarms one after the other. A cage that was just removed, or a full disk, must not end the watch. */
	const after = (task: () => Promise<void>) => {
		work = work.then(task).catch((error: unknown) => {
			const code = error instanceof Failure ? error.code : "internal";
			context.emit({ event: "warned", code: "alarm-not-handled", values: { problem: code } });
		});
	};

	const decoys = new DecoyWatch(context, (opened) => {
		const { opening, path } = opened;
		consider(
			{
				at: new Date(machine.now()).toISOString(),
				kind: "decoy",
				severity: "high",
				result: "opened",
				path: showPath(path),
				pid: opening.pid,
				...(opening.uid === undefined ? {} : { uid: opening.uid }),
				program: opening.program ?? "",
			},
			processes.findReader(opened),
		);
	});
	await decoys.follow(processes.decoys());
	const following = machine.detection.follow({
		signal,
		onRecord(text) {
			const denial = parseDenial(text);
			if (denial) {
				const technique = techniqueOf(denial.call);
				consider(
					{
						at: new Date(denial.time).toISOString(),
						kind: "system-call",
						severity: severityOf(denial),
						result: denial.result,
						call: denial.call,
						...(technique === undefined ? {} : { technique }),
						pid: denial.pid,
						uid: denial.uid,
						program: denial.program || denial.name,
					},
					processes.find(denial),
				);
				return;
			}
			const crash = parseCrash(text);
			if (!crash) return;
			consider(
				{
					at: new Date(machine.now()).toISOString(),
					kind: "crash",
					severity: "medium",
					result: "crashed",
					pid: crash.pid,
					program: crash.name,
				},
				processes.find({ pid: crash.pid }),
			);
		},
	});
	onReady();
	const looking = async () => {
		while (!signal.aborted) {
			await machine.sleep(look, signal).catch(() => undefined);
			await processes.look();
			await decoys.follow(processes.decoys());
			for (const alarm of limiter.due(machine.now())) after(() => raise(alarm, true));
		}
	};
	try {
		await Promise.all([following, looking()]);
	} finally {
		decoys.stop();
	}
	await work;
}

/** setpriv looks up the account through nscd's socket at each start. */
function isLaunch({ call, program, severity }: Pick<Alarm, "call" | "program" | "severity">): boolean {
	return call === "socket" && severity === "medium" && program.startsWith(`${launchDirectory}/`);
}

/** systemd does not restart a service that was stopped by request. */
async function react(context: Context, alarm: Alarm, reaction: Reaction): Promise<void> {
	const { machine, signal } = context;
	if (reaction.kind === "report") return;
	if (reaction.kind === "command") {
		await machine.detection.runCommand(reaction.command, `${JSON.stringify(alarm)}\n`, signal);
		return;
	}
	const { cage } = alarm;
	const generations = await machine.store.generations(cage);
	const running = () => generations.map((one) => machine.launcher.running(machine.store.root(cage, one)));
	if (reaction.kind === "freeze") {
		// Repeat until no process is left that started between two searches.
		const frozen = new Set<number>();
		for (let fresh = [-1]; fresh.length; ) {
			fresh = running().flatMap(({ processes }) => processes.filter((pid) => !frozen.has(pid)));
			machine.detection.freeze(fresh);
			for (const pid of fresh) frozen.add(pid);
		}
		await machine.store.log(cage, "frozen", { processes: frozen.size, alarm: alarm.call ?? alarm.kind });
		return;
	}
	const stopped: string[] = [];
	if (machine.services.running()) {
		for (const { service = unitName(cage) } of await unitsOf(context, cage)) {
			if ((await machine.services.state(service)).active !== "active") continue;
			await machine.services.stop(service, await machine.services.companions(service));
			stopped.push(service);
		}
	}
	for (const { inits } of running()) for (const init of inits) machine.launcher.send(init, "SIGTERM");
	await machine.store.log(cage, "stopped", { services: stopped, alarm: alarm.call ?? alarm.kind });
}

/** Path of the watch's unit. */
export const watchUnitPlace = pathFromText("/etc/systemd/system/cagewright-watch.service");
