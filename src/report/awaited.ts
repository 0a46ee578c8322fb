import { printable } from "../core/path/quote.ts";
import type { Awaited } from "../core/trace/trace.ts";
import type { Messages } from "../messages/messages.ts";

export function awaitedText(awaited: Awaited & { readonly seconds: number }, messages: Messages): string {
	const words = messages.cli.progress;
	return awaited.for === "end"
		? words.awaitsEnd(printable(awaited.program), awaited.seconds)
		: words.awaitsAnswer(awaited.seconds, printable(awaited.said));
}
