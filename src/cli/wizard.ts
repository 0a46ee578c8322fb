import { Failure } from "../core/failure.ts";
import type { Machine } from "../engine/context.ts";
import { findSession, type SessionSummary } from "../engine/sessions.ts";
import { Wizard } from "../engine/wizard.ts";
import { SystemChooser } from "./chooser.ts";
import { systemMachine } from "./machine.ts";
import { recordWriter } from "./record-writer.ts";
import type { Terminal } from "./terminal.ts";

/** Opens the wizard, and prints what it leaves to say once the terminal is as it was before. */
export async function wizard(terminal: Terminal, resume?: string | true): Promise<number> {
	if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === "dumb") throw new Failure("no-terminal", {}, 2);
	const color = terminal.options.color !== false && !process.env.NO_COLOR;
	// chalk reads this when it is loaded, and knows nothing of NO_COLOR.
	if (!color) process.env.FORCE_COLOR = "0";
	const machine = systemMachine(terminal.state, terminal.launching);
	const session = new Wizard(machine, new SystemChooser(machine, terminal.language), recordWriter(terminal, machine));
	const left = resume === undefined ? undefined : await leftSession(machine, resume === true ? undefined : resume);
	const { runWizard } = await import("../ui/run-wizard.tsx");
	const ascii = !/UTF-?8/i.test(process.env.LC_ALL ?? process.env.LC_CTYPE ?? process.env.LANG ?? "UTF-8");
	try {
		const { lines, status } = await runWizard({
			session,
			messages: terminal.messages,
			color,
			ascii,
			...(left ? { resume: left.id } : {}),
		});
		for (const line of lines) terminal.print(line);
		return status;
	} finally {
		const failure = await session.close();
		if (failure) terminal.say(terminal.messages.failure(failure));
	}
}

/** What cannot be gone on with is said before the terminal is taken. */
async function leftSession(machine: Machine, wanted: string | undefined): Promise<SessionSummary> {
	const found = await findSession({ machine }, wanted);
	if (found.holder !== undefined) throw new Failure("session-open", { id: found.id, pid: found.holder });
	if (found.problem === "newer") throw new Failure("session-newer", { id: found.id }, 2);
	if (found.problem === "damaged") {
		const path = found.isAside ? found.path : await machine.sessions.setAside(found.id);
		throw new Failure("session-damaged", { id: found.id, path });
	}
	return found;
}
