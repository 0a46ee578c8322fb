import { hostname } from "node:os";
import type { Reaction } from "../core/detection/reaction.ts";
import { Failure } from "../core/failure.ts";
import { packagedWatchUnit } from "../core/installation/installation.ts";
import { showPath } from "../core/path/quote.ts";
import { watchAlarms } from "../engine/watch/alarms.ts";
import { installWatch, uninstallWatch } from "../engine/watch/watch-unit.ts";
import { type AlarmFormat, alarmLine, alarmMessage } from "../report/alarm.ts";
import { reactionText } from "../report/reaction.ts";
import { programPlace } from "../system/installation/installed-program.ts";
import { notifyReady } from "../system/units/notify.ts";
import type { Terminal } from "./terminal.ts";

interface WatchOptions {
	readonly format?: AlarmFormat;
	/** `report`, `stop`, `freeze` or a command. */
	readonly onAlarm?: string;
	/** Seconds. */
	readonly stopTimeout?: number;
	readonly journal?: boolean;
	/** Seconds; 0 for none. */
	readonly checkEvery?: number;
	readonly withTests?: boolean;
	readonly install?: boolean;
	readonly uninstall?: boolean;
	readonly dryRun?: boolean;
}

/** Prints one line for each alarm until a signal ends it. */
export async function watch(terminal: Terminal, names: readonly string[], options: WatchOptions): Promise<number> {
	const reaction = reactionOf(options);
	if (options.install || options.uninstall) return unit(terminal, names, options);
	if (options.dryRun) throw new Failure("option-without", { option: "--dry-run", needs: "--install" }, 2);
	const format = terminal.options.json ? "json" : (options.format ?? "text");
	const { checkEvery, journal = false, withTests = false } = options;
	return terminal.withContext(async (context) => {
		await watchAlarms(context, {
			names,
			reaction: reaction,
			withTests,
			...(checkEvery === undefined ? {} : { checkEvery }),
			toLine: (alarm) => alarmLine(alarm, "json", hostname(), terminal.messages),
			onReady() {
				notifyReady();
				terminal.remark(terminal.messages.alarms.watching(names));
			},
			onReaction(result) {
				// A command reports for itself.
				if (result.reaction === "command" && result.state === "done") return;
				const text = reactionText(result, terminal.commandLine("run", result.alarm.cage), terminal.messages);
				terminal.say(text);
				if (journal) context.machine.detection.toJournal(result.alarm, text);
			},
			onAlarm: (alarm) => terminal.print(alarmLine(alarm, format, hostname(), terminal.messages)),
			...(journal ? { toJournal: (alarm) => alarmMessage(alarm, terminal.messages) } : {}),
		});
		context.signal.throwIfAborted();
		return 0;
	});
}

/** Seconds between SIGTERM and SIGKILL: an intruder has them too. */
const defaultStopSeconds = 10;

function reactionOf({ onAlarm = "report", stopTimeout }: WatchOptions): Reaction {
	if (onAlarm === "stop") return { kind: onAlarm, graceSeconds: stopTimeout ?? defaultStopSeconds };
	if (stopTimeout !== undefined) throw new Failure("option-without", { option: "--stop-timeout", needs: "--on-alarm stop" }, 2);
	return onAlarm === "report" || onAlarm === "freeze" ? { kind: onAlarm } : { kind: "command", command: onAlarm };
}

const repeated = (option: string, value: string | number | undefined) => (value === undefined ? [] : [option, String(value)]);

function unit(
	terminal: Terminal,
	names: readonly string[],
	{ checkEvery, dryRun = false, onAlarm, stopTimeout, uninstall }: WatchOptions,
): Promise<number> {
	const words = terminal.messages.alarms.unit;
	return terminal.withContext(async (context) => {
		const program = programPlace();
		const packaged = (name: string) => program.packaged(name);
		const ofPackage = program.packagedWatch();
		const chosen = [
			...repeated("--on-alarm", onAlarm),
			...repeated("--stop-timeout", stopTimeout),
			...repeated("--check-every", checkEvery),
		];
		const done = uninstall
			? await uninstallWatch(context, { ofPackage }, dryRun)
			: await installWatch(context, { names, packaged, ofPackage, options: chosen }, dryRun);
		const { place, ...result } = done;
		const path = showPath(place);
		const said = place === packagedWatchUnit ? words.packaged : words;
		if (terminal.options.json) terminal.printJson("watch", { path, dryRun, ...result });
		else if (uninstall) terminal.print(!done.changed ? words.absent : dryRun ? said.wouldRemove(path) : said.removed(path));
		else terminal.print(dryRun ? said.would(path) : said.installed(path));
		return 0;
	});
}
