import { launchEnvironment } from "../../core/application/application.ts";
import { broughtShell } from "../../core/confinement/brought-shell.ts";
import { type PresentCage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { auditGeneration } from "../upkeep/audit.ts";
import { launchRequest } from "./run.ts";

interface ShellOptions {
	/** Instead of a shell that reads commands. */
	readonly command: readonly string[];
	/** TERM of whoever sits before it; absent where commands come from a file or a pipe. */
	readonly terminal?: string;
	/** Writes to the application's data in earnest. */
	readonly keepWrites: boolean;
}

/**
 * A shell in the cage, brought along from the host for this once: same account, same layers as the application. It looks at the data
 * as it is; what it writes is thrown away with it unless that is asked for. Resolves with its exit status.
 */
export async function shellInCage(context: Context, name: string, options: ShellOptions): Promise<number> {
	return shellIn(context, await presentCage(context, name), options);
}

/** The same in any generation of a cage, also in one that is being tried. */
export async function shellIn(context: Context, present: PresentCage, options: ShellOptions): Promise<number> {
	const { command, keepWrites, terminal } = options;
	const { launcher } = context.machine;
	const start = { cage: present.cage.name, command, ...(terminal === undefined ? {} : { terminal }) };
	const shell = broughtShell(launcher.hostShell(), start, launchEnvironment(present.cage.application));
	await auditGeneration(context, present.manifest, present.layout, { accepted: present.cage.accepted ?? [] });
	const sandbox = keepWrites ? undefined : await launcher.createSandbox();
	try {
		const launched = await launcher.start({
			...launchRequest(present, shell.command),
			spec: { kind: "cage", cage: present.layout, ...(sandbox ? { sandbox } : {}) },
			cwd: "/",
			env: shell.env,
			brought: shell.files,
			names: shell.names,
			attended: terminal === undefined ? "pipe" : "terminal",
			signal: context.signal,
		});
		const { status } = await launched.ended;
		context.signal.throwIfAborted();
		return status;
	} finally {
		await sandbox?.dispose();
	}
}
