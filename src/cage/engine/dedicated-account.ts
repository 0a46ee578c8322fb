import type { Context, Machine } from "../../base/engine/context.ts";
import type { Store } from "../../base/engine/store.ts";
import { Failure } from "../../base/failure.ts";
import type { User } from "../../base/machine/facts.ts";
import type { Answers } from "../../options/answers.ts";
import { runningUids } from "../../plan/accounts.ts";
import { type DedicatedAccount, isSharedAccountName } from "../../plan/dedicated.ts";
import type { Plan } from "../../plan/plan.ts";
import type { MadeAccount } from "../ports.ts";
import { requireStopped } from "./cages.ts";
import { footprintsOfOthers, processesOutside } from "./separation.ts";

const noLogin = /\/(nologin|false)$/;

/** The account if the host has it. */
export function dedicatedAccount(
	{ accounts }: Pick<Machine, "accounts">,
	name: string | undefined,
): DedicatedAccount | undefined {
	return name === undefined ? undefined : accounts.users().find((user) => user.name === name);
}

/**
 * Refuses an account that belongs to a person or to another service. Throws `dedicated-account-of-everybody`,
 * `dedicated-account-shared` or `dedicated-account-group` (exit 2). An account that does not exist yet is fine.
 */
export async function checkDedicatedAccount({ machine }: Context, cage: string, name: string): Promise<void> {
	const user = machine.accounts.users().find((one) => one.name === name);
	if (user === undefined) {
		if (machine.accounts.groups().some((group) => group.name === name)) {
			throw new Failure("dedicated-account-group", { account: name }, 2);
		}
		return;
	}
	if (isSharedAccountName(name)) throw new Failure("dedicated-account-of-everybody", { account: name }, 2);
	const why = await whyShared(machine, cage, user);
	if (why) throw new Failure("dedicated-account-shared", { account: name, why }, 2);
}

async function whyShared(machine: Machine, cage: string, user: User): Promise<string | undefined> {
	if (user.uid === 0) return "uid 0";
	if (!noLogin.test(user.shell)) return user.shell || "/bin/sh";
	for (const [other, footprint] of await footprintsOfOthers(machine.store, cage)) {
		if (footprint.uids.includes(user.uid)) return other;
	}
	const [process] = await processesOutside(machine, cage, [user.uid]);
	return process && `${process.program} (${process.pid})`;
}

/** Creates the account if it is missing. Its name is stored first, so that after a kill the next attempt uses it. `undo` removes it. */
export async function provideAccount({ machine }: Context, cage: string, name: string): Promise<{ undo(): Promise<void> }> {
	const { accounts, store } = machine;
	const before = await store.accounts.made(cage);
	const there = dedicatedAccount(machine, name);
	if (there) {
		// A killed command stored the name before it created the account.
		if (before?.name === name && before.uid === undefined) await store.accounts.saveMade(cage, { name, uid: there.uid });
		return { undo: async () => {} };
	}
	await store.accounts.saveMade(cage, { name });
	const undo = async () => {
		if (dedicatedAccount(machine, name)) await accounts.remove(name);
		await store.accounts.saveMade(cage, before);
	};
	try {
		await accounts.create(name, { taken: await idsOfOthers(store, cage) });
		const made = dedicatedAccount(machine, name);
		if (!made) throw new Failure("account-unknown", { account: name }, 1);
		await store.accounts.saveMade(cage, { name, uid: made.uid });
	} catch (error) {
		await undo();
		throw error;
	}
	return { undo };
}

/**
 * Creates the account that the application already has in its trace because the machine has none it could start as
 * (DynamicUser=). `undo` removes it.
 */
export async function provideStartAccount(
	context: Context,
	{ application, dedicatedAccount: name, name: cage }: Pick<Answers, "application" | "dedicatedAccount" | "name">,
): Promise<{ undo(): Promise<void> }> {
	if (name === undefined || !startsAs(application.user, name)) return { undo: async () => {} };
	if (!dedicatedAccount(context.machine, name)) {
		context.emit({ event: "warned", code: "start-account-made", values: { account: name, name: cage } });
	}
	return provideAccount(context, cage, name);
}

export function startsAs(user: string | undefined, account: string): boolean {
	return user?.split(":", 1)[0] === account;
}

/** Every id that a generation of another cage runs as or gives files to, because that cage may start at any time. */
export async function idsOfOthers(store: Store, cage?: string): Promise<Set<number>> {
	const ids = new Set<number>();
	for (const other of (await store.names()).filter((one) => one !== cage)) {
		for (const generation of await store.generations(other)) {
			try {
				const manifest = await store.manifest(other, generation);
				if (!manifest) continue;
				const { accounts, identity } = manifest;
				for (const id of [identity.uid, identity.gid, ...identity.groups, ...runningUids(manifest)]) ids.add(id);
				for (const { gid, uid } of accounts.users) ids.add(uid).add(gid);
				for (const { gid } of accounts.groups) ids.add(gid);
			} catch (error) {
				// `check` reports a damaged manifest.
				if (!(error instanceof Failure)) throw error;
			}
		}
	}
	return ids;
}

/**
 * Gives existing data of the cage to its new account. Throws `cage-running` (exit 4) while an application could write to it.
 * `undo` reverts it.
 */
export async function adoptData(
	{ machine }: Context,
	cage: string,
	plan: Plan,
	previous: number | undefined,
): Promise<{ undo(): Promise<void> }> {
	const { store } = machine;
	const { ownerChange } = plan;
	const manifest = previous === undefined ? undefined : await store.manifest(cage, previous);
	const had = manifest ? runningUids(manifest) : [];
	if (!ownerChange || had.includes(ownerChange.uid[1])) return { undo: async () => {} };
	await requireStopped(machine, cage);
	await store.accounts.changeDataOwner(cage, ownerChange);
	const [uid, gid] = [ownerChange.uid, ownerChange.gid];
	return { undo: () => store.accounts.changeDataOwner(cage, { uid: [uid[1], uid[0]], gid: [gid[1], gid[0]] }) };
}

/**
 * Removes the account that was created for a cage, or for one that never came about. Returns undefined if it no longer exists.
 */
export async function withdrawAccount(
	{ machine }: Context,
	cage: string | undefined,
	made: MadeAccount,
): Promise<WithdrawnAccount | undefined> {
	const there = dedicatedAccount(machine, made.name);
	// Another account of that name is not ours.
	if (!there || there.uid !== made.uid) return undefined;
	const uids = [there.uid];
	const [process] = cage === undefined ? machine.processesOf(uids) : await processesOutside(machine, cage, uids);
	if (process) return { name: made.name, keptFor: process.pid };
	await machine.accounts.remove(made.name);
	return { name: made.name };
}

export interface WithdrawnAccount {
	readonly name: string;
	/** A process that still uses the account, which is why it stays. */
	readonly keptFor?: number;
}
