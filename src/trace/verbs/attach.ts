import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure, type Values } from "../../base/failure.ts";
import { wordsOf } from "../../base/host/proc.ts";
import type { User } from "../../base/machine/facts.ts";
import { pathToText } from "../../base/path/path.ts";
import { openLines } from "../../cli/ask.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { type Answers, defaultRoundsAttached } from "../../options/answers.ts";
import { keptEnvironment } from "../../service/environment.ts";
import { draftFromProcess } from "../../service/host/process-application.ts";
import { type CageRequest, storedTemplate } from "../../template/engine/starting-point.ts";
import type { TraceOptions } from "../engine/trace.ts";
import { runningTree } from "../host/attach.ts";
import type { RunningProcess } from "../running.ts";

/**
 * Takes command, account, environment and working directory from the process of `--attach`, unless an option gives them. A named template supplies them
 * itself; any other name is the cage's. Throws like `runningTree`, and `for-needs-attach` (exit 2).
 */
export async function requestForProcess(context: Context, request: CageRequest): Promise<CageRequest> {
	const { command, options, target } = request;
	const { attach } = options;
	if (attach === undefined) {
		if (options.for !== undefined) throw new Failure("for-needs-attach", {}, 2);
		return request;
	}
	const [main] = runningTree(attach);
	if (main === undefined) throw new Failure("process-unknown", { pid: attach }, 2);
	const { machine } = context;
	if (await storedTemplate(machine.store, target)) return request;
	const exe = main.program === undefined ? undefined : pathToText(main.program);
	const { application, notes } = draftFromProcess(
		{
			uid: main.uid.effective,
			...omitUndefined({ exe }),
			command: wordsOf(attach, "cmdline"),
			...(main.cwd === undefined ? {} : { cwd: pathToText(main.cwd) ?? "/" }),
		},
		(uid) => machine.accounts.users().find((user) => user.uid === uid)?.name,
	);
	const environment = keptEnvironment(wordsOf(attach, "environ"));
	const warn = (code: string, values: Values) => context.emit({ event: "warned", code, values });
	for (const note of notes) {
		// The process may have overwritten its command line. A given command makes that irrelevant.
		if (!command.length || note.code !== "found-title-rewritten") warn(note.code, note.values);
	}
	if (environment.leftOut.length) warn("attach-env-left-out", { names: environment.leftOut.join(", ") });
	const user = options.user ?? accountOf(main, machine.accounts.users());
	return {
		command: command.length ? command : (application.command ?? []),
		options: {
			...options,
			...(options.name === undefined && target !== undefined ? { name: target } : {}),
			...omitUndefined({ user }),
			cwd: options.cwd ?? application.cwd ?? "/",
			env: [...environment.pairs, ...(options.env ?? [])],
		},
	};
}

/** Returns answers that trace the running application. The environment of a bare process comes from /proc, because no unit or template gives it. */
export function asItRuns(answers: Answers, pid: number, isProcess: boolean): Answers {
	const pairs = isProcess ? keptEnvironment(wordsOf(pid, "environ")).pairs : [];
	const env = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
	const { application } = answers;
	return {
		...answers,
		application: { ...application, env: { ...env, ...application.env } },
		attach: { pid },
		rounds: defaultRoundsAttached,
	};
}

/** Returns `user` or `user:group`, with numbers for accounts without a name, and undefined for root. */
function accountOf({ gid, uid }: RunningProcess, users: readonly User[]): string | undefined {
	if (uid.effective === 0) return undefined;
	const user = users.find((one) => one.uid === uid.effective);
	return user?.gid === gid.effective ? user.name : `${user?.name ?? uid.effective}:${gid.effective}`;
}

/** On a terminal and without `--for`, tracing ends when somebody presses Enter. */
export function untilEnter(terminal: Terminal, { options }: CageRequest): Pick<TraceOptions, "more"> {
	if (options.attach === undefined || options.for !== undefined || options.yes || !terminal.interactive) return {};
	return {
		more: async (signal) => {
			const lines = openLines();
			try {
				await lines.question(`${terminal.messages.cli.pressEnter} `, { signal });
			} catch (error) {
				// Ctrl-D ends it like Enter.
				if (signal.aborted) throw error;
			} finally {
				lines.close();
			}
			return undefined;
		},
	};
}
