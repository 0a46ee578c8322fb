import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { type Group, isPublic, rememberFiles, type User } from "../../base/machine/facts.ts";
import type { Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { layoutOf } from "../../cage/engine/cages.ts";
import { checkDedicatedAccount, dedicatedAccount, idsOfOthers } from "../../cage/engine/dedicated-account.ts";
import { accountNotes } from "../../cage/engine/separation.ts";
import type { Finding } from "../../cage/finding.ts";
import { footprintOfManifest } from "../../cage/footprint.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { auditFiles } from "../../check/audit.ts";
import { findingsOf, policyOf } from "../../check/engine/audit.ts";
import { compareWithManifest } from "../../check/tampering.ts";
import { type DedicatedAccount, dedicatedName, isAccountName, isDedicatedName } from "../../plan/dedicated.ts";
import { makePlan } from "../../plan/make-plan.ts";
import { leaveOut } from "../../plan/minimised.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Trace } from "../../trace/trace.ts";
import { type ImportConsent, permissionsOf, type ReviewResult, reviewImport, withoutClaims } from "../archive/import-review.ts";
import { type LocalCage, localCage } from "../archive/local-owners.ts";
import type { InspectedArchive, ReceivedCage } from "../ports.ts";
import { isDifference } from "./export.ts";

/** The kernel's names for Node's processor names, which archives contain. */
const kernelNames: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

interface ImportOptions extends ImportConsent {
	readonly name?: string;
	/** The cage's own account; true for the usual name. */
	readonly dedicatedAccount?: string | true;
	readonly architecture: string;
	/** Shows everything, even of a refused archive, and imports nothing. */
	readonly dryRun: boolean;
}

/** A cage as it would be imported, for review. */
export interface ImportedCage extends ReviewResult {
	readonly archive: InspectedArchive;
	/** The account that the import creates. */
	readonly account?: DedicatedAccount;
	/** Absent if it is refused, or if no plan can be made from its trace. */
	readonly later?: LaterBuilds;
	/** Why the import is refused. Present only in a dry run. */
	readonly refusal?: Failure;
}

/**
 * Imports a cage from an archive. Before anything is written, every file is compared with the archive's manifest, the manifest
 * with what a cage may contain, and its accounts, devices and permissions with this machine. Owners get this machine's numbers.
 * `confirm` sees all of it; if it returns false, nothing is created and the result is undefined.
 */
export async function importCage(
	context: Context,
	path: Path,
	options: ImportOptions,
	confirm: (imported: ImportedCage) => Promise<boolean>,
): Promise<ImportedCage | undefined> {
	const { store } = context.machine;
	const archive = await store.archives.inspect(path, context.signal);
	const { head } = archive;
	const name = options.name ?? head.name;
	if (head.architecture !== options.architecture) {
		const [theirs, ours] = [head.architecture, options.architecture].map((one) => kernelNames[one] ?? one);
		throw new Failure("import-architecture", { theirs: theirs ?? "", ours: ours ?? "" }, 3);
	}
	if (await store.isTaken(name)) throw new Failure("import-there", { name }, 4);
	const judged = await judge(context, archive, name, options);
	const { imported, local, refusal } = judged;
	if (refusal || !local) {
		// A dry run also shows refused archives.
		if (options.dryRun) await confirm(imported);
		throw refusal;
	}
	const { account } = imported;
	const created = account ? [{ code: "dedicated-account-to-be-made", values: { account: account.name } }] : [];
	// Without root, everything runs as one account anyway.
	const isRootless = context.machine.accounts.own() !== undefined;
	const notes = [...created, ...(isRootless ? [] : await accountNotes(context.machine, imported.cage.name, imported))];
	for (const { code, values } of notes) context.emit({ event: "warned", code, values });
	if (!(await confirm(imported)) || options.dryRun) return undefined;
	await receive(context, imported, local);
	await store.log(name, "imported", { generation: head.generation, from: head.name, exportedAt: head.exportedAt });
	return imported;
}

async function receive(context: Context, { account, archive, cage, manifest }: ImportedCage, local: LocalCage): Promise<void> {
	const { accounts, store } = context.machine;
	const received = await store.archives.receive({ inspected: archive, cage, manifest, local }, context.signal);
	try {
		await verify(context, received);
		if (account) {
			await received.saveAccount({ name: account.name, uid: account.uid });
			await accounts.create(account.name, account.uid);
		}
		try {
			await received.publish();
		} catch (error) {
			if (account) await accounts.remove(account.name);
			throw error;
		}
	} catch (error) {
		await received.discard();
		throw error;
	}
}

interface JudgedImport {
	readonly imported: ImportedCage;
	/** Present if it is not refused. */
	readonly local?: LocalCage;
	readonly refusal?: Failure;
}

/** Reviews an archive; returns the cage as this machine would import it, or why it is refused. */
async function judge(context: Context, archive: InspectedArchive, name: string, options: ImportOptions): Promise<JudgedImport> {
	const { machine } = context;
	const [cage, manifest] = [
		{ ...archive.cage, name },
		{ ...archive.manifest, name },
	];
	try {
		const accounts = { users: machine.accounts.users(), groups: machine.accounts.groups(), own: machine.accounts.own() };
		const { own } = accounts;
		if (own && (manifest.owner === undefined || (options.dedicatedAccount ?? cage.dedicatedAccount) !== undefined))
			throw new Failure("import-needs-root", { own: own.name }, 3);
		const dedicated = await accountOf(context, archive, name, options.dedicatedAccount);
		const { head } = archive;
		const local = localCage(
			{ cage, manifest, observed: archive.observed, ...omitUndefined({ owners: head.owners }) },
			{ ...accounts, ...omitUndefined({ dedicated }) },
			(text) => machine.recording.sha256(text),
		);
		for (const uid of archive.dataOwners.uids) local.owners.uid(uid);
		for (const gid of archive.dataOwners.gids) local.owners.gid(gid);
		const account = dedicated && accounts.users.every((user) => user.name !== dedicated.name) ? dedicated : undefined;
		const facts = {
			...accounts,
			...(account ? withNew(accounts, account) : {}),
			logSocket: machine.logSocket(),
			stateFolder: machine.stateFolder(),
			files: rememberFiles(machine.files),
			startsProgram: (unit: string, program: string) =>
				machine.units.service(unit)?.texts.some((text) => text.includes(program)) ?? false,
		};
		const reviewed = reviewImport({ ...archive, cage: local.cage, manifest: local.manifest }, facts, options);
		const footprint = footprintOfManifest(reviewed.cage, reviewed.manifest, archive.trace);
		const imported = { ...reviewed, archive, cage: { ...reviewed.cage, footprint }, ...omitUndefined({ account }) };
		const refusal = archive.refusal ?? refusalOf(machine, local.observed, reviewed);
		if (refusal) return { imported: { ...imported, refusal }, refusal };
		const { groups, users } = facts;
		const { trace } = archive;
		const later = trace && laterBuilds(machine, { ...reviewed, trace: local.trace(trace), groups, users });
		return { imported: { ...imported, ...omitUndefined({ later }) }, local };
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		// Show it unchanged, with what would be left out.
		const { dropped } = withoutClaims(cage, { startsProgram: () => true }, options);
		const refusal = archive.refusal ?? error;
		return { imported: { archive, cage, manifest, dropped, refusal }, refusal };
	}
}

/** Returns the cage's own account, if it has one: this machine's, or with a number that is free here. */
async function accountOf(
	context: Context,
	{ cage }: InspectedArchive,
	name: string,
	chosen: string | true | undefined,
): Promise<DedicatedAccount | undefined> {
	const { accounts, store } = context.machine;
	const account = chosen === true ? dedicatedName(name) : (chosen ?? cage.dedicatedAccount);
	if (account === undefined) return undefined;
	if (chosen === undefined) {
		// An archive must not claim an account that exists, or that other programs trust.
		const isTaken = [...accounts.users(), ...accounts.groups()].some((one) => one.name === account);
		if (isTaken || !isDedicatedName(account))
			throw new Failure("dedicated-account-foreign", { account: account.slice(0, 80) }, 4);
	} else {
		if (!isAccountName(account)) throw new Failure("account-name-invalid", { name: account }, 2);
		await checkDedicatedAccount(context, name, account);
	}
	const there = dedicatedAccount(context.machine, account);
	if (there) return there;
	const id = accounts.freeId(account, await idsOfOthers(store, name));
	return { name: account, uid: id, gid: id };
}

function withNew({ groups, users }: { users: readonly User[]; groups: readonly Group[] }, { gid, name, uid }: DedicatedAccount) {
	return {
		users: [...users, { name, uid, gid, gecos: "", home: "/nonexistent", shell: "" }],
		groups: [...groups, { name, gid, members: [] }],
	};
}

/** Applies the rules for a generation on disk to the archive's description. */
function refusalOf(
	machine: Context["machine"],
	observed: LocalCage["observed"],
	{ manifest }: ReviewResult,
): Failure | undefined {
	const policy = policyOf(manifest, layoutOf(machine.store, manifest, {}));
	return refusalFor([...auditFiles(observed, policy), ...compareWithManifest(observed, manifest)]);
}

function refusalFor(findings: readonly Finding[]): Failure | undefined {
	// Findings about the path to a folder that the cage leaves again do not matter.
	const wrong = findings.find(
		(one) =>
			isDifference(one) || one.code === "link-leads-outside" || (one.severity === "danger" && !/^(way|account)-/.test(one.code)),
	);
	return wrong && new Failure("import-refused", { ...wrong.values, path: showPath(wrong.path), finding: wrong.code }, 4);
}

/** Audits the unpacked files, because the archive may have changed since it was inspected. */
async function verify(context: Context, { data, manifest, root }: ReceivedCage): Promise<void> {
	const layout = { ...layoutOf(context.machine.store, manifest, {}), root, data };
	const refusal = refusalFor(await findingsOf(context, manifest, layout, { thorough: true }));
	if (refusal) throw refusal;
}

/** The things that a later build would give an imported cage because of its trace and manifest. */
interface LaterBuilds {
	/** This machine's files, directories and sockets that not everybody may read, sorted. */
	readonly paths: readonly Path[];
	/** Words of `--allow`, including the present ones. */
	readonly permissions: readonly string[];
}

interface LaterInput {
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Contains this machine's account numbers. */
	readonly trace: Trace;
	/** Include the account that the import creates. */
	readonly users: readonly User[];
	readonly groups: readonly Group[];
}

/** An update may run without a question, so an import shows what the archive makes it copy or mount. Returns undefined if no plan can be made. */
function laterBuilds(
	{ accounts, files }: Pick<Machine, "accounts" | "files">,
	{ cage, groups, manifest, trace, users }: LaterInput,
): LaterBuilds | undefined {
	const { additions, application, minimised, rules } = cage;
	let plan: Plan;
	try {
		const { identity } = manifest;
		const owner = accounts.own()?.uid ?? 0;
		const made = makePlan({ application, rules, identity, owner, trace, additions, users, groups, files });
		plan = leaveOut(made, minimised, additions);
	} catch (error) {
		if (error instanceof Failure) return undefined;
		throw error;
	}
	const taken = plan.entries.filter(({ decision, kind }) => decision === "include" && (kind === "file" || kind === "socket"));
	const seeds = plan.writable.flatMap((one) => one.seeds);
	const paths = [...taken, ...seeds, ...plan.shared].map(({ path }) => path).filter((path) => !isPublic(path, files));
	return {
		paths: [...new Set(paths)].sort(),
		permissions: permissionsOf({ cage, manifest: { ...manifest, permissions: plan.permissions }, trace }),
	};
}
