import { printable, quoteShellLine } from "../../core/path/quote.ts";
import { selectedChoice } from "../../core/wizard/choose.ts";
import type { Choice } from "../../core/wizard/seen.ts";
import type { Messages } from "../../messages/messages.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Paragraph } from "../parts/paragraph.tsx";
import { wrapWords } from "../wrap-words.ts";

/** Beside the list, where there is room: everything that is known of the selected one. */
export function ChoiceDetail() {
	const { height, messages, state, width } = useView();
	const choice = selectedChoice(state);
	if (!choice) return null;
	const lines = choiceText(choice, messages).flatMap((text) => (text === "" ? [""] : wrapped(text, width)));
	return (
		<>
			<Line bold width={width}>
				{printable(choice.name)}
			</Line>
			<Paragraph lines={lines.slice(0, height - 1)} />
		</>
	);
}

/** What it is, how it starts, where it is and what is missing of it, then what to know beforehand; one paragraph each. */
export function choiceText(choice: Choice, messages: Messages): string[] {
	const words = messages.wizard.choose;
	const { account, command = [], description, detail = description, enabled, lacks, pid, ports = [], probes = [], unit } = choice;
	const owner = choice.package;
	const boot = enabled ? ` (${words.atBoot})` : "";
	const facts: [string, string | undefined][] = [
		[words.facts.command, command.length ? quoteShellLine(command) : undefined],
		[words.facts.account, account ?? words.root],
		[words.facts.package, owner && `${owner.name} ${owner.version}`],
		[words.facts.unit, unit && `${unit}${boot}`],
		[words.facts.process, pid === undefined ? undefined : messages.fill(words.pid, { pid })],
		[words.facts.listens, ports.length ? ports.join(", ") : undefined],
		...probes.map((probe): [string, string] => [words.facts.probe, probe]),
		[words.facts.lacks, lacks?.programs.join(", ")],
		[words.facts.packages, lacks?.packages.join(" ") || undefined],
	];
	const labelWidth = Math.max(...facts.map(([label]) => label.length));
	return [
		choice.kind === "template" || choice.kind === "demo" ? detail : description,
		"",
		...facts.flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(labelWidth)}  ${value}`])),
		...(choice.advice ?? []).flatMap((text) => ["", text]),
		...(choice.notes ?? []).flatMap(({ code, values }) => ["", messages.note(code, values)]),
	];
}

/** A label and its value: what is wrapped stands below the value's own beginning. */
function wrapped(text: string, width: number): string[] {
	const label = /^(\S.*? {2,})(\S.*)$/.exec(text);
	if (!label) return wrapWords(text, width);
	const [, head = "", value = ""] = label;
	return wrapWords(value, Math.max(10, width - head.length)).map(
		(line, index) => (index ? " ".repeat(head.length) : head) + line,
	);
}
