import { baseName, type Path } from "../../core/path/path.ts";
import { printable } from "../../core/path/quote.ts";
import { permissionNames } from "../../core/plan/permissions.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Messages } from "../../messages/messages.ts";
import { fitting } from "../footer.ts";
import { useView } from "../look.ts";
import { stepOf, steps, type WizardState } from "../state.ts";
import { totalsOf } from "../steps/files/pending.ts";
import { lastRound } from "../steps/trial/reduce.ts";
import { Line, Segments, SplitLine } from "./line.tsx";

export const headerRows = 3;

/** Title and cage, the steps, and the decisions so far. */
export function Header() {
	const { messages, state, width } = useView();
	const words = messages.wizard;
	const current = stepOf(state.screen);
	const cage = state.screen !== "choose" && state.screen !== "requirements" ? state.answers?.name : undefined;
	const step = messages.fill(words.step, { number: steps.indexOf(current) + 1, of: steps.length, name: words.steps[current] });
	return (
		<>
			<SplitLine left={`${words.title}${cage ? ` · ${printable(cage)}` : ""}`} right={step} width={width} bold />
			<Steps />
			<Decisions />
		</>
	);
}

/** For steps that are done, current and to come. */
export const stepMarks = (plain: boolean) => (plain ? (["[x]", "[>]", "[ ]"] as const) : (["✓", "▸", "○"] as const));

/** Every step with its name. If the names have no room, only those of the current step and the next. */
function Steps() {
	const { ascii, messages, plainMarks, state, width } = useView();
	const names = messages.wizard.steps;
	const at = steps.indexOf(stepOf(state.screen));
	const [done, current, open] = stepMarks(ascii || plainMarks === true);
	const marks = { done, current, open };
	const texts = (all: boolean) =>
		steps.map((step, index) => {
			const kind = index < at || state.finished ? "done" : index === at ? "current" : "open";
			const named = all || index === at || index === at + 1;
			return { kind, text: named ? `${marks[kind]} ${names[step]}` : marks[kind] } as const;
		});
	const length = texts(true).reduce((sum, { text }) => sum + text.length, 0);
	const gap = " ".repeat(Math.max(1, Math.min(3, Math.floor((width - length) / (steps.length - 1)))));
	const shown = texts(length + steps.length - 1 <= width);
	return (
		<Segments
			segments={shown.map(({ kind, text }, index) => ({
				text: (index ? gap : "") + text,
				bold: kind === "current",
				dimColor: kind === "open",
				tone: kind === "current" ? "accent" : kind === "done" ? "good" : undefined,
			}))}
		/>
	);
}

/** A rule that contains the decisions. */
function Decisions() {
	const { messages, state, width } = useView();
	const separator = " · ";
	const items = decidedSoFar(state).map((one) => ({ rank: one.rank, text: decidedText(one, messages) }));
	const text = fitting(items, width - 8, separator.length)
		.map((item) => item.text)
		.join(separator);
	if (text === "") return <Line dimColor>{"─".repeat(width)}</Line>;
	const rest = "─".repeat(Math.max(0, width - 4 - text.length));
	return <Segments segments={[{ text: "── ", dimColor: true }, { text }, { text: ` ${rest}`, dimColor: true }]} />;
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
			return one.count ? messages.fill(words.permissions, { count: one.count }) : words.noPermissions;
		case "answers":
			return words.answers;
	}
}

/** A decision. The higher its `rank`, the sooner a narrow terminal drops it. */
export type Decided =
	| { readonly what: "program"; readonly rank: number; readonly name: string }
	/** Root if there is no name. */
	| { readonly what: "account"; readonly rank: number; readonly name?: string }
	| { readonly what: "probes"; readonly rank: number; readonly count: number }
	| { readonly what: "contents"; readonly rank: number; readonly files: number; readonly bytes: number }
	| { readonly what: "undecided"; readonly rank: number; readonly count: number }
	| { readonly what: "permissions"; readonly rank: number; readonly count: number }
	| { readonly what: "answers"; readonly rank: number };

const remembered = new WeakMap<Plan, readonly Decided[]>();

/** The decisions in the order of the steps. */
export function decidedSoFar(state: WizardState): readonly Decided[] {
	const { answers, plan } = state;
	if (!answers || state.screen === "choose" || state.screen === "requirements") return [];
	const { command, probes, user } = answers.application;
	return [
		...(command[0] === undefined ? [] : [{ what: "program" as const, rank: 5, name: baseName(command[0] as Path) }]),
		{ what: "account", rank: 3, ...(user === undefined ? {} : { name: user }) },
		{ what: "probes", rank: 6, count: probes.length },
		...(plan ? ofPlan(plan) : []),
		// On other screens the plan may have changed since the trial.
		...((state.screen === "trial" || state.screen === "save") && lastRound(state)?.answered
			? [{ what: "answers" as const, rank: 2 }]
			: []),
	];
}

/** Cached, because every frame needs it. */
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
