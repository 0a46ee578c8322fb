import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { ScrollPage } from "./scroll-page.tsx";

export function UnitPage() {
	const { messages, state } = useView();
	const title = messages.fill(messages.wizard.save.unitTitle, { name: state.finished?.name ?? "" });
	return <ScrollPage title={title} lines={(state.unit ?? "").split("\n").map(printable)} />;
}
