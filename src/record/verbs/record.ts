import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { sha256 } from "../../base/host/hash.ts";
import type { Output } from "../../base/host/output.ts";
import { readBytes } from "../../base/host/text-files.ts";
import { baseName, pathFromText, pathToJson } from "../../base/path/path.ts";
import { printableJson, showPath } from "../../base/path/quote.ts";
import { isDamage, presentCage } from "../../cage/engine/cages.ts";
import { absolutePath, stateFolder } from "../../cli/arguments.ts";
import { askText } from "../../cli/ask.ts";
import type { RecordFormat } from "../../cli/options.ts";
import { openNamed, outputFolder } from "../../cli/output-file.ts";
import { isStdoutPipe } from "../../cli/standard-streams.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { version } from "../../cli/version.ts";
import type { RecordWriter } from "../../make/engine/draft.ts";
import { isChecksumOf, isRecord, isRecordIndex, type Recognise } from "../../make/report/own-output.ts";
import { approvedNow, fingerprintOf, keepResponsible, recordOf } from "../engine/record.ts";
import { type CageRecord, historyLine, type Responsible } from "../record.ts";
import { recordHtml } from "../report/html.ts";
import { type DamagedCage, indexMarkdown, indexToJson, type WrittenRecord } from "../report/index-of-records.ts";
import { recordToJson } from "../report/json.ts";
import { recordMarkdown } from "../report/markdown.ts";
import { checksumLine, isAsWritten, recordedAction, verifyRecord } from "../verification.ts";

/** Writes the record of one cage, or with `--all` those of all cages. */
export async function record(terminal: Terminal, name: string | undefined, options: RecordOptions): Promise<number> {
	const { all = false, output } = options;
	if (name !== undefined && !all) return recordCage(terminal, name, options);
	if (name !== undefined || !all || output === undefined) throw new Failure("record-name-or-all", {}, 2);
	return allRecords(terminal, output, options);
}

/** Writes the record of every built cage and an index into a folder. Returns 1 if a cage is damaged. */
function allRecords(
	terminal: Terminal,
	output: string,
	{ checksum = false, force, format = "md" }: RecordOptions,
): Promise<number> {
	const { messages } = terminal;
	return terminal.withContext(async (context) => {
		const { now, recording, store } = context.machine;
		const names = await store.names();
		if (!names.length) throw new Failure("no-cages", { path: stateFolder(terminal.options.state) });
		const folder = await makeSafeFolder(outputFolder(terminal, output));
		const fileOf = (name: string) => `${name}.${extensions[format]}`;
		const outputs = new Map<string, Recognise>([
			["_index.json", isRecordIndex],
			["_index.md", isRecordIndex],
			...names.map((name) => [fileOf(name), isRecord] as const),
			...(checksum ? names.map((name) => [checksumOf(fileOf(name)), isChecksumOf(fileOf(name))] as const) : []),
		]);
		const open = (file: string) => {
			const isOurs = outputs.get(file);
			return openNamed(terminal, context.signal, absolutePath(output, file), { force, ...omitUndefined({ isOurs }) });
		};
		const write = async (file: string, content: string) => {
			await using opened = await open(file);
			await opened.write(content);
		};
		// A refusal must come before anything is written.
		for (const file of outputs.keys()) await (await open(file))[Symbol.asyncDispose]();
		const written: WrittenRecord[] = [];
		const damaged: DamagedCage[] = [];
		for (const name of names) {
			try {
				const one = await recordOf(context, name);
				const [file, content] = [fileOf(name), await inFormat(one, format, terminal)];
				await write(file, content);
				if (checksum) {
					await using sum = await open(checksumOf(file));
					await writeChecksum(context, one, { sum, file: absolutePath(output, file), content });
				}
				written.push({ record: one, file, sha256: recording.sha256(content) });
			} catch (error) {
				if (isDamage(error)) damaged.push({ name, damage: messages.failure(error) });
				else if (!(error instanceof Failure) || error.code !== "cage-not-built") throw error;
			}
		}
		const index = { host: recording.host().host, writtenAt: new Date(now()).toISOString(), written, damaged };
		const json = indexToJson(index);
		// No cage's name begins with an underscore.
		await write("_index.json", `${JSON.stringify({ schema: "cagewright/record-index/1", ...json }, null, 2)}\n`);
		await write("_index.md", indexMarkdown(index, messages));
		terminal.wrote("record-index", json, () => messages.cli.record.allWritten(written.length, showPath(folder)));
		for (const { damage } of damaged) terminal.say(damage);
		return damaged.length ? 1 : 0;
	});
}

