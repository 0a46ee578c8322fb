import { omitUndefined } from "../../base/collections.ts";
import type { Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { processorCount } from "../../base/host/this-machine.ts";
import { ThreadPlanner } from "../../base/host/thread-planner.ts";
import { pathFromText } from "../../base/path/path.ts";
import { isAsciiLocale } from "../../cli/format.ts";
import { openTerminal } from "../../cli/open-terminal.ts";
import type { GlobalOptions } from "../../cli/options.ts";
import { answeredInput, ignoreHangUps } from "../../cli/standard-streams.ts";
import { readSetting } from "../../record/host/records.ts";
import { recordWriter } from "../../record/verbs/record.ts";
import type { ExitSummary } from "../exit-summary.ts";
import { type MannerName, mannerNames, mannersFor } from "../manners.ts";
import { Wizard } from "../session/engine-session.ts";
import { findSession } from "../session/saved-sessions.ts";
import type { SessionSummary } from "../session/session-summary.ts";
import { SystemChooser } from "./chooser.ts";
import { SystemHome } from "./home.ts";

/** Opens the wizard. Prints its last lines after the terminal is restored. */
export async function wizard(global: GlobalOptions, resume?: string | true): Promise<number> {
	const terminal = await openTerminal(global);
	if (!terminal.isTTY("stdin", "stdout")) throw new Failure("no-terminal", {}, 2);
	answeredInput();
	process.once("SIGHUP", ignoreHangUps);
	const { env } = process;
	const color = terminal.options.color !== false && !env.NO_COLOR;
	// Terminals and people that cannot use a screen get lines.
	const linear = terminal.options.linear === true || env.INK_SCREEN_READER === "true" || env.TERM === "dumb";
	const machine = terminal.machine();
	const state = terminal.otherState;
	const planner = new ThreadPlanner(terminal.state);
	const session = new Wizard(machine, new SystemChooser(machine, terminal.messages, global), planner, {
		writeRecord: recordWriter(terminal),
		home: new SystemHome(terminal),
		...omitUndefined({ state }),
		terminal: env.TERM ?? "dumb",
		full: terminal.launching.full ?? false,
		jobs: processorCount(),
	});
	const ascii = terminal.options.ascii === true || isAsciiLocale(env);
	const left = resume === undefined ? {} : { resume: (await leftSession(machine, resume === true ? undefined : resume)).id };
	// The console font of Linux has no check marks.
	const plainMarks = env.TERM === "linux";
	const looks = { messages: terminal.messages, color, ascii, plainMarks, inline: terminal.options.inline === true };
	const manners = mannersFor(env, await terminalSettings(terminal.state));
	const options = { session, manners, ...looks, ...omitUndefined({ state }), ...left };
	let last: ExitSummary = () => [];
	try {
		const run = linear ? (await import("../host/run-linear.ts")).runLinear : (await import("../host/run-wizard.ts")).runWizard;
		const { lines, status } = await run(options);
		last = lines;
		return status;
	} finally {
		const failure = await session.close();
		for (const line of last(failure === undefined)) terminal.print(line);
		if (failure) terminal.say(terminal.messages.failure(failure));
	}
}

/** Finds the session to resume. Throws `session-open`, `session-newer` or `session-damaged` before the terminal is changed. */
async function leftSession(machine: Machine, wanted: string | undefined): Promise<SessionSummary> {
	const found = await findSession({ machine }, wanted);
	if (found.holder !== undefined) throw new Failure("session-open", { id: found.id, pid: found.holder });
	if (found.problem === "newer") throw new Failure("session-newer", { id: found.id }, 2);
	if (found.problem === "damaged") {
		const path = found.isSetAside ? found.path : await machine.sessions.quarantine(found.id);
		throw new Failure("session-damaged", { id: found.id, path });
	}
	return found;
}

/** What `terminal` in the settings of a state folder turns on or off. A file that cannot be read changes nothing. */
async function terminalSettings(state: string): Promise<Partial<Record<MannerName, boolean>>> {
	const terminal = await readSetting(pathFromText(state), "terminal").catch(() => undefined);
	if (typeof terminal !== "object" || terminal === null) return {};
	const known = Object.entries(terminal).filter(
		([name, value]) => (mannerNames as readonly string[]).includes(name) && typeof value === "boolean",
	);
	return Object.fromEntries(known);
}
