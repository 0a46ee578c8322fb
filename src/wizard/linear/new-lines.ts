import type { Messages } from "../../messages/messages.ts";

/** Those of the lines that were not said before: a selection that moved away makes no line new. */
export function newLines(before: readonly string[], now: readonly string[], messages: Messages): readonly string[] {
	const { selected } = messages.wizard.linear;
	const plain = (line: string) => line.replace(`${selected} `, "");
	const said = new Set(before);
	const saidPlain = new Set(before.map(plain));
	return now.filter((line) => !said.has(line) && (line.includes(selected) || !saidPlain.has(plain(line))));
}
