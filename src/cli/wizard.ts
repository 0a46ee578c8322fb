import { availableParallelism } from "node:os";
import { Failure } from "../core/failure.ts";
import type { Machine } from "../engine/context.ts";
import { ThreadPlanner } from "../system/thread-planner.ts";
import type { ExitSummary } from "../wizard/exit-summary.ts";
import { Wizard } from "../wizard/session/engine-session.ts";
import { findSession } from "../wizard/session/saved-sessions.ts";
import type { SessionSummary } from "../wizard/session/session-summary.ts";
import { SystemChooser } from "./chooser.ts";
import { SystemHome } from "./home.ts";
import { systemMachine } from "./machine.ts";
import type { GlobalOptions } from "./options.ts";
import { isAsciiLocale } from "./output.ts";
import { recordWriter } from "./record-writer.ts";
import { openTerminal, Terminal } from "./terminal.ts";

export { sessions } from "./sessions.ts";
export { openTerminal, systemMachine as machine };

/** Opens the wizard. Prints its last lines after the terminal is restored. */
export async function wizard(global: GlobalOptions, resume?: string | true): Promise<number> {
	const terminal = await openTerminal(global, systemMachine, () => import("./working.ts"));
	if (!process.stdin.isTTY || !process.stdout.isTTY) throw new Failure("no-terminal", {}, 2);
	const { env } = process;
	const color = terminal.options.color !== false && !env.NO_COLOR;
	// Terminals and people that cannot use a screen get lines.
	const linear = terminal.options.linear === true || env.INK_SCREEN_READER === "true" || env.TERM === "dumb";
	const machine = systemMachine(terminal.state, terminal.launching);
	const state = terminal.otherState;
	const planner = new ThreadPlanner(terminal.state);
	const session = new Wizard(machine, new SystemChooser(machine, terminal.messages, global), planner, recordWriter(terminal), {
		home: new SystemHome(
			new Terminal(
				global,
				terminal.messages,
				() => machine,
				() => import("./working.ts"),
			),
		),
		...(state === undefined ? {} : { state }),
		terminal: env.TERM ?? "dumb",
		full: terminal.launching.full ?? false,
		jobs: availableParallelism(),
	});
	const ascii = terminal.options.ascii === true || isAsciiLocale(env);
	const left = resume === undefined ? {} : { resume: (await leftSession(machine, resume === true ? undefined : resume)).id };
	// The console font of Linux has no check marks.
	const plainMarks = env.TERM === "linux";
	const looks = { messages: terminal.messages, color, ascii, plainMarks, inline: terminal.options.inline === true };
	const options = { session, ...looks, ...(state === undefined ? {} : { state }), ...left };
	let last: ExitSummary = () => [];
	try {
		const run = linear
			? (await import("../wizard/linear/run-linear.ts")).runLinear
			: (await import("../wizard/run-wizard.tsx")).runWizard;
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
