import { hostname } from "node:os";
import { Failure } from "../core/failure.ts";
import { packagedWatchUnit } from "../core/installation/installation.ts";
import { showPath } from "../core/path/quote.ts";
import { watchAlarms } from "../engine/watch/alarms.ts";
import type { Reaction } from "../engine/watch/reaction.ts";
import { installWatch, uninstallWatch } from "../engine/watch/watch-unit.ts";
import { type AlarmFormat, alarmLine, alarmText } from "../report/alarm.ts";
import { programPlace } from "../system/installation/program.ts";
import { notifyReady } from "../system/units/notify.ts";
import type { Terminal } from "./terminal.ts";

interface WatchOptions {
	readonly format?: AlarmFormat;
	/** `report`, `stop`, `freeze` or a command. */
	readonly onAlarm?: string;
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
	if (options.install || options.uninstall) return unit(terminal, names, options);
	if (options.dryRun) throw new Failure("option-without", { option: "--dry-run", needs: "--install" }, 2);
	const format = terminal.options.json ? "json" : (options.format ?? "text");
	const { checkEvery, journal = false, withTests = false } = options;
	return terminal.withContext(async (context) => {
		await watchAlarms(context, {
			names,
			reaction: reactionOf(options.onAlarm ?? "report"),
			withTests,
			...(checkEvery === undefined ? {} : { checkEvery }),
			toLine: (alarm) => alarmLine(alarm, "json", hostname(), terminal.messages),
			onReady() {
				notifyReady();
				terminal.remark(terminal.messages.alarms.watching(names));
			},
			onAlarm: (alarm) => terminal.print(alarmLine(alarm, format, hostname(), terminal.messages)),
			...(journal ? { toJournal: (alarm) => alarmText(alarm, terminal.messages) } : {}),
		});
		context.signal.throwIfAborted();
		return 0;
	});
}

function reactionOf(text: string): Reaction {
	return text === "report" || text === "stop" || text === "freeze" ? { kind: text } : { kind: "command", command: text };
}

const repeated = (option: string, value: string | number | undefined) => (value === undefined ? [] : [option, String(value)]);

function unit(
	terminal: Terminal,
	names: readonly string[],
	{ checkEvery, dryRun = false, onAlarm, uninstall }: WatchOptions,
): Promise<number> {
	const words = terminal.messages.alarms.unit;
	return terminal.withContext(async (context) => {
		const program = programPlace();
		const packaged = (name: string) => program.packaged(name);
		const ofPackage = program.packagedWatch();
		const done = uninstall
			? await uninstallWatch(context, { ofPackage }, dryRun)
			: await installWatch(
					context,
					{ names, packaged, ofPackage, options: [...repeated("--on-alarm", onAlarm), ...repeated("--check-every", checkEvery)] },
					dryRun,
				);
		const { place, ...result } = done;
		const path = showPath(place);
		const said = place === packagedWatchUnit ? words.packaged : words;
		if (terminal.options.json) terminal.printJson("watch", { path, dryRun, ...result });
		else if (uninstall) terminal.print(!done.changed ? words.absent : dryRun ? said.wouldRemove(path) : said.removed(path));
		else terminal.print(dryRun ? said.would(path) : said.installed(path));
		return 0;
	});
}
