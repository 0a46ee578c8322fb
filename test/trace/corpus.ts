import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Path } from "../../src/base/path/path.ts";
import type { TraceFold } from "../../src/trace/fold.ts";
import { fold, startAtFirstExecve, summary } from "./folding.ts";

/** Recordings of the programs in corpus/programs, each with its expected result. */

const folder = join(import.meta.dirname, "corpus");
const read = (file: string) => readFileSync(join(folder, file), "latin1");

export const recordings = readdirSync(folder)
	.filter((file) => file.endsWith(".strace"))
	.map((file) => basename(file, ".strace"));
export const recording = (name: string) => read(`${name}.strace`);
/** The same for both recordings, `NAME.fast` and `NAME.whole`. */
export const expected = (name: string) => inOrder(read(`${name.replace(/\.(fast|whole)$/, "")}.expected`));

/** Sorts the operations of each path, whose order means nothing. */
const inOrder = (text: string) =>
	text.replace(
		/^("(?:[^"\\]|\\.)*") (.*)$/gm,
		(_, path: string, words: string) => `${path} ${words.split(" ").sort().join(" ")}`,
	);

/** The programs were started in /mnt. */
export const foldRecording = (text: string): TraceFold => fold(text, { start: startAtFirstExecve(), cwd: "/mnt" as Path });

/** One line for each access and each other fact; bytes beyond ASCII as \u00NN. */
export function described({ mainPid, trace }: TraceFold): string {
	const quote = (text: string) =>
		JSON.stringify(text).replace(/[\x7f-\xff]/g, (byte) => `\\u${byte.charCodeAt(0).toString(16).padStart(4, "0")}`);
	const lines = [...trace.accesses.values()].map((access) => `${quote(access.path)} ${summary(access)}`).sort();
	const add = (what: string, values: Iterable<string>) => {
		for (const value of [...values].sort()) lines.push(`${what} ${value}`);
	};
	add("program", [...trace.programs].map(quote));
	add("chroot", [...trace.chroots].map(quote));
	add("abstract", [...trace.abstractSockets].map(quote));
	add("port", trace.ports);
	add("family", trace.families);
	add("capability", trace.capabilities.keys());
	add("gap", trace.gaps);
	add(
		"exit",
		trace.exits.map(({ how, pid }) => `${pid === mainPid ? "main" : "other"} ${how}`),
	);
	return inOrder(`${lines.join("\n")}\n`);
}
