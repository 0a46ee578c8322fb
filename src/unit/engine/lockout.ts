import type { Context } from "../../base/engine/context.ts";
import { Failure, type Note } from "../../base/failure.ts";
import { join } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import type { PresentCage } from "../../cage/engine/cages.ts";
import { parseAcceptance } from "../../cage/finding.ts";
import {
	lockoutOption,
	type SessionSign,
	servesNamedAccounts,
	sessionNote,
	signInCommand,
	signInTrace,
	signInUnit,
	signOfPrograms,
} from "../../plan/sessions.ts";
import { isLibraryFile } from "../../plan/trees.ts";
import type { HostService } from "../ports.ts";

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

/** The same for what the trace showed, before the cage is built. */
export function refuseSessions(service: string, notes: readonly Note[], accepted: readonly string[] = []): void {
	const found = notes.find(({ code }) => code === "opens-sessions");
	if (found && !isLockoutAccepted(accepted)) throw new Failure("lockout-service", { ...found.values, service }, 4);
}

/**
 * Refuses a unit for a cage whose application opens sessions: `lockout-service` for the host's service, `lockout-unit` for a unit
 * of its own (exit 4).
 */
export async function refuseLockoutBy(context: Context, present: PresentCage, host?: HostService): Promise<void> {
	const { accepted, name } = present.cage;
	const sign = await signAsUnit(context, present, host);
	if (host) return refuse(sign, host.name, accepted);
	if (sign && !isLockoutAccepted(accepted)) throw new Failure("lockout-unit", { name, ...valuesOf(sign) }, 4);
}

/** Warns of what `refuseLockoutBy` refuses, for a unit that is only printed. */
export async function warnOfLockout(context: Context, present: PresentCage, host?: HostService): Promise<void> {
	const sign = await signAsUnit(context, present, host);
	if (sign && !isLockoutAccepted(present.cage.accepted)) context.emit({ event: "warned", ...sessionNote(sign) });
}

/** A unit of its own may serve the accounts that the cage names. */
async function signAsUnit(context: Context, present: PresentCage, host?: HostService): Promise<SessionSign | undefined> {
	const sign = (host && signInUnit(host.name, host.texts)) ?? (await signInCage(context, present));
	if (host || sign === undefined) return sign;
	const { name, notes = [], rules } = present.cage;
	const users = context.machine.accounts.users();
	const trace = await context.machine.store.trace(name);
	return servesNamedAccounts({ accounts: rules.accounts, notes, trace, users }) ? undefined : sign;
}

function refuse(sign: SessionSign | undefined, service: string, accepted?: readonly string[]): void {
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
