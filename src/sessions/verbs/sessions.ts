import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { printable, quoteCommand } from "../../base/path/quote.ts";
import { type Actions, actionFor, actionsWith } from "../../cli/actions.ts";
import { ask } from "../../cli/ask.ts";
import { fields, table } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { equivalentCommand } from "../../options/equivalent.ts";
import { stateWords } from "../../options/next-steps.ts";
import { findSession, openSaved, removeSession } from "../../wizard/session/saved-sessions.ts";
import { listSessions, type SessionSummary, summaryToJson } from "../../wizard/session/session-summary.ts";
import { type Screen, stepOf, steps } from "../../wizard/state/state.ts";
import { SystemChooser } from "../../wizard/verbs/chooser.ts";

interface SessionsOptions {
	readonly yes?: boolean;
}

const { named, unnamed } = actionsWith<SessionsOptions>();

const actions: Actions<SessionsOptions> = { list: unnamed([], list), show: named([], show), remove: named(["yes"], remove) };

export const sessionActions: readonly string[] = Object.keys(actions);

export async function sessions(
	terminal: Terminal,
	action: string,
	name: string | undefined,
	options: SessionsOptions,
): Promise<number> {
	const known = actionFor(actions, { verb: "sessions", action, name, options });
	if (!known) throw new Failure("sessions-action-unknown", { action }, 2);
	return terminal.withContext((context) => known.work(terminal, context, name, options));
}

async function list(terminal: Terminal, context: Context): Promise<number> {
	const words = terminal.messages.cli.sessions;
	const all = await listSessions(context);
	if (terminal.options.json) terminal.printJson("sessions", { sessions: all.map(summaryToJson) });
	else if (!all.length) terminal.print(words.none);
	else {
		const rows = all.map((one) => [
			one.id,
			printable(one.name) || "-",
			one.problem ? "-" : stepText(terminal, one),
			terminal.messages.fill("{ago:ago}", { ago: one.ago }),
			one.problem ? problemText(terminal, one) : one.holder === undefined ? printable(one.command) : words.open(one.holder),
		]);
		terminal.print(table([words.head, ...rows]));
	}
	return 0;
}

async function show(terminal: Terminal, context: Context, name: string | undefined): Promise<number> {
	const found = await findSession(context, required(name));
	const words = terminal.messages.cli.sessions;
	// A session that is damaged or open elsewhere cannot be read.
	const left = found.problem === undefined && found.holder === undefined ? await content(terminal, context, found.id) : undefined;
	if (terminal.options.json) {
		terminal.printJson("sessions", { session: left ? { ...summaryToJson(found), ...left } : summaryToJson(found) });
		return 0;
	}
	const { count } = terminal.messages;
	terminal.print(
		fields([
			[words.session, found.id],
			[words.cage, printable(found.name) || "-"],
			[words.command, printable(found.command) || "-"],
			[words.left, `${new Date(found.savedAt).toISOString()} (${terminal.messages.fill("{ago:ago}", { ago: found.ago })})`],
			found.problem ? [words.state, problemText(terminal, found)] : [words.step, stepText(terminal, found)],
			[words.state, found.holder === undefined ? undefined : words.open(found.holder)],
			[words.place, printable(found.path)],
			[words.traced, left && (left.paths === null ? words.no : words.paths(count(left.paths)))],
			[words.planned, left && (left.entries === null ? words.no : words.entries(count(left.entries)))],
			[words.rounds, left && count(left.rounds)],
			[words.goOn, left && quoteCommand(["cagewright", ...stateWords(terminal.otherState), "--resume", found.id])],
			[words.same, left && printable(left.same)],
		]),
	);
	return 0;
}

/** Reads a session. It is locked while it is read. */
async function content(terminal: Terminal, { machine }: Context, id: string) {
	const { answers, opened, planned, rounds, work } = await openSaved(machine, id);
	try {
		const base = await new SystemChooser(machine, terminal.messages).base(answers);
		return {
			answers,
			paths: work?.trace.accesses.size ?? null,
			entries: planned?.entries ?? null,
			rounds,
			same: equivalentCommand(answers, base, terminal.otherState),
		};
	} finally {
		opened.held.release();
	}
}

async function remove(terminal: Terminal, context: Context, name: string | undefined, { yes }: SessionsOptions): Promise<number> {
	const found = await findSession(context, required(name));
	const words = terminal.messages.cli.sessions;
	const shown = printable(found.name) || found.id;
	if (!yes) {
		if (!terminal.interactive) throw new Failure("session-removal-unconfirmed", { name: shown }, 2);
		if (!(await ask(terminal, words.question(shown)))) {
			terminal.say(words.kept(shown));
			return 1;
		}
	}
	await removeSession(context, found.id);
	return terminal.result("sessions", { id: found.id, name: found.name, removed: true }, () => words.removed(shown));
}

function required(name: string | undefined): string {
	if (name === undefined) throw new Failure("session-name-needed", {}, 2);
	return name;
}

function stepText(terminal: Terminal, { screen, step }: SessionSummary): string {
	return `${step}/${steps.length} ${terminal.messages.wizard.steps[stepOf(screen as Screen)] ?? ""}`;
}

function problemText(terminal: Terminal, { isSetAside, problem }: SessionSummary): string {
	const { choose } = terminal.messages.wizard;
	if (problem === "newer") return choose.sessionNewer;
	return isSetAside ? choose.sessionDamaged : terminal.messages.cli.sessions.damaged;
}
