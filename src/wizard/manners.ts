import { printable } from "../base/path/quote.ts";
import type { Messages } from "../messages/messages.ts";
import { isAtHome } from "./home/visible.ts";
import { stepOf, type WizardState } from "./state/state.ts";

/** What the wizard does with a terminal besides drawing. Each can be turned off. */
export const mannerNames = ["title", "notify", "progress", "copy", "links"] as const;
export type MannerName = (typeof mannerNames)[number];
export type Manners = Readonly<Record<MannerName, boolean>> & {
	/** It shows texts of notifications (OSC 9). Others get a bell. */
	readonly showsText: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Terminals that would print what they do not know, or that a program reads. */
const plainTerms = /^(?:$|dumb|linux|vt\d|cons|ansi|unknown)/;
/** By TERM_PROGRAM. Elsewhere, OSC 9 with a number may be shown as a notification. */
const showProgress = ["ghostty", "WezTerm"];
const showText = ["ghostty", "WezTerm", "iTerm.app"];
/** The first version of VTE that shows progress. */
const vteWithProgress = 7900;

/** What a terminal can do, as far as the environment tells, without what `off` turns off. */
export function mannersFor(env: Environment, off: Partial<Record<MannerName, boolean>> = {}): Manners {
	const { ConEmuANSI, TERM = "", TERM_PROGRAM = "", VTE_VERSION = "0", WT_SESSION } = env;
	const can = !plainTerms.test(TERM);
	// A multiplexer's own variables hide the terminal behind it.
	const isMultiplexed = /^(?:screen|tmux)/.test(TERM);
	const hasProgress =
		!isMultiplexed &&
		(showProgress.includes(TERM_PROGRAM) ||
			WT_SESSION !== undefined ||
			ConEmuANSI === "ON" ||
			Number(VTE_VERSION) >= vteWithProgress);
	const may = (name: MannerName, isAble = can) => isAble && off[name] !== false;
	return {
		title: may("title"),
		notify: may("notify"),
		progress: may("progress", can && hasProgress),
		copy: may("copy"),
		links: may("links"),
		showsText: !isMultiplexed && showText.includes(TERM_PROGRAM),
	};
}

const [esc, bell, end] = ["\x1b", "\x07", "\x1b\\"];
/** Characters of a title or a notification. */
const mostCharacters = 120;
/** Characters to copy: terminals ignore longer ones. */
const mostCopied = 8192;

/** A text that cannot end the sequence around it. */
function harmless(text: string): string {
	return printable(text).slice(0, mostCharacters);
}

export const saveTitle = `${esc}[22;2t`;
export const restoreTitle = `${esc}[23;2t`;
export const reportFocus = `${esc}[?1004h`;
export const ignoreFocus = `${esc}[?1004l`;
export const noProgress = `${esc}]9;4;0;0${end}`;

export const titleSequence = (text: string) => `${esc}]2;${harmless(text)}${end}`;
export const notifySequence = (text: string, { showsText }: Pick<Manners, "showsText">) =>
	showsText ? `${esc}]9;${harmless(text)}${end}` : bell;
/** Percents, or undefined if it is unknown how much is left. */
export const progressSequence = (percents: number | undefined) =>
	`${esc}]9;4;${percents === undefined ? "3;0" : `1;${Math.round(percents)}`}${end}`;

/** Base64 contains nothing that a terminal would interpret. Undefined if the text is too long. */
export function copySequence(text: string): string | undefined {
	if (text.length > mostCopied) return undefined;
	return `${esc}]52;c;${Buffer.from(text).toString("base64")}${end}`;
}

/** A link to a file that we wrote. */
export function linked(text: string, path: string): string {
	const address = `file://${path.split("/").map(encodeURIComponent).join("/")}`;
	return `${esc}]8;;${address}${end}${text}${esc}]8;;${end}`;
}

/** The cage and what happens to it. */
export function windowTitle(state: WizardState, { fill, wizard }: Messages): string {
	const words = wizard.manners;
	const name = isAtHome(state) ? state.cage?.name : state.answers?.name;
	if (name === undefined) return wizard.title;
	if (isAtHome(state)) return fill(words.title, { name, step: wizard.title });
	const step = wizard.steps[stepOf(state.screen)];
	if (state.jobs.try === undefined) return fill(words.title, { name, step });
	const number = state.trial.now ?? state.trial.rounds.length + 1;
	return fill(words.round, { name, step: wizard.steps.trial, number, of: Math.max(number, state.answers?.rounds ?? number) });
}

/** Percents of the running work; null if none runs, undefined if it does not say. */
export function workDone({ building, jobs, minimising, trial: { testing } }: WizardState): number | null | undefined {
	const share = (done: number, total: number) => (total > 0 ? Math.min(100, (100 * done) / total) : undefined);
	if (jobs.try !== undefined) return building ? share(building.bytesDone, building.bytesTotal) : undefined;
	if (jobs.selftest !== undefined) return testing ? share(testing.tried, testing.ways) : undefined;
	if (jobs.minimise !== undefined) {
		const { progress } = minimising ?? {};
		return progress ? share(progress.trials, progress.estimated) : undefined;
	}
	return jobs.act !== undefined || jobs.install !== undefined || jobs.trace !== undefined ? undefined : null;
}
