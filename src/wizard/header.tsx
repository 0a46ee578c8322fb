import { baseName, type Path } from "../base/path/path.ts";
import { printable } from "../base/path/quote.ts";
import type { Messages } from "../messages/messages.ts";
import { permissionNames } from "../plan/permission-words.ts";
import type { Plan } from "../plan/plan.ts";
import { fitting } from "./bindings/footer.ts";
import { isAtHome } from "./home/visible.ts";
import { Line, Segments, SplitLine } from "./parts/line.tsx";
import { useView } from "./parts/look.ts";
import { stepMarks } from "./parts/outcomes.tsx";
import { stepOf, steps, type WizardState } from "./state/state.ts";
import { totalsOf } from "./steps/files/pending.ts";
import { lastRound } from "./steps/trial/selection.ts";

export const headerRows = 3;

/** Title and cage, the steps, and the decisions so far. */
export function Header() {
	const { messages, state, width } = useView();
	const words = messages.wizard;
	if (isAtHome(state)) return <HomeHeader />;
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

function HomeHeader() {
	const { messages, state, width } = useView();
	const words = messages.wizard;
	const cages = state.home?.cages ?? [];
	const running = cages.filter((cage) => cage.running).length;
	// From the last step, a page opens before the list was read again.
	const summary = cages.length ? messages.fill(words.home.summary, { count: cages.length, running }) : "";
	const name = state.screen === "cage" && state.cage ? ` · ${printable(state.cage.name)}` : "";
	return (
		<>
			<SplitLine left={`${words.title}${name}`} right={summary} width={width} bold />
			<Line dimColor>{"─".repeat(width)}</Line>
			<Line />
		</>
	);
}

/** Every step with its name. If the names have no room, only those of the current step and the next. */
function Steps() {
	const { ascii, messages, plainMarks, state, width } = useView();
	const names = messages.wizard.steps;
	const at = steps.indexOf(stepOf(state.screen));
	const [done, current, open] = stepMarks(ascii || plainMarks === true);
	const marks = { done, current, open };
	const texts = (all: boolean) =>
		steps.map((step, index) => {
			const isCurrent = index === at && !(state.finished && state.screen === "save");
			const kind = isCurrent ? "current" : index < at || state.finished ? "done" : "open";
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
	const text = fitting(decidedSoFar(state, messages), width - 8, separator.length)
		.map((item) => item.text)
		.join(separator);
	if (text === "") return <Line dimColor>{"─".repeat(width)}</Line>;
	const rest = "─".repeat(Math.max(0, width - 4 - text.length));
	return <Segments segments={[{ text: "── ", dimColor: true }, { text }, { text: ` ${rest}`, dimColor: true }]} />;
}

/** A decision. The higher its `rank`, the sooner a narrow terminal drops it. */
interface HeaderPart {
	readonly rank: number;
	readonly text: string;
}

/** The decisions in the order of the steps. */
export function decidedSoFar(state: WizardState, { fill, wizard }: Messages): readonly HeaderPart[] {
	const { answers, plan } = state;
	if (!answers || state.screen === "choose" || state.screen === "requirements") return [];
	const words = wizard.decided;
	const { command, probes, user = "root" } = answers.application;
	const [program] = command;
	const { attention, bytes, files, permissions } = plan ? countsOf(plan) : noCounts;
	// On other screens the plan may have changed since the trial.
	const answersInCage = ["trial", "save"].includes(state.screen) && lastRound(state)?.answered === true;
	return [
		...(program === undefined ? [] : [{ rank: 5, text: printable(baseName(program as Path)) }]),
		{ rank: 3, text: fill(words.account, { name: user }) },
		{ rank: 6, text: fill(words.probes, { count: probes.length }) },
		...(plan ? [{ rank: 1, text: fill(words.contents, { files, bytes }) }] : []),
		...(attention ? [{ rank: 2, text: fill(words.undecided, { count: attention }) }] : []),
		...(plan ? [{ rank: 4, text: permissions ? fill(words.permissions, { count: permissions }) : words.noPermissions }] : []),
		...(answersInCage ? [{ rank: 2, text: words.answers }] : []),
	];
}

const noCounts = { attention: 0, bytes: 0, files: 0, permissions: 0 };
const remembered = new WeakMap<Plan, typeof noCounts>();

/** Cached, because every frame needs it. */
function countsOf(plan: Plan): typeof noCounts {
	const known = remembered.get(plan);
	if (known) return known;
	const open = permissionNames.filter((name) => plan.permissions[name] !== undefined);
	const counts = { ...totalsOf(plan), permissions: plan.permissions.capabilities.length + open.length };
	remembered.set(plan, counts);
	return counts;
}
