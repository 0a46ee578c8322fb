import { launchEnvironment } from "../../core/application/application.ts";
import { shellForCage } from "../../core/confinement/host-shell.ts";
import { type PresentCage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { auditGeneration } from "../upkeep/audit.ts";
import { launchRequest } from "./run.ts";

interface ShellOptions {
	/** Runs this command instead of an interactive shell. */
	readonly command: readonly string[];
	/** The user's TERM. Absent if commands come from a file or a pipe. */
	readonly terminal?: string;
	/** Writes to the application's real data. */
	readonly keepWrites: boolean;
}

/**
 * Runs a host shell in the cage with the application's account and layers. It sees the real data; its writes are discarded unless
 * `keepWrites`. Resolves with its exit status.
 */
export async function shellInCage(context: Context, name: string, options: ShellOptions): Promise<number> {
	return shellIn(context, await presentCage(context, name), options);
}

/** The same in any generation, also during its trial. */
export async function shellIn(context: Context, present: PresentCage, options: ShellOptions): Promise<number> {
	const { command, keepWrites, terminal } = options;
	const { launcher } = context.machine;
	const start = { cage: present.cage.name, command, ...(terminal === undefined ? {} : { terminal }) };
	const shell = shellForCage(launcher.hostShell(), start, launchEnvironment(present.cage.application));
	await auditGeneration(context, present.manifest, present.layout, { accepted: present.cage.accepted ?? [] });
	await using sandbox = keepWrites ? undefined : await launcher.createSandbox();
	const launched = await launcher.start({
		...launchRequest(present, shell.command),
		spec: { kind: "cage", cage: present.layout, ...(sandbox ? { sandbox } : {}) },
		cwd: "/",
		env: shell.env,
		hostFiles: shell.files,
		names: shell.names,
		attended: terminal === undefined ? "pipe" : "terminal",
		signal: context.signal,
	});
	const { status } = await launched.ended;
	context.signal.throwIfAborted();
	return status;
}
