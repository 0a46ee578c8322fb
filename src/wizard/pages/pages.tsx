import { printable } from "../../base/path/quote.ts";
import { dryRunText } from "../../make/report/make.ts";
import type { Messages } from "../../messages/messages.ts";
import { foundText } from "../../minimise/report/minimise.ts";
import { probeWords } from "../../probe/lines.ts";
import { type Binding, bindingsBelow, editing } from "../bindings/bindings.ts";
import { hasEffect, keyName } from "../bindings/footer.ts";
import { groupOf } from "../bindings/key-groups.ts";
import { labelled } from "../parts/facts.ts";
import { wrapCommand, wrapIndented, wrapRows, wrapWords } from "../parts/fit.ts";
import { useView } from "../parts/look.ts";
import { markOf, withPendingProbes } from "../parts/outcomes.tsx";
import { ScrollPage } from "../parts/scroll-page.tsx";
import { selftestRows } from "../parts/selftest-rows.ts";
import { keyGroups } from "../state/command.ts";
import type { TextPage as Name, Screen, WizardState } from "../state/state.ts";
import { isBusy } from "../state/transitions.ts";
import { accountFacts } from "../steps/accounts/account-text.ts";
import { lineOf, selectedAccount } from "../steps/accounts/reduce.ts";
import { selectedChoice } from "../steps/choose/reduce.ts";
import { choiceLines } from "../steps/choose/screen.tsx";
import { fileFacts } from "../steps/files/file-facts.ts";
import { selectedRow } from "../steps/files/visible-rows.ts";
import { aboutApplication } from "../steps/form/screen.tsx";
import { protectionFacts } from "../steps/trial/protection.ts";
import { lastRound, whyMissing } from "../steps/trial/selection.ts";

const markWidth = 2;

/** The programs that were started, with their results, the newest last. */
export function CommandsPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.commands;
	const lines = state.commands.flatMap((command) => {
		const status =
			command.status === undefined || command.status === 0 ? "" : ` (${messages.fill(words.status, { status: command.status })})`;
		const times = command.times > 1 ? ` (${messages.fill(words.times, { count: command.times })})` : "";
		const mark = markOf({ ok: command.status === undefined ? undefined : command.status === 0 });
		const wrapped = wrapWords(`${printable(command.line)}${status}${times}`, Math.max(10, width - markWidth - 3));
		return wrapped.map((row, index) => (index ? "" : mark).padEnd(markWidth) + row);
	});
	return <ScrollPage title={words.title} lines={lines.length ? lines : wrapWords(words.none, width)} />;
}

/** The output of `make --dry-run`. */
export function DryRunPage() {
	const { messages, state, width } = useView();
	const { answers, hostView } = state;
	const text = answers && hostView ? dryRunText(answers, hostView, messages) : messages.wizard.looking;
	const lines = text.split("\n").flatMap((line) => (line.length <= width ? [line] : wrapWords(line, width)));
	return <ScrollPage title={messages.wizard.build.dryRun} lines={lines} />;
}

export function KeysPage() {
	const { messages, state } = useView();
	const words = messages.wizard;
	const types = state.prompt !== undefined || state.screen === "form";
	const { overlay: _, ...behind } = state;
	const below = [...bindingsBelow(state), ...(types ? editing : [])];
	const items = below.map((binding) => {
		const group = hasEffect(behind, binding) ? groupOf(binding.command) : "idle";
		return { group, keys: namesOf(binding, messages), binding };
	});
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

export function NextPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.save;
	const lines = (state.finished?.next ?? []).flatMap(({ kind, line }, index) => [
		...(index ? [""] : []),
		`${words.next[kind]}:`,
		...wrapCommand(printable(line), width - 2).map((row) => `  ${row}`),
	]);
	return <ScrollPage title={messages.fill(words.titles.next, { name: state.finished?.name ?? "" })} lines={lines} />;
}

