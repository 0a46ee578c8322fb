import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { wrapRows } from "../parts/wrap-words.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** What comes next, each a line to copy. */
export function NextPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.save;
	const lines = (state.finished?.next ?? []).flatMap(({ kind, line }, index) => [
		...(index ? [""] : []),
		`${words.next[kind]}:`,
		...wrapRows(printable(line), width - 2).map((row) => `  ${row}`),
	]);
	return <ScrollPage title={messages.fill(words.titles.next, { name: state.finished?.name ?? "" })} lines={lines} />;
}
