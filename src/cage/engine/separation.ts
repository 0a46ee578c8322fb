import type { Machine } from "../../base/engine/context.ts";
import type { CageReader } from "../../base/engine/store.ts";
import { Failure, type Note } from "../../base/failure.ts";
import { accountNames } from "../../base/machine/accounts.ts";
import { root } from "../../base/path/path.ts";
import type { AccountUse } from "../../base/ports.ts";
import { sharedAccounts } from "../../plan/dedicated.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Cage } from "../cage.ts";
import type { Finding } from "../finding.ts";
import { type Footprint, footprintOf, overlaps } from "../footprint.ts";
import type { Manifest } from "../manifest.ts";
import { runningIn } from "./cages.ts";

/**
 * Findings about processes outside the cage and other cages that share its accounts. Processes of one account may signal, trace
 * and read each other (ptrace(2)); only the PID namespace hides them. `all` are the footprints of all cages, if they are known.
 */
export async function accountFindings(
	machine: Machine,
	name: string,
	uids: readonly number[],
	all?: ReadonlyMap<string, Footprint>,
): Promise<Finding[]> {
	if (!uids.length) return [];
	const accounts = accountNames(machine.accounts.users());
	const findings: Finding[] = [];
	const outside = await processesOutside(machine, name, uids);
	const others = [...(all ?? (await footprints(machine.store)))].filter(([other]) => other !== name);
	for (const uid of uids) {
		const account = accounts.get(uid) ?? String(uid);
		const [first, ...more] = outside.filter((one) => one.uid === uid);
		if (first) {
			const values = { account, pid: first.pid, program: first.program, count: more.length + 1 };
			findings.push({ code: "account-used-outside", path: root, severity: "warning", values });
		}
		const cages = others.filter(([, footprint]) => footprint.uids.includes(uid)).map(([cage]) => cage);
		if (cages.length) {
			const values = { account, cages: cages.join(", "), count: cages.length };
			findings.push({ code: "account-of-other-cage", path: root, severity: "warning", values });
		}
	}
	return findings;
}

/** Processes under these accounts that do not run in this cage. */
export async function processesOutside(machine: Machine, name: string, uids: readonly number[]): Promise<AccountUse[]> {
	const all = machine.processesOf(uids);
	if (!all.length) return [];
	const inside = new Set((await runningIn(machine, name)).processes);
	return all.filter(({ pid }) => !inside.has(pid));
}

/** Footprints of the other cages of this state folder, by name. */
export async function footprintsOfOthers(store: CageReader, name: string): Promise<Map<string, Footprint>> {
	const found = await footprints(store);
	found.delete(name);
	return found;
}

/** Footprints of all cages by name. Skips damaged ones, which `check` and `list` report. */
export async function footprints(store: CageReader): Promise<Map<string, Footprint>> {
	const found = new Map<string, Footprint>();
	for (const name of await store.names()) {
		try {
			const footprint = (await store.cage(name))?.footprint;
			if (footprint) found.set(name, footprint);
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
		}
	}
	return found;
}

/** Notes about what a planned cage would share with other cages and with host services. */
export async function separationNotes(machine: Machine, name: string, plan: Plan, trace: Trace): Promise<Note[]> {
	const own = footprintOf(plan, trace);
	const others = await footprintsOfOthers(machine.store, name);
	return [...overlapsOf(machine, own, others), ...(await notesOfAccounts(machine, name, own.uids, plan))];
}

/** The same about accounts only, for an imported cage, whose own account does not count. */
export async function accountNotes(machine: Machine, name: string, { cage, manifest }: ImportedParts): Promise<Note[]> {
	const { dedicatedAccount, footprint } = cage;
	if (!footprint) return [];
	const dedicated = manifest.accounts.users.find((user) => user.name === dedicatedAccount);
	const own = { ...footprint, uids: footprint.uids.filter((uid) => uid !== dedicated?.uid) };
	const others = await footprintsOfOthers(machine.store, name);
	const shared = overlapsOf(machine, own, others).filter(({ code }) => code === "shares-account-cage");
	return [...shared, ...(await notesOfAccounts(machine, name, own.uids, manifest))];
}

interface ImportedParts {
	readonly cage: Pick<Cage, "dedicatedAccount" | "footprint">;
	readonly manifest: Pick<Manifest, "accounts" | "entries" | "writable">;
}

function overlapsOf({ accounts }: Machine, own: Footprint, others: ReadonlyMap<string, Footprint>): readonly Note[] {
	const users = accounts.users();
	const accountOf = (uid: number) => users.find((user) => user.uid === uid)?.name ?? String(uid);
	return overlaps(own, others, accountOf);
}

async function notesOfAccounts(
	machine: Machine,
	name: string,
	uids: readonly number[],
	parts: Pick<Manifest, "entries" | "writable">,
): Promise<Note[]> {
	const users = machine.accounts.users();
	const outside = await processesOutside(machine, name, uids);
	return [
		...uids.flatMap((uid): Note[] => {
			const [first, ...more] = outside.filter((one) => one.uid === uid);
			if (!first) return [];
			const { pid, program } = first;
			const account = users.find((user) => user.uid === uid)?.name ?? String(uid);
			return [{ code: "shares-account-process", values: { account, pid, program, count: more.length + 1 } }];
		}),
		...sharedAccounts(parts, uids, users, machine.files),
	];
}
