import { printable } from "../../../core/path/quote.ts";
import type { ProbeAttempt } from "../../../engine/trace/try-probe.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Form } from "../../state.ts";

export interface Said {
	readonly text: string;
	readonly tone: "problem" | "warning" | "good" | "plain";
}

/** What came of trying a probe, a row a try; nothing where it was not tried. */
export function probeLines({ tried, trying }: Form, line: string, messages: Messages): readonly Said[] {
	const words = messages.wizard.form.tried;
	if (line !== "" && trying === line) return [{ tone: "plain", text: `[..] ${words.trying}` }];
	const result = Object.hasOwn(tried, line) ? tried[line] : undefined;
	if (result === undefined) return [];
	if ("failure" in result) return [{ tone: "warning", text: `[!!] ${messages.failure(result.failure)}` }];
	const last = result.attempts.length - 1;
	return result.attempts.map((attempt, index) => ({
		// That nothing runs on the host is no fault of the probe.
		tone: attempt.ok ? "good" : index === last ? "warning" : "plain",
		text: `${attempt.ok ? "[ok]" : index === last ? "[!!]" : "[--]"} ${attemptText(attempt, messages)}`,
	}));
}

function attemptText(attempt: ProbeAttempt, messages: Messages): string {
	const words = messages.wizard.form.tried;
	const { ended, ok, output, printed, status, timedOut, where } = attempt;
	const what = ok ? words.answered[where] : words.silent[where];
	const how = timedOut ? words.timedOut : messages.fill(words.status, { status });
	const over = ended === undefined ? "" : ` ${messages.fill(words.ended, { status: ended })}`;
	const said = lastLine(output) || lastLine(printed ?? "");
	return `${what} (${how})${over}${said === "" ? "" : `: ${said}`}`;
}

function lastLine(text: string): string {
	return printable(text.trim().split("\n").at(-1) ?? "");
}