/** Output of probes, exercises and the application, of the trace or the last round. */
export function OutputPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const asked = state.screen === "trace" ? state.trace : isBusy(state, "try") ? state.trial : lastRound(state);
	const { exercises } = state.screen === "trace" ? (state.trace ?? state.trial) : state.trial;
	const outcomes = [...withPendingProbes(state.answers?.application.probes ?? [], asked?.probes ?? []), ...exercises];
	const printed = state.outputOpen === "" ? state.output : [...state.output, state.outputOpen];
	const lines = [
		words.probes,
		...outcomes.flatMap(({ command, ok, output }) => [
			`${markOf({ ok })} ${probeWords(command)}`,
			...(output === "" ? [] : output.split("\n").map((line) => `  ${line}`)),
		]),
		"",
		...(printed.length ? printed : [words.noOutput]),
	].flatMap((line) => wrapRows(printable(line), width));
	return <ScrollPage title={words.output} lines={lines} />;
}

export function SelftestPage() {
	const { messages, state, width } = useView();
	const lines = selftestRows(state, messages, width);
	const protection = labelled(protectionFacts(state, messages), width);
	if (lines.length && protection.length) lines.splice(1, 0, "", ...protection);
	if (lines.length) return <ScrollPage title={messages.selftest.section} lines={lines} />;
	const untried = state.trial.tested?.untried;
	const why = untried ? messages.note(untried.code, untried.values) : "";
	const text = messages.fill(messages.wizard.trial.untested, { why });
	return <ScrollPage title={messages.selftest.section} lines={wrapWords(text, width)} />;
}

/** A text of the session. A document is wrapped between words; anything else is unchanged, so that it can be copied. */
export function TextPage({ page }: { page: Name }) {
	const { messages, state, width } = useView();
	const { name = state.asked?.name ?? "", service = "" } = state.finished ?? {};
	const title = messages.fill(messages.wizard.save.titles[page], { name, service, template: state.answers?.template ?? "" });
	const wrap = page === "record" ? wrapIndented : (line: string) => wrapRows(printable(line), width);
	const lines = (state.texts[page] ?? "").split("\n").flatMap((line) => wrap(line, width));
	return <ScrollPage title={title} lines={lines} />;
}

export function UnneededPage() {
	const { messages, state, width } = useView();
	const { answers, unneeded } = state;
	const words = messages.wizard.trial;
	const text = answers && unneeded ? foundText({ cage: answers, units: unneeded.units }, unneeded, messages) : "";
	const all = [...text.split("\n"), ...(unneeded?.left.length ? ["", words.unneededNext] : [])];
	// Only sentences are wrapped, so that tables keep their columns.
	const lines = all.flatMap((line) => (line.startsWith(" ") || line === "" ? [line] : wrapWords(line, width)));
	return <ScrollPage title={words.unneeded} lines={lines} />;
}

/** Details of the selected entry, one paragraph per line. */
type WhyEntry = (state: WizardState, messages: Messages, width: number) => readonly string[] | undefined;

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

/** Details of the selected entry, then the purpose of the step, its effect on the host and the source of its proposals. */
export function WhyPage() {
	const { messages, state, width } = useView();
	const words = messages.wizard.why;
	const entry = entries[state.screen]?.(state, messages, width);
	const step = words.steps[state.screen];
	const texts = [step.purpose, `${words.machine} ${step.machine}`, `${words.proposals} ${step.proposals}`];
	const lines = [
		// Lines that fit keep their columns.
		...(entry ? [...entry.flatMap((text) => (text.length <= width ? [printable(text)] : wrapWords(text, width))), ""] : []),
		...texts.flatMap((text, index) => [...(index ? [""] : []), ...wrapWords(text, width)]),
	];
	return <ScrollPage title={messages.fill(words.title, { step: words.names[state.screen] })} lines={lines} />;
}

/** root owns nearly everything; the record lists all of it. */
const mostPaths = 60;

function whyAccount(state: WizardState, messages: Messages): readonly string[] | undefined {
	const row = selectedAccount(state);
	return row && state.plan && [printable(lineOf(row)), ...accountFacts(row, state.plan, messages, mostPaths)];
}
