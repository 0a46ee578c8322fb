import { printable, showPath } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { wrapRows, wrapWords } from "../parts/fit.ts";
import { useView } from "../parts/look.ts";
import { ScrollPage } from "../parts/scroll-page.tsx";
import type { Round } from "../state/values.ts";
import { missingKey, whatText } from "../steps/trial/selection.ts";

/** The beginning of a file. Its text is escaped, because whoever writes it could choose what the terminal does. */
export function HeadPage() {
	const { messages, state, width } = useView();
	const { head } = state;
	if (!head) return null;
	const words = messages.wizard.files.head;
	const kind = messages.fill(head.isBinary ? words.binary : words.text, { bytes: head.size });
	const lines = head.lines.map((line) => line.replaceAll("\t", "    ")).flatMap((line) => wrapRows(printable(line), width));
	const end = head.isCut ? ["", words.cut] : [];
	return <ScrollPage title={showPath(head.path)} lines={[...wrapWords(kind, width), "", ...lines, ...end]} />;
}

/** What each round changed, the newest first. */
export function RoundsPage() {
	const { messages, state, width } = useView();
	const { rounds } = state.trial;
	const lines = rounds.flatMap((round, index) => {
		const before = rounds[index - 1];
		return before ? [[...roundChange(before, round, index + 1, messages), ""]] : [];
	});
	const wrapped = lines
		.reverse()
		.flat()
		.flatMap((line) => (line === "" ? [""] : wrapWords(line, width)));
	return <ScrollPage title={messages.wizard.trial.rounds.title} lines={wrapped} />;
}

function roundChange(before: Round, now: Round, number: number, { fill, wizard }: Messages): string[] {
	const words = wizard.trial.rounds;
	const had = new Set(before.missing.map(missingKey));
	const has = new Set(now.missing.map(missingKey));
	const named = (text: string, round: Round, other: ReadonlySet<string>) =>
		round.missing.filter((one) => !other.has(missingKey(one))).map((one) => fill(text, { what: whatText(one) }));
	const changes = [...named(words.gone, before, has), ...named(words.appeared, now, had)];
	const answers = before.answered === now.answered ? [] : [now.answered ? words.answers : words.silent];
	const all = [...answers, ...changes];
	return [fill(words.compared, { number, before: number - 1 }), ...(all.length ? all : [words.same])];
}
