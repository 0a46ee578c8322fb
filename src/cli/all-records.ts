import { join, resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { CageRecord } from "../core/record/record.ts";
import { isDamage } from "../engine/cages.ts";
import type { ComparingMachine, Context } from "../engine/context.ts";
import { recordOf } from "../engine/record/record.ts";
import { type DamagedCage, indexMarkdown, indexToJson, type WrittenRecord } from "../report/record/index-of-records.ts";
import { writeAtomic } from "../system/state/atomic.ts";
import { makeSafeFolder } from "../system/state/folder.ts";
import { stateFolder } from "./state-folder.ts";
import type { Terminal } from "./terminal.ts";

/** No cage's name begins with an underscore. */
const index = "_index";

interface Form {
	readonly extension: string;
	text(record: CageRecord): Promise<string>;
	/** Writes the file's checksum, if that is wanted. */
	sign(context: Context<ComparingMachine>, record: CageRecord, file: string, text: string): Promise<unknown>;
}

/** Writes the record of every built cage and an index into a folder. Returns 1 if a cage is damaged. */
export function allRecords(
	terminal: Terminal<ComparingMachine>,
	output: string,
	{ extension, sign, text }: Form,
): Promise<number> {
	const { messages } = terminal;
	return terminal.withContext(async (context) => {
		const { now, recording, store } = context.machine;
		const names = await store.names();
		if (!names.length) throw new Failure("no-cages", { path: stateFolder(terminal.options.state) });
		const folder = await makeSafeFolder(pathFromText(resolve(output)));
		const write = (name: string, content: string) => writeAtomic(pathFromText(join(output, name)), content);
		const written: WrittenRecord[] = [];
		const damaged: DamagedCage[] = [];
		for (const name of names) {
			try {
				const record = await recordOf(context, name);
				const [file, content] = [`${name}.${extension}`, await text(record)];
				await write(file, content);
				await sign(context, record, resolve(output, file), content);
				written.push({ record, file, sha256: recording.sha256(content) });
			} catch (error) {
				if (isDamage(error)) damaged.push({ name, damage: messages.failure(error) });
				else if (!(error instanceof Failure) || error.code !== "cage-not-built") throw error;
			}
		}
		const all = { host: recording.host().host, writtenAt: new Date(now()).toISOString(), written, damaged };
		const json = { schema: "cagewright/record-index/1", ...indexToJson(all) };
		await write(`${index}.json`, `${JSON.stringify(json, null, 2)}\n`);
		await write(`${index}.md`, indexMarkdown(all, messages));
		if (terminal.options.json) terminal.printJson("record-index", indexToJson(all));
		else terminal.remark(messages.cli.record.allWritten(written.length, showPath(folder)));
		for (const { damage } of damaged) terminal.say(damage);
		return damaged.length ? 1 : 0;
	});
}
