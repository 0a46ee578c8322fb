import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { type CageRecord, historyLine } from "../core/record/record.ts";
import { checksumLine, isAsWritten, recordedAction, verifyRecord } from "../core/record/verification.ts";
import { presentCage } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { fingerprintOf } from "../engine/record/record.ts";
import { errorName } from "../system/files/errors.ts";
import { hashFile } from "../system/files/hash.ts";
import { writeAtomic } from "../system/state/atomic.ts";
import type { Terminal } from "./terminal.ts";

const checksumOf = (file: string) => `${file}.sha256`;

/** Lays the checksum of a record beside it, for sha256sum(1), and into the cage's log, where nobody but root can change it. Returns its path. */
export async function writeChecksum({ machine }: Context, record: CageRecord, file: string, text: string): Promise<string> {
	const { cage, fingerprint, manifest } = record;
	const sha256 = machine.recording.sha256(text);
	const lock = await machine.store.lock(cage.name);
	try {
		await writeAtomic(pathFromText(checksumOf(file)), checksumLine(sha256, basename(file)));
		await machine.store.log(cage.name, recordedAction, { file, sha256, generation: manifest.generation, fingerprint });
	} finally {
		await lock.release();
	}
	return checksumOf(file);
}

/** Whether a file is a record of the cage as it was written; 1 where it is not, or nothing is known of it. */
export async function verifyFile(terminal: Terminal, context: Context, name: string, place: string): Promise<number> {
	const { recording, store } = context.machine;
	const file = resolve(place);
	const shown = showPath(pathFromText(file));
	const { manifest } = await presentCage(context, name);
	const sha256 = await hashFile(pathFromText(file), context.signal);
	if (sha256 === undefined) throw new Failure("record-unreadable", { path: shown }, 2);
	const checksum = await readChecksumFile(checksumOf(file));
	const history = (await store.history(name)).map(historyLine);
	const found = verifyRecord(
		{ file, sha256, ...(checksum === undefined ? {} : { checksum }) },
		history,
		fingerprintOf(manifest, recording.sha256),
	);
	if (terminal.options.json) terminal.printJson("record-verify", { name, file, sha256, ...found });
	else {
		const words = terminal.messages.cli.record;
		const { at = "", file: from = "", generation = 0 } = found.written ?? {};
		terminal.print(words.verdicts[found.verdict](shown, name, at, generation));
		if (found.verdict === "changed" && from === file) terminal.print(words.sums(found.written?.sha256 ?? "", sha256));
		if (found.beside === "differs") terminal.print(words.besideDiffers(showPath(pathFromText(checksumOf(file)))));
		if (found.current !== undefined) terminal.print(found.current ? words.current : words.notCurrent(name));
	}
	return isAsWritten(found) ? 0 : 1;
}

async function readChecksumFile(place: string): Promise<string | undefined> {
	try {
		return await readFile(place, "utf8");
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		return "";
	}
}
