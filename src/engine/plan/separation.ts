import { footprintOf, overlaps } from "../../core/cage/footprint.ts";
import type { Note } from "../../core/failure.ts";
import { sharedAccounts } from "../../core/plan/dedicated.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Machine } from "../context.ts";
import { footprintsOfOthers, processesOutside } from "./account-findings.ts";

/** What a planned cage would share with other cages and with the host's own services, as notes of the plan. */
export async function separationNotes(machine: Machine, name: string, plan: Plan, trace: Trace): Promise<Note[]> {
	const users = machine.accounts.users();
	const accountOf = (uid: number) => users.find((user) => user.uid === uid)?.name ?? String(uid);
	const mine = footprintOf(plan, trace);
	const others = await footprintsOfOthers(machine.store, name);
	const outside = await processesOutside(machine, name, mine.uids);
	return [
		...[...others].flatMap(([other, theirs]) => overlaps(mine, other, theirs, accountOf)),
		...mine.uids.flatMap((uid): Note[] => {
			const [first, ...more] = outside.filter((one) => one.uid === uid);
			if (!first) return [];
			const { pid, program } = first;
			return [{ code: "shares-account-process", values: { account: accountOf(uid), pid, program, count: more.length + 1 } }];
		}),
		...sharedAccounts(plan, mine.uids, users, machine.files),
	];
}
