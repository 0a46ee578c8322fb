import { resolve } from "node:path";
import { pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { CageRecord } from "../core/record/record.ts";
import type { Responsible } from "../core/record/responsible.ts";
import { presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { approvedNow, keepResponsible, recordOf } from "../engine/record.ts";
import { recordHtml } from "../report/record/html.ts";
import { recordToJson } from "../report/record/json.ts";
import { recordMarkdown } from "../report/record/markdown.ts";
import { writeAtomic } from "../system/state/atomic.ts";
import { askText } from "./ask.ts";
import type { RecordFormat, RecordOptions } from "./record-options.ts";
import type { Terminal } from "./terminal.ts";

/** The documentation of a cage as it is now. What is said of those who answer for it is kept for the next time. */
export async function record(terminal: Terminal, name: string, options: RecordOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		await presentCage(context, name);
		await keepSaid(context, name, {
			...(await asked(terminal, context, name, options)),
			...(await said(context, name, options)),
		});
		const text = inFormat(await recordOf(context, name), options.format ?? formatFor(terminal, options), terminal);
		if (options.output === undefined) {
			terminal.print(text);
			return 0;
		}
		const place = pathFromText(resolve(options.output));
		await writeAtomic(place, text);
		terminal.say(terminal.messages.cli.record.written(name, showPath(place)));
		return 0;
	});
}

/** What a file is called says what it is meant to be. */
function formatFor({ options: { json } }: Terminal, { output = "" }: RecordOptions): RecordFormat {
	if (json || output.endsWith(".json")) return "json";
	return /\.html?$/.test(output) ? "html" : "md";
}

function inFormat(record: CageRecord, format: RecordFormat, { messages }: Terminal): string {
	if (format === "json") return `${JSON.stringify({ schema: "cagewright/record/1", ...recordToJson(record) }, null, 2)}\n`;
	return format === "html" ? recordHtml(record, messages) : recordMarkdown(record, messages);
}

async function said(
	context: Context,
	name: string,
	{ approvedBy, implementedBy, initiatedBy, purpose }: RecordOptions,
): Promise<Responsible> {
	return {
		...(purpose === undefined ? {} : { purpose }),
		...(initiatedBy === undefined ? {} : { initiatedBy }),
		...(implementedBy === undefined ? {} : { implementedBy }),
		...(approvedBy === undefined ? {} : await approvedNow(context, name, approvedBy)),
	};
}

/** Once for all cages, and only where somebody is there; whoever says nothing leaves it open, and is not asked again. */
async function asked(
	terminal: Terminal,
	{ machine }: Context,
	name: string,
	options: RecordOptions,
): Promise<Pick<Responsible, "initiatedBy" | "implementedBy">> {
	const { records } = machine.store;
	const always = await records.names();
	const known = { ...always, ...(await records.responsible(name)), ...options };
	if (!terminal.interactive || always.asked || (known.initiatedBy !== undefined && known.implementedBy !== undefined)) return {};
	const words = terminal.messages.cli.record;
	const initiatedBy = known.initiatedBy === undefined ? await askText(words.askInitiatedBy) : "";
	const implementedBy = known.implementedBy === undefined ? await askText(words.askImplementedBy) : "";
	await records.saveNames({ ...always, asked: true });
	return { ...(initiatedBy ? { initiatedBy } : {}), ...(implementedBy ? { implementedBy } : {}) };
}

async function keepSaid(context: Context, name: string, told: Responsible): Promise<void> {
	if (!Object.keys(told).length) return;
	const lock = await context.machine.store.lock(name);
	try {
		await keepResponsible(context, name, told);
	} finally {
		await lock.release();
	}
}
