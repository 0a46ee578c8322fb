import type { Cage } from "../../core/cage/cage.ts";
import { parseAcceptance } from "../../core/cage/finding.ts";
import { Failure } from "../../core/failure.ts";
import { join } from "../../core/path/path.ts";
import {
	lockoutOption,
	type SessionSign,
	servesNamedAccounts,
	sessionNote,
	signInCommand,
	signInTrace,
	signInUnit,
	signOfPrograms,
} from "../../core/plan/sessions.ts";
import { isLibraryFile } from "../../core/plan/trees.ts";
import type { PresentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import type { HostService } from "../systemd-ports.ts";

/** Services by which people reach the machine. A cage for one of them answers, but nobody can log in. */

/** Warns before a trace. Accounts that are named may be all that the application serves. */
export function warnOfSessions({ emit, machine }: Context, command: readonly string[], accepted: readonly string[] = []): void {
	if (isLockoutAccepted(accepted)) return;
	const sign = signInCommand(command, machine.files);
	if (sign) emit({ event: "warned", ...sessionNote(sign) });
}

/**
 * Refuses to move a host service for which there is no cage yet. Throws `lockout-service` (exit 4) without the administrator's
 * consent.
 */
export function refuseLockout(
	{ machine }: Context,
	{ name, texts }: HostService,
	command: readonly string[],
	accepted: readonly string[] = [],
): void {
	refuse(signInUnit(name, texts) ?? signInCommand(command, machine.files), name, accepted);
}

/**
 * Refuses a unit for a cage whose application opens sessions: `lockout-service` for the host's service, `lockout-unit` for a unit
 * of its own (exit 4). A unit of its own may serve the accounts that the cage names.
 */
export async function refuseLockoutBy(context: Context, present: PresentCage, host?: HostService): Promise<void> {
	const { cage } = present;
	const { accepted = [] } = cage;
	const sign = (host && signInUnit(host.name, host.texts)) ?? (await signInCage(context, present));
	if (host) return refuse(sign, host.name, accepted);
	const users = context.machine.accounts.users();
	const trace = await context.machine.store.trace(cage.name);
	if (sign === undefined || servesNamedAccounts({ accounts: cage.rules.accounts, notes: cage.notes ?? [], trace, users })) return;
	if (!isLockoutAccepted(accepted)) throw new Failure("lockout-unit", { name: cage.name, ...valuesOf(sign) }, 4);
}

function refuse(sign: SessionSign | undefined, service: string, accepted: readonly string[]): void {
	if (sign && !isLockoutAccepted(accepted)) throw new Failure("lockout-service", { service, ...valuesOf(sign) }, 4);
}

function valuesOf(sign: SessionSign) {
	return { ...sessionNote(sign).values, option: lockoutOption };
}

/** The programs in the cage's generation count too, because a cage from another machine has no trace. */
async function signInCage({ machine }: Context, { cage, layout, manifest }: PresentCage): Promise<SessionSign | undefined> {
	const { accounts, files, store } = machine;
	const programs = manifest.entries.flatMap(({ kind, marks, mode, path }) =>
		kind === "file" && marks?.includes("elf") && mode & 0o111 && !isLibraryFile(path) ? [path] : [],
	);
	const trace = await store.trace(cage.name);
	return (
		signInCommand(cage.application.command, files) ??
		signOfPrograms(programs, files, (path) => join(layout.root, path.slice(1))) ??
		(trace && signInTrace(trace, accounts.users(), files))
	);
}

export function isLockoutAccepted(accepted: Cage["accepted"] = []): boolean {
	return accepted.some((text) => parseAcceptance(text).code === "lockout");
}
