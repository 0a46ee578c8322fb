import { userInfo } from "node:os";
import { pathToText } from "../core/path/path.ts";
import type { Machine } from "../engine/context.ts";
import type { RecordWriter } from "../engine/make.ts";
import { recordMarkdown } from "../report/record.ts";
import type { Terminal } from "./terminal.ts";

/** Writes records in the terminal's language. Who ran it: the account of the login behind sudo counts more than root. */
export function recordWriter(terminal: Terminal, { store }: Machine): RecordWriter {
	const user = userName();
	const behind = process.env.SUDO_USER;
	return (made, history) => {
		const root = pathToText(store.root(made.cage.name, made.manifest.generation)) ?? "";
		const data = pathToText(store.data(made.cage.name)) ?? "";
		return recordMarkdown(made, history, { root, data, who: behind ? `${behind} (sudo, ${user})` : user }, terminal.messages);
	};
}

/** The number, where no file of the host names the account: Node throws there. */
function userName(): string {
	try {
		return userInfo().username;
	} catch {
		return String(process.geteuid?.());
	}
}
