import { unitName } from "../../core/confinement/unit/installed.ts";
import type { Alarm } from "../../core/detection/alarm.ts";
import type { Context } from "../context.ts";
import { unitsOf } from "../run/installed-unit.ts";

/** The reaction to an alarm of high severity, in addition to the report. */
export type Reaction =
	| { readonly kind: "report" }
	/** Stops its services and ends what `run` started. */
	| { readonly kind: "stop" }
	/** Suspends every process, so that its memory can be examined. */
	| { readonly kind: "freeze" }
	/** Gets each alarm on its stdin, as `toLine` writes it. */
	| { readonly kind: "command"; readonly command: string };

/** systemd does not restart a service that was stopped by request. */
export async function react(context: Context, alarm: Alarm, reaction: Reaction, toLine: (alarm: Alarm) => string): Promise<void> {
	const { machine, signal } = context;
	if (reaction.kind === "report") return;
	if (reaction.kind === "command") {
		await machine.detection.runCommand(reaction.command, `${toLine(alarm)}\n`, signal);
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
		await machine.store.log(cage, "frozen", { processes: frozen.size, alarm: alarm.call ?? alarm.finding ?? alarm.kind });
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
	await machine.store.log(cage, "stopped", { services: stopped, alarm: alarm.call ?? alarm.finding ?? alarm.kind });
}
