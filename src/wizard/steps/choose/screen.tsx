import { printable, quoteShellLine } from "../../../base/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { probeWords } from "../../../probe/lines.ts";
import { sessionText } from "../../home/home-screen.tsx";
import { type Fact, labelled } from "../../parts/facts.ts";
import { wrapWords } from "../../parts/fit.ts";
import { Line, Paragraph, paragraph } from "../../parts/line.tsx";
import { useView } from "../../parts/look.ts";
import { columnsForTwo, Panes } from "../../parts/panes.tsx";
import { cursorMark, gapRows, OutputTail, Rows } from "../../parts/rows.tsx";
import type { Choice, SavedSessionState } from "../../state/choice.ts";
import { steps } from "../../state/state.ts";
import { cursorOf, isBusy } from "../../state/transitions.ts";
import { isMissing, selectedChoice, visibleChoices } from "./reduce.ts";

export function ChooseStep() {
	return (
		<Panes detail={<ChoiceDetail />}>
			<Choices />
		</Panes>
	);
}

function Choices() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.choose;
	const choices = visibleChoices(state);
	const query = state.queries.choose ?? "";
	const longest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
	const all = state.choices ?? [];
	const noteWidth = longest(all.map((choice) => noteOf(choice, all, messages)));
	// The name identifies a choice, so the other columns give way.
	const columns = [Math.min(width - noteWidth - 6, longest(all.map((choice) => printable(choice.name)))), noteWidth] as const;
	const gap = gapRows(height);
	// Always two rows, so that the list does not move with the selection.
	const hint = [...paragraph(hintText(messages, state), width, 2), "", ""].slice(0, 2);
	return (
		<>
			<Line bold>{words.title}</Line>
			{gap ? <Line /> : null}
			{state.choices === undefined ? <Line dimColor>{state.failure ? "" : messages.wizard.looking}</Line> : null}
			{state.choices !== undefined && !choices.length ? (
				<Line>{query === "" ? words.none : messages.fill(messages.wizard.nothingFound, { query })}</Line>
			) : null}
			<Rows
				items={choices}
				cursor={cursorOf(state)}
				height={height - 1 - 2 * gap - hint.length - (choices.length ? 0 : 1)}
				row={(choice, selected) => (
					<Line key={choice.id} width={width} selected={selected} dimColor={!selected && isMissing(choice)}>
						{rowText(choice, selected, columns, { all, messages })}
					</Line>
				)}
			/>
			{gap ? <Line /> : null}
			<Paragraph lines={hint} dimColor />
		</>
	);
}

interface Shown {
	readonly all: readonly Choice[];
	readonly messages: Messages;
}

function rowText(choice: Choice, selected: boolean, [name, note]: readonly [number, number], { all, messages }: Shown): string {
	const whole = printable(choice.name);
	const shown = whole.length > name ? `${whole.slice(0, name - 1)}…` : whole.padEnd(name);
	const about = choice.left ? sessionText(choice.left, messages) : printable(choice.description);
	return [`${cursorMark(selected)} ${shown}`, ...(note ? [noteOf(choice, all, messages).padEnd(note)] : []), about].join("  ");
}

/** What distinguishes a choice from an installed application that does not run, and from another choice of the same name. */
function noteOf(choice: Choice, all: readonly Choice[], { wizard: { choose } }: Messages): string {
	if (choice.left) return choose.kinds.session;
	if (isMissing(choice)) return choose.states.missing;
	if (choice.ports?.length || choice.pid !== undefined) return choose.states.running;
	return all.some((other) => other !== choice && other.name === choice.name) ? choose.kinds[choice.kind] : "";
}

/** Work in progress, else details of the selected choice unless the second pane shows them. */
function hintText(messages: Messages, state: ReturnType<typeof useView>["state"]): string {
	const words = messages.wizard.choose;
	const query = state.queries.choose ?? "";
	const choice = selectedChoice(state);
	const typed = state.prompt?.kind === "command" ? state.prompt.line.text : undefined;
	if (isBusy(state, "propose")) return messages.fill(words.reading, { name: typed ?? choice?.name ?? "" });
	if (query !== "" && !state.prompt) return messages.fill(words.searching, { query });
	const session = choice && sessionHint(choice, messages);
	if (session) return session;
	if (choice && isMissing(choice)) return missingText(choice, messages);
	if (state.size.columns >= columnsForTwo) return words.first;
	return choice?.detail ?? words.first;
}

function missingText({ missing }: Choice, messages: Messages): string {
	const words = messages.wizard.choose;
	const packages = missing?.packages ?? [];
	if (packages.length) return messages.fill(words.install, { packages: packages.join(" ") });
	return messages.fill(words.noPackage, { programs: missing?.programs.join(", ") ?? "" });
}

export function RequirementsStep() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.requirements;
	const { requirements } = state;
	if (!requirements?.length) return <Line dimColor>{messages.wizard.looking}</Line>;
	const installing = state.jobs.install !== undefined;
	const installable = requirements.some((one) => one.package !== undefined);
	const gap = gapRows(height);
	const asRoot = requirements.find((one) => one.asRoot !== undefined)?.asRoot;
	const next = asRoot !== undefined ? messages.fill(words.asRoot, { command: asRoot }) : installable ? words.offer : words.again;
	const offer = paragraph(installing ? words.installing : next, width, 3);
	const list = requirements
		.flatMap((one) => {
			const from = one.package ? messages.fill(words.package, { package: one.package }) : words.noPackage;
			return paragraph(`✗ ${words.things[one.what] ?? one.what} (${from})`, width, 2);
		})
		.slice(0, height - 2 - gap - offer.length);
	return (
		<>
			<Line bold>{words.title}</Line>
			{gap ? <Line /> : null}
			<Paragraph lines={list} tone="warning" />
			<Line />
			<Paragraph lines={offer} />
			{installing ? <OutputTail height={height - list.length - offer.length - 2 - gap} /> : null}
		</>
	);
}

/** What Enter does with the session, or its path if it is unusable. */
function sessionHint({ detail = "", left, name }: Choice, messages: Messages): string | undefined {
	if (!left) return undefined;
	if (left.problem) return detail;
	const stepName = messages.wizard.steps[steps[left.step - 1] ?? "choose"];
	return messages.fill(messages.wizard.choose.goOn, { name, step: left.step, of: steps.length, stepName, ago: left.ago });
}

function ChoiceDetail() {
	const { height, messages, state, width } = useView();
	const choice = selectedChoice(state);
	if (!choice) return null;
	const lines = choiceLines(choice, messages, width);
	return (
		<>
			<Line bold width={width}>
				{printable(choice.name)}
			</Line>
			<Line />
			<Paragraph lines={lines.slice(0, height - 2)} />
		</>
	);
}

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

function sessionLines(choice: Choice, left: SavedSessionState, messages: Messages, width: number): string[] {
	const isOpen = left.problem === undefined && left.holder === undefined;
	const said = isOpen ? (sessionHint(choice, messages) ?? "") : sessionText(left, messages);
	const { detail = "" } = choice;
	const { command } = messages.wizard.choose.facts;
	return [...wrapWords(said, width), "", ...(left.problem ? wrapWords(detail, width) : labelled([[command, detail]], width))];
}

function factsOf(
	{ account, command = [], enabled, missing, package: owner, pid, ports = [], probes = [], unit }: Choice,
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
		...known(facts.missing, missing?.programs.join(", ")),
		...known(facts.packages, missing?.packages.join(" ")),
	];
}
