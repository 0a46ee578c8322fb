import { withoutColours } from "../base/text.ts";

/** errno(3) as strerror(3) and the languages of daemons write it. */
const systemError =
	/no such file or directory|permission denied|operation not permitted|read-only file system|not a directory|(address (family )?|function |operation )not (supported|implemented)|address already in use|no space left|cannot allocate memory/i;
const complaint =
	/\b(fatal|panic|emerg|crit(ical)?|errors?|exception|abort(ed|ing)?|fail(ed|s|ure)?|cannot|can't|could not|couldn't|unable|unknown|invalid|missing|must|denied|refus(ed|ing))\b/i;
/** Stack frames of Go, Java, Node, Python and Ruby, which runtimes print after the relevant sentence. */
const stackFrame = /^(at |from |goroutine \d|created by |File ".*", line \d|\S+\.(go|rb|py|js):\d+)/;
const mostCharacters = 300;

const month = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
const date = String.raw`\d{4}[-/.]\d{2}[-/.]\d{2}|\d{1,2}[-/. ](?:${month})[-/. ]\d{4}|(?:${month}) {1,2}\d{1,2}(?= \d{1,2}:)|\d{8}(?=[T ]\d)`;
const time = String.raw`\d{1,2}:\d{2}:\d{2}(?:[.,:]\d{1,9})?`;
const zone = String.raw`Z|UTC|GMT|[A-Z]{3,4}(?= \d{4})|[+-]\d{2}:?\d{2}`;
/** A date, a time or both at the start of a line, as loggers write them: ISO 8601, syslog, C, Go, Python and web servers. */
const timestamp = new RegExp(
	`^(?:(?:time|ts|t|date)=)?["'([<]{0,2}(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?` +
		String.raw`(?:(?:${date})[T :]{0,2}(?:${time})?|${time})(?: ?(?:${zone}))?(?: \d{4}\b)?["')\]>]{0,2}[ ,:;|-]{0,4}`,
);

/** The priority that the journal removes (sd-daemon(3)). */
const priority = /^<[0-7]>/;

/** Returns a line of a log without its priority and time. */
export function withoutTimestamp(line: string): string {
	const text = line.replace(priority, "");
	const rest = text.replace(timestamp, "");
	return rest.trim() === "" ? text : rest;
}

/** Returns at most this many characters, whole words if possible, with an ellipsis in place of the rest. */
export function shortened(text: string, most: number): string {
	if (text.length <= most) return text;
	const cut = text.slice(0, most - 1);
	const end = cut.lastIndexOf(" ");
	return `${(text[most - 1] === " " || end < most / 2 ? cut : cut.slice(0, end)).trimEnd()}…`;
}

/** Returns whether a line of the output is an error. */
export function isErrorOutput(output: string): boolean {
	return withoutColours(output)
		.split("\n")
		.some((line) => systemError.test(line) || complaint.test(line));
}

/**
 * Returns the lines of an application's output that explain why it ended: the last system error and the last complaint in their
 * order, otherwise the last line. Without their times, at most 300 characters.
 */
export function errorText(output: string): string {
	const lines = withoutColours(output)
		.split("\n")
		.map((line) => withoutTimestamp(line.trim()))
		.filter((line) => line !== "");
	const sentences = lines.filter((line) => !stackFrame.test(line));
	const found = new Set([
		sentences.findLastIndex((line) => systemError.test(line)),
		sentences.findLastIndex((line) => complaint.test(line)),
	]);
	const relevant = [...found].filter((index) => index >= 0).sort((a, b) => a - b);
	const words = relevant.length ? relevant.map((index) => sentences[index]).join(" / ") : (lines.at(-1) ?? "");
	return shortened(words, mostCharacters);
}
