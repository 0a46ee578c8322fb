import { probeWords } from "../../../core/application/probe-lines.ts";
import { printable, quoteShellLine } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { type Fact, labelled } from "../../parts/labelled.ts";
import { Line } from "../../parts/line.tsx";
import { Paragraph } from "../../parts/paragraph.tsx";
import { sessionHint, sessionText } from "../../parts/session-text.ts";
import { wrapWords } from "../../parts/wrap-words.ts";
import type { Choice, Left } from "../../seen.ts";
import { selectedChoice } from "./reduce.ts";

/** Beside the list, where there is room: everything that is known of the selected one. */
export function ChoiceDetail() {
	const { height, messages, state, width } = useView();
	const choice = selectedChoice(state);
	if (!choice) return null;
	const lines = choiceLines(choice, messages, width);
	return (
		<>
			<Line bold width={width}>
				{printable(choice.name)}
			</Line>
			<Paragraph lines={lines.slice(0, height - 1)} />
		</>
	);
}

/** What it is, how it starts, where it is and what is missing of it, then what to know beforehand. */
export function choiceLines(choice: Choice, messages: Messages, width: number): string[] {
	const { advice = [], description, detail = description, kind, left, notes = [] } = choice;
	if (left) return sessionLines(choice, left, messages, width);
	const said = [...advice, ...notes.map(({ code, values }) => messages.note(code, values))];
	return [
		...wrapWords(kind === "template" || kind === "demo" ? detail : description, width),
		"",
		...labelled(factsOf(choice, messages), width),
		...said.flatMap((text) => ["", ...wrapWords(text, width)]),
	];
}

/** Of a session that was left no more is known before it is read: where it stands, and what it is about or where it lies. */
function sessionLines(choice: Choice, left: Left, messages: Messages, width: number): string[] {
	const isOpen = left.problem === undefined && left.holder === undefined;
	const said = isOpen ? (sessionHint(choice, messages) ?? "") : sessionText(left, messages);
	const { detail = "" } = choice;
	const { command } = messages.wizard.choose.facts;
	return [...wrapWords(said, width), "", ...(left.problem ? wrapWords(detail, width) : labelled([[command, detail]], width))];
}

function factsOf(
	{ account, command = [], enabled, lacks, package: owner, pid, ports = [], probes = [], unit }: Choice,
	messages: Messages,
): Fact[] {
	const words = messages.wizard.choose;
	const { facts } = words;
	const known = (label: string, value: string | undefined): Fact[] => (value ? [[label, value]] : []);
	return [
		...known(facts.command, quoteShellLine(command)),
		[facts.account, account ?? words.root],
		...known(facts.package, owner && `${owner.name} ${owner.version}`),
		...known(facts.unit, unit && `${unit}${enabled ? ` (${words.atBoot})` : ""}`),
		...known(facts.process, pid === undefined ? undefined : messages.fill(words.pid, { pid })),
		...known(facts.listens, ports.join(", ")),
		...probes.map((probe): Fact => [facts.probe, probeWords(probe)]),
		...known(facts.lacks, lacks?.programs.join(", ")),
		...known(facts.packages, lacks?.packages.join(" ")),
	];
}
