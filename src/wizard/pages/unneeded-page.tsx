import { foundText } from "../../report/minimise.ts";
import { useView } from "../look.ts";
import { wrapWords } from "../parts/wrap-words.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** What nothing needs, by group and package with its bytes, what speaks for that, and what it would mean. */
export function UnneededPage() {
	const { messages, state, width } = useView();
	const { answers, unneeded } = state;
	const words = messages.wizard.trial;
	const text = answers && unneeded ? foundText({ cage: answers, units: unneeded.units }, unneeded, messages) : "";
	const all = [...text.split("\n"), ...(unneeded?.left.length ? ["", words.unneededNext] : [])];
	// Tables keep their columns; sentences are wrapped.
	const lines = all.flatMap((line) => (line.startsWith(" ") || line === "" ? [line] : wrapWords(line, width)));
	return <ScrollPage title={words.unneeded} lines={lines} />;
}
