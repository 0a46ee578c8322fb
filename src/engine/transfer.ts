import type { Finding } from "../core/cage/finding.ts";
import { isFolder } from "../core/cage/layout.ts";
import { Failure } from "../core/failure.ts";
import type { FileStatus } from "../core/machine/facts.ts";
import type { Path } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { judgeDevice } from "../core/plan/devices.ts";
import { findingsOf } from "./audit.ts";
import { layoutOf, presentCage } from "./cages.ts";
import type { Context } from "./context.ts";
import type { ReceivedCage } from "./store.ts";

export interface ExportOptions {
	/** A new file; without it, stdout. */
	readonly to?: Path;
	readonly data: boolean;
	/** Of this program, for the head. */
	readonly version: string;
	readonly architecture: string;
}

/**
 * Writes the present generation with its manifest, trace and log as a tar archive, with the application's data where that is wanted. What differs from its
 * manifest is not passed on (`export-changed`, exit 4), nor data while something may write it (`cage-running`, exit 4). What a reader of stdout did not
 * take to the end was not exported, and is no failure, as with every other output.
 */
export async function exportCage(context: Context, name: string, options: ExportOptions): Promise<void> {
	const { launcher, now, store } = context.machine;
	const lock = await store.lock(name);
	try {
		const { generation, layout, manifest } = await presentCage(context, name);
		const changed = (await findingsOf(context, manifest, layout, { thorough: true })).find(isDifference);
		if (changed) throw new Failure("export-changed", { name, path: showPath(changed.path), finding: changed.code }, 4);
		if (options.data) {
			for (const one of await store.generations(name)) {
				const [pid] = launcher.running(store.root(name, one)).processes;
				if (pid !== undefined) throw new Failure("cage-running", { name, pid }, 4);
			}
		}
		const head = {
			schema: "cagewright/export/1" as const,
			name,
			generation,
			architecture: options.architecture,
			exportedAt: new Date(now()).toISOString(),
			version: options.version,
			data: options.data,
		};
		const isWhole = await store.exportCage(head, options.to, context.signal);
		if (isWhole) await store.log(name, "exported", { generation, data: options.data });
	} finally {
		await lock.release();
	}
}

const differences: readonly string[] = ["changed", "missing", "attributes-changed"];

/** Configuration that was edited, or added, is the administrator's; everything else has to be what was built. */
function isDifference({ code, severity }: Finding): boolean {
	return differences.includes(code) || (code === "added" && severity === "danger");
}

/**
 * Takes in a cage from an archive: every file is compared with the manifest that came along, the manifest with what may be in a cage, and its accounts with
 * those of this machine, before it has a name. `confirm` sees what would be run by root later; false ends it with nothing made (undefined).
 */
export async function importCage(
	context: Context,
	archive: Path,
	options: { readonly name?: string; readonly architecture: string },
	confirm: (received: ReceivedCage) => Promise<boolean>,
): Promise<ReceivedCage | undefined> {
	const { store } = context.machine;
	const head = await store.readExportHead(archive, context.signal);
	const name = options.name ?? head.name;
	if (head.architecture !== options.architecture) {
		throw new Failure("import-architecture", { theirs: head.architecture, ours: options.architecture }, 3);
	}
	if (await store.isTaken(name)) throw new Failure("import-there", { name }, 4);
	const received = await store.receiveCage(archive, name, context.signal);
	try {
		await verify(context, received);
		if (!(await confirm(received))) {
			await received.discard();
			return undefined;
		}
		await received.takeIn();
	} catch (error) {
		await received.discard();
		throw error;
	}
	await store.log(name, "imported", { generation: head.generation, from: head.name, exportedAt: head.exportedAt });
	return received;
}

async function verify(context: Context, received: ReceivedCage): Promise<void> {
	const { cage, data, manifest, root } = received;
	for (const entry of manifest.entries) {
		const refuse = (why: string) => new Failure("import-refused", { path: showPath(entry.path), why }, 4);
		if (entry.kind === "device" && judgeDevice(entry.path, statusOf(entry)) === "refuse") throw refuse("device");
		if (entry.mode & 0o6000 && !isFolder(entry) && !cage.rules.allowSetuid.includes(showPath(entry.path))) throw refuse("setuid");
	}
	requireAccounts(context, received);
	const layout = { ...layoutOf(context.machine.store, manifest), root, data };
	const findings = await findingsOf(context, manifest, layout, { thorough: true });
	// The way to a place where it does not stay says nothing.
	const wrong = findings.find((one) => isDifference(one) || (one.severity === "danger" && !/^(way|account)-/.test(one.code)));
	if (wrong) throw new Failure("import-refused", { path: showPath(wrong.path), why: wrong.code }, 4);
}

function statusOf({ device, gid, mode, mtime, size, uid }: ReceivedCage["manifest"]["entries"][number]): FileStatus {
	const kind = device?.type === "b" ? "block-device" : "character-device";
	return { kind, mode, uid, gid, size, mtime, ...(device ? { device } : {}) };
}

/** Owners in the cage are numbers: here they must mean the accounts that they meant there, or nobody yet. */
function requireAccounts({ machine }: Context, { manifest }: ReceivedCage): void {
	const users = machine.accounts.users();
	for (const { name, uid } of manifest.accounts.users) {
		const byName = users.find((user) => user.name === name);
		const byNumber = users.find((user) => user.uid === uid);
		if ((byName && byName.uid !== uid) || (byNumber && byNumber.name !== name)) {
			throw new Failure("import-account", { account: name, uid, other: byNumber?.name ?? name, otherUid: byName?.uid ?? uid }, 4);
		}
	}
}
