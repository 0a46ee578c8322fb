import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure, type Note } from "../../base/failure.ts";
import type { Identity, PackageRef } from "../../base/machine/facts.ts";
import type { Path } from "../../base/path/path.ts";
import type { KnownFiles } from "../../check/drift.ts";
import { checkBind } from "../../plan/binds.ts";
import { withDedicatedAccount } from "../../plan/dedicated.ts";
import { type HostFacts, ownPlaces } from "../../plan/host-access.ts";
import { makePlan } from "../../plan/make-plan.ts";
import { leaveOut } from "../../plan/minimised.ts";
import type { Entry, Plan } from "../../plan/plan.ts";
import type { Application } from "../../service/application.ts";
import { resolveIdentity } from "../../service/created-directory.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Cage } from "../cage.ts";
import { dedicatedAccount } from "./dedicated-account.ts";
import { separationNotes } from "./separation.ts";

interface PlannedBuild {
	readonly cage: Cage;
	readonly trace: Trace;
	/** The generation that the plan is compared with. */
	readonly known?: KnownFiles | undefined;
	/** A comparison needs none, and finding them reads whole programs. */
	readonly withNotes?: boolean;
}

/** The entries of a build today, without their packages. */
export function planToday(machine: Machine, { cage, known, trace, withNotes = false }: PlannedBuild): Plan {
	const { accounts, files } = machine;
	for (const { path } of cage.rules.binds) checkBind(path, files);
	const made = makePlan({
		application: cage.application,
		rules: cage.rules,
		notes: cage.notes ?? [],
		withNotes,
		identity: identityFor(machine, cage.application.user),
		owner: accounts.own()?.uid ?? 0,
		isDedicated: cage.dedicatedAccount !== undefined,
		stateFolder: machine.stateFolder(),
		...omitUndefined({ stateInPlace: cage.stateInPlace }),
		trace,
		additions: cage.additions,
		users: accounts.users(),
		groups: accounts.groups(),
		activeAccounts: cage.activeAccounts ?? [],
		...omitUndefined({ company: cage.company }),
		files,
		...(known ? { known: known.marks } : {}),
	});
	const own = dedicatedAccount(machine, cage.dedicatedAccount);
	return leaveOut(own ? withDedicatedAccount(made, own) : made, cage.minimised, cage.additions);
}

/** The plan without the documentation's offers and without events, for comparison with the generation that `known` describes. */
export async function planCage(context: Context, cage: Cage, trace: Trace, known?: KnownFiles): Promise<Plan> {
	const { machine } = context;
	const plan = await planEntries(context, { cage, trace, known, withNotes: true });
	return {
		...plan,
		notes: [
			...plan.notes,
			...(cage.dedicatedAccount !== undefined && !dedicatedAccount(machine, cage.dedicatedAccount)
				? [{ code: "dedicated-account-to-be-made", values: { account: cage.dedicatedAccount } }]
				: await separation(machine, cage.name, plan, trace)),
		],
	};
}

/** The same without notes about other cages and processes, whose number would make the work grow with its square. */
export async function planEntries({ machine }: Context, build: PlannedBuild): Promise<Plan> {
	const { known } = build;
	const plan = planToday(machine, build);
	const isOwned = ({ kind }: Entry) => kind === "file" || kind === "symlink";
	const asked = plan.entries.filter((entry) => isOwned(entry) && !known?.owner(entry.path)).map(({ path }) => path);
	const owners = asked.length ? await machine.packages.owners(asked) : new Map<Path, PackageRef>();
	return {
		...plan,
		entries: plan.entries.map((entry) => {
			const owner = owners.get(entry.path) ?? known?.owner(entry.path)?.package;
			return owner && isOwned(entry) ? { ...entry, package: owner } : entry;
		}),
	};
}

/** The facts that decide which host directories an application may have. */
export function hostFacts(
	{ accounts, files, stateFolder }: Pick<Machine, "accounts" | "files" | "stateFolder">,
	application: Application,
	identity: Identity,
): HostFacts {
	return { files, users: accounts.users(), identity, stateFolder: stateFolder(), own: ownPlaces(application) };
}

/** Without root, only the user's own account is possible. */
export function identityFor({ accounts }: Pick<Machine, "accounts">, user: string | undefined): Identity {
	const own = accounts.own();
	if (!own) return resolveIdentity(user, accounts.users(), accounts.groups());
	const { lowestPort: _, ...identity } = own;
	if (user === undefined || user === "") return identity;
	const asked = resolveIdentity(user, accounts.users(), accounts.groups());
	if (asked.uid === own.uid && asked.gid === own.gid) return identity;
	throw new Failure("account-needs-root", { account: user, own: own.name }, 3);
}

/** Without root there is only one account, and the user's own processes are not worth a note. */
async function separation(machine: Machine, ...cage: [name: string, plan: Plan, trace: Trace]): Promise<Note[]> {
	return machine.accounts.own() ? [] : separationNotes(machine, ...cage);
}
