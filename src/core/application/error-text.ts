import { withoutColours } from "../text.ts";

/** errno(3) as strerror(3) and the languages of daemons write it. */
const systemError =
	/no such file or directory|permission denied|operation not permitted|read-only file system|not a directory|(address (family )?|function |operation )not (supported|implemented)|address already in use|no space left|cannot allocate memory/i;
const complaint =
	/\b(fatal|panic|emerg|crit(ical)?|errors?|exception|abort(ed|ing)?|fail(ed|s|ure)?|cannot|can't|could not|couldn't|unable|unknown|invalid|missing|must|denied|refus(ed|ing))\b/i;
/** Stack frames of Go, Java, Node, Python and Ruby, which runtimes print after the relevant sentence. */
const stackFrame = /^(at |from |goroutine \d|created by |File ".*", line \d|\S+\.(go|rb|py|js):\d+)/;
const mostCharacters = 300;

/** Returns whether a line of the output is an error. */
export function isErrorOutput(output: string): boolean {
	return withoutColours(output)
		.split("\n")
		.some((line) => systemError.test(line) || complaint.test(line));
}

/**
 * Returns the lines of an application's output that explain why it ended: the last system error and the last complaint in their
 * order, otherwise the last line. At most 300 characters.
 */
export function errorText(output: string): string {
	const lines = withoutColours(output)
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
	const sentences = lines.filter((line) => !stackFrame.test(line));
	const found = new Set([
		sentences.findLastIndex((line) => systemError.test(line)),
		sentences.findLastIndex((line) => complaint.test(line)),
	]);
	const relevant = [...found].filter((index) => index >= 0).sort((a, b) => a - b);
	const words = relevant.length ? relevant.map((index) => sentences[index]).join(" / ") : (lines.at(-1) ?? "");
	return words.length > mostCharacters ? `${words.slice(0, mostCharacters - 1)}…` : words;
}
