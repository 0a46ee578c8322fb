import { printable, quoteShellLine } from "../core/path/quote.ts";
import { table } from "../report/format.ts";
import { findApplications } from "../system/units/find.ts";
import type { Terminal } from "./terminal.ts";

export async function apps(terminal: Terminal): Promise<number> {
	const words = terminal.messages.cli.apps;
	const found = await findApplications();
	if (terminal.options.json) {
		terminal.printJson("apps", { applications: found });
		return 0;
	}
	if (!found.length) terminal.print(words.none);
	else {
		const rows = found.map((one) => [
			printable(one.name),
			words.reasons[one.reason],
			one.ports
				.map((port) => (port.protocol === "unix" ? "unix" : `${port.protocol} ${port.port}`))
				.slice(0, 3)
				.join(", "),
			printable(quoteShellLine(one.application.command ?? [])).slice(0, 120),
		]);
		terminal.print(table([words.head, ...rows]));
	}
	return 0;
}
