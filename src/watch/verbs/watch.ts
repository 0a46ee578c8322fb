import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { hostName } from "../../base/host/this-machine.ts";
import { runQuickTool, toolEnvironment } from "../../base/host/tools.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { LinePrinter } from "../../cli/output-file.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { programPlace } from "../../install/host/installed-program.ts";
import { packagedWatchUnit } from "../../install/installation.ts";
import { watchAlarms } from "../engine/alarms.ts";
import { installWatch, uninstallWatch } from "../engine/watch-unit.ts";
import type { Reaction } from "../reaction.ts";
import { type AlarmFormat, alarmLine, alarmMessage, reactionText } from "../report/alarm.ts";

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
	if (options.uninstall && names[0] !== undefined)
		throw new Failure("action-without-name", { verb: "watch --uninstall", name: printable(names[0]) }, 2);
	if (options.install || options.uninstall) return unit(terminal, names, options);
	const { json } = terminal.options;
	const { format = json ? "json" : "text" } = options;
	if (json && format !== "json") throw new Failure("one-form", { one: `--format ${format}`, other: "--json" }, 2);
	const { checkEvery, journal = false, withTests = false } = options;
	return terminal.withContext(async (context) => {
		const lost = new AbortController();
		const signal = AbortSignal.any([context.signal, lost.signal]);
		const lines = new LinePrinter((failure) => {
			// With a reaction or the journal, the watch is of use without a reader, too.
			if (reaction.kind === "report" && !journal) lost.abort(failure);
			else context.emit({ event: "warned", code: "alarm-not-printed", values: { ...failure.values, cause: failure.code } });
		});
		await watchAlarms(
			{ ...context, signal },
			{
				names,
				reaction: reaction,
				withTests,
				...omitUndefined({ checkEvery }),
				toLine: (alarm) => alarmLine(alarm, "json", hostName(), terminal.messages),
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
				onAlarm: (alarm) => lines.print(alarmLine(alarm, format, hostName(), terminal.messages)),
				...(journal ? { toJournal: (alarm) => alarmMessage(alarm, terminal.messages) } : {}),
			},
		);
		await lines.printed();
		signal.throwIfAborted();
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
		const released = (path: string) => program.released(path);
		const ofPackage = program.packagedWatch();
		const chosen = [
			...repeated("--on-alarm", onAlarm),
			...repeated("--stop-timeout", stopTimeout),
			...repeated("--check-every", checkEvery),
		];
		const done = uninstall
			? await uninstallWatch(context, { ofPackage }, dryRun)
			: await installWatch(context, { names, released, ofPackage, options: chosen }, dryRun);
		const { place, ...result } = done;
		const path = showPath(place);
		const said = place === packagedWatchUnit ? words.packaged : words;
		if (terminal.options.json) terminal.printJson("watch", { path, dryRun, ...result });
		else if (uninstall) terminal.print(!done.changed ? words.absent : dryRun ? said.wouldRemove(path) : said.removed(path));
		else terminal.print(dryRun ? said.would(path) : said.installed(path));
		return 0;
	});
}

/** Tells systemd that a service of type `notify` has started (sd_notify(3)). Does nothing for any other process. */
function notifyReady(): void {
	const { NOTIFY_SOCKET } = process.env;
	if (NOTIFY_SOCKET) runQuickTool("systemd-notify", ["--ready"], { env: { ...toolEnvironment, NOTIFY_SOCKET }, stdio: "ignore" });
}
