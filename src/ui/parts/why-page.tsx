import { selectedRow } from "../../core/wizard/files/shown.ts";
import { useView } from "../look.ts";
import { fileFacts } from "../steps/file-facts.ts";
import { wrapWords } from "../wrap-words.ts";
import { Line } from "./line.tsx";
import { ScrollPage } from "./scroll-page.tsx";

/** Everything that is known about the selected entry. */
export function WhyPage() {
	const { messages, state, width } = useView();
	const row = selectedRow(state);
	if (!row) return <Line>{messages.wizard.files.empty}</Line>;
	const lines = fileFacts(row, state, messages).flatMap((line) => (line === "" ? [""] : wrapWords(line, width)));
	return <ScrollPage title={messages.wizard.files.why} lines={lines} />;
}
