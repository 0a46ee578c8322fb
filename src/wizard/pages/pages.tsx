import { useLayoutEffect, useMemo } from "react";
import { probeWords } from "../../core/application/probe-lines.ts";
import { printable } from "../../core/path/quote.ts";
import { findingsOf } from "../../core/selftest/verdict.ts";
import type { Messages } from "../../messages/messages.ts";
import { foundText } from "../../report/minimise.ts";
import { findingLines, verdictText } from "../../report/selftest.ts";
import { dryRunText } from "../../report/text.ts";
import { type Binding, bindingsBelow, editing } from "../bindings.ts";
import type { RanCommand } from "../commands.ts";
import { groupOf, keyGroups } from "../key-groups.ts";
import { useView } from "../look.ts";
import { wrapRows, wrapWords } from "../parts/fit.ts";
import { keyName } from "../parts/key-name.ts";
import { Line } from "../parts/line.tsx";
import { withPending } from "../parts/outcomes.tsx";
import type { TextPage as Name, Screen, WizardState } from "../state.ts";
import { accountFacts } from "../steps/accounts/account-text.ts";
import { lineOf, selectedAccount } from "../steps/accounts/reduce.ts";
import { selectedChoice } from "../steps/choose/reduce.ts";
import { choiceLines } from "../steps/choose/screen.tsx";
import { fileFacts } from "../steps/files/file-facts.ts";
import { selectedRow } from "../steps/files/visible-rows.ts";
import { aboutApplication } from "../steps/form/detail.tsx";
import { whyMissing } from "../steps/trial/missing.ts";
import { lastRound } from "../steps/trial/reduce.ts";
import { isBusy } from "../transitions.ts";

const markWidth = 5;

/** The programs that were started, as one would type them, with what became of them; the newest last. */
export function CommandsPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.commands;
	const lines = state.commands.flatMap((command) => {
		const status =
			command.status === undefined || command.status === 0 ? "" : ` (${messages.fill(words.status, { status: command.status })})`;
		const times = command.times > 1 ? ` (${messages.fill(words.times, { count: command.times })})` : "";
		const wrapped = wrapWords(`${printable(command.line)}${status}${times}`, Math.max(10, width - markWidth));
		return wrapped.map((row, index) => `${index ? "" : markOf(command)}`.padEnd(markWidth) + row);
	});
	return <ScrollPage title={words.title} lines={lines.length ? lines : wrapWords(words.none, width)} />;
}

function markOf({ status }: RanCommand): string {
	return status === undefined ? "[..]" : status === 0 ? "[ok]" : "[!!]";
}

/** The very text that `make --dry-run` prints. */
export function DryRunPage() {
	const { messages, state, width } = useView();
	const { answers, hostView } = state;
	const text = answers && hostView ? dryRunText(answers, hostView.state, hostView.command, messages) : messages.wizard.looking;
	const lines = text.split("\n").flatMap((line) => (line.length <= width ? [line] : wrapWords(line, width)));
	return <ScrollPage title={messages.wizard.build.dryRun} lines={lines} />;
}

/** Every key of what lies below the page, by what it is for. */
export function KeysPage() {
	const { messages, state } = useView();
	const words = messages.wizard;
	const types = state.prompt !== undefined || state.screen === "form";
	const below = [...bindingsBelow(state), ...(types ? editing : [])];
	const items = below.map((binding) => ({ group: groupOf(binding.command), keys: namesOf(binding, messages), binding }));
	const keysWidth = Math.max(...items.map((item) => item.keys.length));
	const lines = keyGroups.flatMap((group) => {
		const own = items.filter((item) => item.group === group);
		if (!own.length) return [];
		return [
			`${words.keyGroups[group]}:`,
			...own.map(({ binding, keys }) => `  ${keys.padEnd(keysWidth)}  ${words.keys[binding.command]}`),
			"",
		];
	});
	return <ScrollPage title={words.keysTitle} lines={lines.slice(0, -1)} />;
}

function namesOf(binding: Binding, messages: Messages): string {
	return binding.keys.map((id) => keyName(id, messages)).join("  ");
}

/** What comes next, each a line to copy. */
export function NextPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.save;
	const lines = (state.finished?.next ?? []).flatMap(({ kind, line }, index) => [
		...(index ? [""] : []),
		`${words.next[kind]}:`,
		...wrapRows(printable(line), width - 2).map((row) => `  ${row}`),
	]);
	return <ScrollPage title={messages.fill(words.titles.next, { name: state.finished?.name ?? "" })} lines={lines} />;
}

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

