import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { wrapRows } from "../parts/wrap-words.ts";
import type { TextPage as Name } from "../state.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** What the session wrote: a unit, a drop-in, the record. As it is, for it is read to be copied. */
export function TextPage({ page }: { page: Name }) {
	const { messages, state, width } = useView();
	const { name = state.asked?.name ?? "", service = "" } = state.finished ?? {};
	const title = messages.fill(messages.wizard.save.titles[page], { name, service, template: state.answers?.template ?? "" });
	const lines = (state.texts[page] ?? "").split("\n").flatMap((line) => wrapRows(printable(line), width));
	return <ScrollPage title={title} lines={lines} />;
}
