import { dryRunText } from "../../report/text.ts";
import { useView } from "../look.ts";
import { wrapWords } from "../parts/wrap-words.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** The very text that `make --dry-run` prints. */
export function DryRunPage() {
	const { messages, state, width } = useView();
	const { answers, surroundings } = state;
	const text =
		answers && surroundings ? dryRunText(answers, surroundings.state, surroundings.command, messages) : messages.wizard.looking;
	const lines = text.split("\n").flatMap((line) => (line.length <= width ? [line] : wrapWords(line, width)));
	return <ScrollPage title={messages.wizard.build.dryRun} lines={lines} />;
}