/** The verdict and each finding with what it means and how to close it; what has to be acted upon first. */
export function SelftestPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const test = state.trial.tested?.test;
	if (!test) {
		const untried = state.trial.tested?.untried;
		const why = untried ? messages.note(untried.code, untried.values) : "";
		return <ScrollPage title={messages.selftest.section} lines={wrapWords(messages.fill(words.untested, { why }), width)} />;
	}
	const findings = findingsOf(test);
	const urgency = { act: words.findings, design: words.designed, fine: words.others };
	const texts = (Object.keys(urgency) as (keyof typeof urgency)[]).flatMap((one) => {
		const of = findings.filter((finding) => finding.urgency === one);
		return of.length ? ["", `${urgency[one]}:`, ...of.flatMap((finding) => findingLines(finding, messages))] : [];
	});
	// That the test itself works is worth a line, after what it found.
	const all = [...texts.slice(1), "", messages.selftest.control(test.control.before, test.control.after)];
	const lines = all.flatMap((text) => (text === "" ? [""] : indented(text, width)));
	return <ScrollPage title={verdictText(test, messages)} lines={lines} />;
}

/** The rows that follow stand as far in as the first. */
function indented(text: string, width: number): string[] {
	const margin = " ".repeat(text.length - text.trimStart().length);
	return wrapWords(text.trimStart(), width - margin.length).map((row) => margin + row);
}

/** What the session wrote: a unit, a drop-in, the record. As it is, for it is read to be copied. */
export function TextPage({ page }: { page: Name }) {
	const { messages, state, width } = useView();
	const { name = state.asked?.name ?? "", service = "" } = state.finished ?? {};
	const title = messages.fill(messages.wizard.save.titles[page], { name, service, template: state.answers?.template ?? "" });
	const lines = (state.texts[page] ?? "").split("\n").flatMap((line) => wrapRows(printable(line), width));
	return <ScrollPage title={title} lines={lines} />;
}

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

/** What is known of the selected entry of a screen's list, one paragraph a line; undefined where nothing is selected. */
export type WhyEntry = (state: WizardState, messages: Messages, width: number) => readonly string[] | undefined;

/** A step that has a list says here why its entries are there. */
const entries: Partial<Record<Screen, WhyEntry>> = {
	choose: (state, messages, width) => {
		const choice = selectedChoice(state);
		return choice && [printable(choice.name), "", ...choiceLines(choice, messages, width)];
	},
	form: (state, messages) => {
		const lines = aboutApplication(state, messages);
		return lines.length ? lines : undefined;
	},
	files: (state, messages) => {
		const row = selectedRow(state);
		return row && fileFacts(row, state, messages);
	},
	accounts: whyAccount,
	trial: whyMissing,
};

/** Why the selected entry is there, why this step exists, what it does to the machine, and where its proposals come from. */
export function WhyPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.why;
	const entry = entries[state.screen]?.(state, messages, width);
	const step = words.steps[state.screen];
	const texts = [step.purpose, `${words.machine} ${step.machine}`, `${words.proposals} ${step.proposals}`];
	const lines = [
		// What has a form already keeps it.
		...(entry ? [...entry.flatMap((text) => (text.length <= width ? [printable(text)] : wrapWords(text, width))), ""] : []),
		...texts.flatMap((text, index) => [...(index ? [""] : []), ...wrapWords(text, width)]),
	];
	return <ScrollPage title={messages.fill(words.title, { step: words.names[state.screen] })} lines={lines} />;
}

/** Of root nearly everything; whoever wants all of that looks into the record. */
const mostPaths = 60;

/** What is known of the selected line of the accounts, with the files that hang on it. */
export function whyAccount(state: WizardState, messages: Messages): readonly string[] | undefined {
	const row = selectedAccount(state);
	return row && state.plan && [printable(lineOf(row)), ...accountFacts(row, state.plan, messages, mostPaths)];
}

/** A page over the screen: a title and as many lines as fit, from where it was scrolled to. Each line is one row; who has longer ones wraps them. */
export function ScrollPage({ lines, title }: { title: string; lines: readonly string[] }) {
	const { height, messages, onMeasured, state } = useView();
	const crowded = lines.length > height - 1;
	const room = height - (crowded ? 2 : 1);
	const end = Math.max(0, lines.length - room);
	const { find } = state;
	const sought = find?.text.toLowerCase();
	const found = useMemo(
		() => lines.flatMap((line, row) => (sought !== undefined && line.toLowerCase().includes(sought) ? [row] : [])),
		[lines, sought],
	);
	// The reducer moves, but only who draws knows how many rows the text has, and what is in them.
	useLayoutEffect(() => onMeasured?.(end, found), [onMeasured, end, found]);
	const start = Math.min(state.scroll, end);
	const place = find
		? `  ${messages.fill(messages.wizard.matches, { at: found.indexOf(find.at) + 1, count: found.length, query: find.text })}`
		: "";
	return (
		<>
			<Line bold>{`${title}${place}`}</Line>
			{lines.slice(start, start + room).map((line, index) => (
				<Line
					// biome-ignore lint/suspicious/noArrayIndexKey: lines of a text repeat
					key={index}
					bold={found.includes(start + index)}
					inverse={find?.at === start + index}
				>
					{line === "" ? " " : line}
				</Line>
			))}
			{crowded ? <Line dimColor>{messages.fill(messages.wizard.more, { above: start, below: end - start })}</Line> : null}
		</>
	);
}
