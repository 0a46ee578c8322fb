import { printable } from "../../core/path/quote.ts";
import type { RanCommand } from "../commands.ts";
import { useView } from "../look.ts";
import { wrapWords } from "../parts/wrap-words.ts";
import { ScrollPage } from "./scroll-page.tsx";

const markWidth = 5;

/** The programs that were started, as one would type them, with what became of them; the newest last. */
export function CommandsPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.commands;
	const lines = state.commands.flatMap((command) => {
		const status =
			command.status === undefined || command.status === 0 ? "" : ` (${messages.fill(words.status, { status: command.status })})`;
		const times = command.times > 1 ? ` (${messages.fill(words.times, { count: command.times })})` : "";
		const wrapped = wrapWords(`${printable(command.line)}${status}${times}`, Math.max(10, width - markWidth));
		return wrapped.map((row, index) => `${index ? "" : markOf(command)}`.padEnd(markWidth) + row);
	});
	return <ScrollPage title={words.title} lines={lines.length ? lines : wrapWords(words.none, width)} />;
}

function markOf({ status }: RanCommand): string {
	return status === undefined ? "[..]" : status === 0 ? "[ok]" : "[!!]";
}
