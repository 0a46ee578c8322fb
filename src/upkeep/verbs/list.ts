import { printable, quoteShellLine } from "../../base/path/quote.ts";
import { table } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { reactionState, reactionToJson, recentAlarmsToJson } from "../../watch/report/alarm.ts";
import { listSessions, summaryToJson } from "../../wizard/session/session-summary.ts";
import { type CageOverview, overview } from "../engine/overview.ts";

/** Returns 1 if a cage is damaged. Audits and comparisons are only in the JSON, because they take longer. */
export async function list(terminal: Terminal): Promise<number> {
	const { messages } = terminal;
	return terminal.withContext(async (context) => {
		const cages = await overview(context, terminal.options.json ? undefined : new Map());
		if (terminal.options.json) {
			const sessions = (await listSessions(context)).map(summaryToJson);
			terminal.printJson("list", { cages: cages.map((cage) => overviewToJson(cage, terminal)), sessions });
		} else
			terminal.print(
				cages.length ? table([messages.cli.list.head, ...cages.map((cage) => row(cage, terminal))]) : messages.cli.list.none,
			);
		return cages.some((cage) => cage.damage !== undefined) ? 1 : 0;
	});
}

function overviewToJson(cage: CageOverview, { messages }: Terminal) {
	const { answers, damage, reaction, recentAlarms, ...rest } = cage;
	return {
		...rest,
		answers,
		answered: answers ?? false,
		recentAlarms: recentAlarmsToJson(recentAlarms, messages),
		reaction: reaction ? reactionToJson(reaction, messages) : null,
		...(damage ? { damage: messages.failure(damage) } : {}),
	};
}

function row(cage: CageOverview, { messages }: Terminal): string[] {
	const words = messages.cli.list;
	const { bytes, command, damage, files, generation, name, pids, reaction, recentAlarms, stale } = cage;
	const state = [
		pids[0] === undefined ? words.stopped : words.running(pids[0]),
		...(reaction ? [reactionState(reaction, messages)] : []),
		...(stale ? [words.stale] : []),
		...(recentAlarms.lastDay ? [messages.alarms.inList(recentAlarms.lastDay)] : []),
	].join(", ");
	return [
		name,
		generation === null ? "-" : String(generation),
		files === null ? "-" : String(files),
		bytes === null ? "-" : messages.bytes(bytes),
		damage ? words.damaged : generation === null ? words.notBuilt : state,
		damage ? messages.failure(damage) : printable(quoteShellLine(command)),
	];
}
