import { Box, Text } from "ink";
import { baseName, type Path } from "../../core/path/path.ts";
import { printable } from "../../core/path/quote.ts";
import { permissionNames } from "../../core/plan/permissions.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { asciiText } from "../../messages/ascii.ts";
import type { Messages } from "../../messages/messages.ts";
import { fitting } from "../footer.ts";
import { useView } from "../look.ts";
import { stepOf, steps, type WizardState } from "../state.ts";
import { totalsOf } from "../steps/files/pending.ts";
import { lastRound } from "../steps/trial/reduce.ts";
import { Line, SplitLine } from "./line.tsx";
import { Ruled } from "./panes.tsx";

export const headerRows = 3;

/** Where one is, what is done and what lies ahead, what the cage is called, and what is decided so far. */
export function Header() {
	const { ascii, messages, state, width } = useView();
	const words = messages.wizard;
	const now = stepOf(state.screen);
	const named = state.screen !== "choose" && state.screen !== "requirements" ? state.answers?.name : undefined;
	const name = named ? ` ${ascii ? "|" : "·"} ${printable(named)}` : "";
	const step = messages.fill(words.step, { number: steps.indexOf(now) + 1, of: steps.length, name: words.steps[now] });
	return (
		<>
			<SplitLine left={`${words.title}${name}`} right={step} width={width} bold />
			<Steps />
			<DecidedLine />
		</>
	);
}

/** Each step with its mark and its name; where the names have no room, only that of this one and of the next. */
function Steps() {
	const { messages, state, width } = useView();
	const words = messages.wizard.steps;
	const at = steps.indexOf(stepOf(state.screen));
	const finished = state.finished !== undefined;
	const all = steps.map((step, index) => {
		const done = index < at || finished;
		return { step, name: words[step], mark: done ? "[x]" : index === at ? "[>]" : "[ ]", isNow: index === at, done };
	});
	const length = (gap: string) => all.reduce((sum, { mark, name }) => sum + mark.length + gap.length + name.length + 1, -1);
	const isLong = length("") <= width;
	const gap = length(" ") <= width ? " " : "";
	return (
		<Line>
			{all.map(({ done, isNow, mark, name, step }, index) => (
				<Text key={step} bold={isNow} dimColor={!isNow} {...(isNow ? { color: "cyan" } : done ? { color: "green" } : {})}>
					{isLong ? `${index ? " " : ""}${mark}${gap}${name}` : index === at || index === at + 1 ? `${mark} ${name} ` : mark}
				</Text>
			))}
		</Line>
	);
}

/** A line across, with what is decided in it. */
function DecidedLine() {
	const { ascii, messages, state, width } = useView();
	const dot = ascii ? " | " : " · ";
	const items = decidedSoFar(state).map((one) => ({ rank: one.rank, text: decidedText(one, messages) }));
	const text = fitting(items, width - 8, dot.length)
		.map((item) => item.text)
		.join(dot);
	if (text === "") return <Ruled>{"-".repeat(width)}</Ruled>;
	return (
		<Box height={1} flexShrink={0} overflowY="hidden">
			<Ruled>{"-- "}</Ruled>
			<Text wrap="truncate">{ascii ? asciiText(text) : text}</Text>
			<Ruled>{` ${"-".repeat(Math.max(0, width - 4 - text.length))}`}</Ruled>
		</Box>
	);
}

function decidedText(one: Decided, messages: Messages): string {
	const words = messages.wizard.decided;
	switch (one.what) {
		case "program":
			return printable(one.name);
		case "account":
			return messages.fill(words.account, { name: one.name ?? "root" });
		case "probes":
			return messages.fill(words.probes, { count: one.count });
		case "contents":
			return messages.fill(words.contents, { files: one.files, bytes: one.bytes });
		case "undecided":
			return messages.fill(words.undecided, { count: one.count });
		case "permissions":
			return one.count ? messages.fill(words.permissions, { count: one.count }) : words.closed;
		case "answers":
			return words.answers;
	}
}

/** One thing that is settled so far. `rank`: the higher, the sooner it gives way on a narrow terminal. */
export type Decided =
	| { readonly what: "program"; readonly rank: number; readonly name: string }
	/** Without a name it starts as root. */
	| { readonly what: "account"; readonly rank: number; readonly name?: string }
	| { readonly what: "probes"; readonly rank: number; readonly count: number }
	| { readonly what: "contents"; readonly rank: number; readonly files: number; readonly bytes: number }
	| { readonly what: "undecided"; readonly rank: number; readonly count: number }
	| { readonly what: "permissions"; readonly rank: number; readonly count: number }
	| { readonly what: "answers"; readonly rank: number };

const remembered = new WeakMap<Plan, readonly Decided[]>();

/** What is decided at this moment, in the order of the steps; empty before something was chosen. */
export function decidedSoFar(state: WizardState): readonly Decided[] {
	const { answers, plan } = state;
	if (!answers || state.screen === "choose" || state.screen === "requirements") return [];
	const { command, probes, user } = answers.application;
	return [
		...(command[0] === undefined ? [] : [{ what: "program" as const, rank: 5, name: baseName(command[0] as Path) }]),
		{ what: "account", rank: 3, ...(user === undefined ? {} : { name: user }) },
		{ what: "probes", rank: 6, count: probes.length },
		...(plan ? ofPlan(plan) : []),
		// Elsewhere it may have become another plan since.
		...((state.screen === "trial" || state.screen === "save") && lastRound(state)?.answered
			? [{ what: "answers" as const, rank: 2 }]
			: []),
	];
}

/** Counted once a plan: it is asked for with each frame. */
function ofPlan(plan: Plan): readonly Decided[] {
	const known = remembered.get(plan);
	if (known) return known;
	const { attention, bytes, files } = totalsOf(plan);
	const permissions =
		plan.permissions.capabilities.length + permissionNames.filter((name) => plan.permissions[name] !== undefined).length;
	const decided: readonly Decided[] = [
		{ what: "contents", rank: 1, files, bytes },
		...(attention ? [{ what: "undecided" as const, rank: 2, count: attention }] : []),
		{ what: "permissions", rank: 4, count: permissions },
	];
	remembered.set(plan, decided);
	return decided;
}