const extensions: Readonly<Record<RecordFormat, string>> = { md: "md", html: "html", json: "json", cyclonedx: "cdx.json" };

/** Writes the record and stores the given names and purpose for the next one. With `--json`, prints the record, or the file that contains it. */
async function recordCage(terminal: Terminal, name: string, options: RecordOptions): Promise<number> {
	const { checksum = false, force, output } = options;
	if (checksum && output === undefined) throw new Failure("record-checksum-for-file", {}, 2);
	const format = options.format ?? formatFor(terminal, options);
	if (output === undefined && terminal.options.json && !isJson(format)) {
		throw new Failure("one-form", { one: `--format ${format}`, other: "--json" }, 2);
	}
	return terminal.withContext(async (context) => {
		await presentCage(context, name);
		if (options.verify !== undefined) return verifyFile(terminal, context, name, options.verify);
		await using opened = await openNamed(terminal, context.signal, output, { force, isOurs: isRecord });
		if (checksum && !opened.isFile) throw new Failure("record-checksum-for-file", {}, 2);
		const file = output === undefined ? "" : absolutePath(output);
		await using sum = checksum
			? await openNamed(terminal, context.signal, checksumOf(file), { force, isOurs: isChecksumOf(baseName(file)) })
			: undefined;
		await storeResponsible(context, name, {
			...(await askResponsible(terminal, context, name, options)),
			...(await givenResponsible(context, name, options)),
		});
		const made = await recordOf(context, name);
		const content = await inFormat(made, format, terminal);
		await opened.write(content);
		if (opened.path === undefined) return 0;
		const words = terminal.messages.cli.record;
		if (sum) await writeChecksum(context, made, { sum, file, content });
		if (terminal.options.json) {
			const { generation } = made.manifest;
			const checked = sum ? { checksum: checksumOf(file) } : {};
			terminal.printJson("record-written", { name, file: pathToJson(opened.path), format, generation, ...checked });
			return 0;
		}
		terminal.remark(words.written(name, showPath(opened.path)));
		if (sum?.path !== undefined) terminal.remark(words.checksum(showPath(sum.path)));
		return 0;
	});
}

function formatFor({ options: { json } }: Terminal, { output = "" }: RecordOptions): RecordFormat {
	if (output.endsWith(".cdx.json")) return "cyclonedx";
	if (output.endsWith(".json")) return "json";
	if (/\.html?$/.test(output)) return "html";
	return json && !output.endsWith(".md") ? "json" : "md";
}

const isJson = (format: RecordFormat) => format === "json" || format === "cyclonedx";

async function inFormat(record: CageRecord, format: RecordFormat, { messages }: Terminal): Promise<string> {
	// Its library is large, so it is loaded on demand.
	if (format === "cyclonedx") return (await import("../report/cyclonedx.ts")).recordCycloneDx(record, { version, sha256 });
	if (format === "json") return `${printableJson({ schema: "cagewright/record/1", ...recordToJson(record) }, 2)}\n`;
	return format === "html" ? recordHtml(record, messages, sha256) : recordMarkdown(record, messages);
}

async function givenResponsible(
	context: Context,
	name: string,
	{ approvedBy, implementedBy, initiatedBy, purpose }: RecordOptions,
): Promise<Responsible> {
	return {
		...omitUndefined({ purpose, initiatedBy, implementedBy }),
		...(approvedBy === undefined ? {} : await approvedNow(context, name, approvedBy)),
	};
}

/**
 * Asks for the names once for all cages. An empty answer leaves a name open, and the question is not repeated. A program that reads the
 * record from a pipe, such as a pager, may use the terminal itself, so nothing is asked then.
 */
