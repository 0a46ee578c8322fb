import { splitCommandLine } from "./command-line.ts";
import type { Step } from "./probe-lines.ts";

const mostShown = 100;
const mostSent = 24;

/**
 * A probe as a screen or a sentence names it: `tcp 127.0.0.1:25: EHLO localhost, QUIT` where Node runs a script of ours, and any other shell line as it
 * is. Lines of several lines or of many words are cut.
 */
export function showProbe(line: string): string {
	const shown = probeWords(line).trim();
	const [first = ""] = shown.split("\n");
	return first === shown && first.length <= mostShown ? first : `${first.slice(0, mostShown).trimEnd()}…`;
}

/** The same in its whole length, for a screen. */
export function probeWords(line: string): string {
	return scriptOf(line) ?? line;
}

/** What a script that Node gets by `-e` is called with; undefined where the line is something else. */
function scriptOf(line: string): string | undefined {
	if (!/^\S*\bnode(js)?\s+-e\s/.test(line)) return undefined;
	// A place below the application's root.
	const split = splitCommandLine(line.replaceAll('"$CAGEWRIGHT_ROOT"', ""));
	if ("error" in split || split.words.length < 4) return undefined;
	const [host = "", port = "", third = "", fourth] = split.words.slice(3);
	const steps = stepsIn(third);
	if (steps) {
		const sent = steps.flatMap((step) => ("send" in step ? [sentWords(step.send)] : [])).filter((words) => words !== "");
		const place = port === "0" ? `unix ${host}` : `tcp ${host}:${port}`;
		return sent.length ? `${place}: ${sent.join(", ")}` : place;
	}
	if (fourth !== undefined && /^([\da-f]{2})+$/.test(third)) return `udp ${host}:${port}`;
	return `node: ${split.words.slice(3).join(" ")}`;
}

export function stepsIn(json: string): readonly Step[] | undefined {
	try {
		const steps: unknown = JSON.parse(json);
		return Array.isArray(steps) ? (steps as Step[]) : undefined;
	} catch {
		return undefined;
	}
}

/** The first line of what is sent, where it is text. */
function sentWords(sent: string): string {
	const [line = ""] = sent.split(/\r?\n/);
	if (!/^[\x20-\x7e]+$/.test(line)) return "";
	return line.length <= mostSent ? line : `${line.slice(0, mostSent).trimEnd()}…`;
}
