import { probeWords } from "../../core/application/probe-lines.ts";
import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { withPending } from "../parts/outcomes.tsx";
import { wrapRows } from "../parts/wrap-words.ts";
import { isBusy } from "../reduced.ts";
import { lastRound } from "../steps/trial/reduce.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** What the probes and exercises said, and all that is kept of what the application printed: of the trace, or of the last round. */
export function OutputPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const asked = state.screen === "trace" ? state.trace : isBusy(state, "try") ? state.trial : lastRound(state);
	const { exercises } = state.screen === "trace" ? (state.trace ?? state.trial) : state.trial;
	const outcomes = [...withPending(state.answers?.application.probes ?? [], asked?.probes ?? []), ...exercises];
	const printed = state.outputOpen === "" ? state.output : [...state.output, state.outputOpen];
	const lines = [
		words.probes,
		...outcomes.flatMap(({ command, ok, output }) => [
			`${ok === undefined ? "[..]" : ok ? "[ok]" : "[!!]"} ${probeWords(command)}`,
			...(output === "" ? [] : output.split("\n").map((line) => `     ${line}`)),
		]),
		"",
		...(printed.length ? printed : [words.noOutput]),
	].flatMap((line) => wrapRows(printable(line), width));
	return <ScrollPage title={words.output} lines={lines} />;
}