async function askResponsible(
	terminal: Terminal,
	{ machine }: Context,
	name: string,
	options: RecordOptions,
): Promise<Pick<Responsible, "initiatedBy" | "implementedBy">> {
	const { records } = machine.store;
	const always = await records.names();
	const known = { ...always, ...(await records.responsible(name)), ...options };
	const isPiped = options.output === undefined && isStdoutPipe();
	if (!terminal.interactive || isPiped || always.asked || (known.initiatedBy !== undefined && known.implementedBy !== undefined))
		return {};
	const words = terminal.messages.cli.record;
	const initiatedBy = known.initiatedBy === undefined ? await askText(words.askInitiatedBy) : "";
	const implementedBy = known.implementedBy === undefined ? await askText(words.askImplementedBy) : "";
	await records.saveNames({ ...always, asked: true });
	return { ...(initiatedBy ? { initiatedBy } : {}), ...(implementedBy ? { implementedBy } : {}) };
}

async function storeResponsible(context: Context, name: string, given: Responsible): Promise<void> {
	if (!Object.keys(given).length) return;
	await using _lock = await context.machine.store.lock(name);
	await keepResponsible(context, name, given);
}

const checksumOf = (file: string) => `${file}.sha256`;

/** Writes the checksum of a record's file for sha256sum(1) and to the cage's log, which only root can change. */
async function writeChecksum(
	{ machine }: Context,
	{ cage, fingerprint, manifest }: CageRecord,
	{ content, file, sum }: { readonly sum: Output; readonly file: string; readonly content: string },
): Promise<void> {
	const sha256 = machine.recording.sha256(content);
	await using _lock = await machine.store.lock(cage.name);
	await sum.write(checksumLine(sha256, baseName(file)));
	await machine.store.log(cage.name, recordedAction, { file, sha256, generation: manifest.generation, fingerprint });
}

/** Returns 1 if the file is not an unchanged record of the cage, or is unknown. */
async function verifyFile(terminal: Terminal, context: Context, name: string, place: string): Promise<number> {
	const { recording, store } = context.machine;
	const file = absolutePath(place);
	const shown = showPath(pathFromText(file));
	const { manifest } = await presentCage(context, name);
	const content = await readRecord(file);
	if (content === undefined) throw new Failure("record-unreadable", { path: shown }, 2);
	const sum = sha256(content);
	const checksum = (await readRecord(checksumOf(file)))?.toString("utf8");
	const history = (await store.history(name)).map(historyLine);
	const found = verifyRecord(
		{ file, sha256: sum, ...omitUndefined({ checksum }) },
		history,
		fingerprintOf(manifest, recording.sha256),
	);
	if (terminal.options.json) terminal.printJson("record-verify", { name, file, sha256: sum, ...found });
	else {
		const words = terminal.messages.cli.record;
		const { at = "", file: from = "", generation = 0 } = found.written ?? {};
		terminal.print(words.verdicts[found.verdict](shown, name, at, generation));
		if (found.verdict === "changed" && from === file) terminal.print(words.sums(found.written?.sha256 ?? "", sum));
		if (found.beside === "differs") terminal.print(words.checksumDiffers(showPath(pathFromText(checksumOf(file)))));
		if (found.current !== undefined) terminal.print(found.current ? words.current : words.notCurrent(name));
	}
	return isAsWritten(found) ? 0 : 1;
}

/** Undefined unless it is a readable regular file. Throws `state-too-large` (exit 1), because a record is one of our files. */
function readRecord(file: string): Promise<Buffer | undefined> {
	return readBytes(pathFromText(file)).catch((error: unknown) => {
		if (error instanceof Failure && error.code === "state-too-large") throw error;
		return undefined;
	});
}

interface RecordOptions {
	readonly all?: boolean;
	readonly format?: RecordFormat;
	readonly output?: string;
	readonly force?: boolean;
	readonly checksum?: boolean;
	readonly verify?: string;
	readonly purpose?: string;
	readonly initiatedBy?: string;
	readonly implementedBy?: string;
	readonly approvedBy?: string;
}

/** Writes the record in the cage's folder, in the terminal's language. */
export function recordWriter({ messages }: Terminal): RecordWriter {
	return (record) => recordMarkdown(record, messages);
}
