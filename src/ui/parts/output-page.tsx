import { printable } from "../../core/path/quote.ts";
import { isBusy } from "../../core/wizard/reduced.ts";
import { lastRound } from "../../core/wizard/trying.ts";
import { useView } from "../look.ts";
import { wrapRows } from "../wrap-words.ts";
import { withPending } from "./outcomes.tsx";
import { ScrollPage } from "./scroll-page.tsx";

/** What the probes said, and all that is kept of what the application printed. */
export function OutputPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const running = isBusy(state, "try");
	const outcomes = [
		...withPending(state.answers?.application.probes ?? [], (running ? state.trial : lastRound(state))?.probes ?? []),
		...state.trial.exercises,
	];
	const printed = state.outputOpen === "" ? state.output : [...state.output, state.outputOpen];
	const lines = [
		words.probes,
		...outcomes.flatMap(({ command, ok, output }) => [
			`${ok === undefined ? "[..]" : ok ? "[ok]" : "[!!]"} ${command}`,
			...(output === "" ? [] : output.split("\n").map((line) => `     ${line}`)),
		]),
		"",
		...(printed.length ? printed : [words.noOutput]),
	].flatMap((line) => wrapRows(printable(line), width));
	return <ScrollPage title={words.output} lines={lines} />;
}
