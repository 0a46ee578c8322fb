import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { join, type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { layoutOf, type PresentCage, presentCage, requireStopped } from "../../cage/engine/cages.ts";
import type { Finding } from "../../cage/finding.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { findingsOf } from "../../check/engine/audit.ts";
import { initName, launchDirectory } from "../../confine/places.ts";
import { type OwnerMap, renumbered, renumberedBinds, withoutPeers } from "../../plan/owners.ts";
import { recordOf } from "../../record/engine/record.ts";
import type { CageRecord } from "../../record/record.ts";
import { type OwnerIds, ownerIds, ownerNames } from "../archive/head.ts";
import { exportedApplication, hasSecretCommand } from "../image/exported-application.ts";
import type { Attachment } from "../image/oci.ts";
import { packageStatus } from "../image/package-status.ts";
import { ownedByNumber, portableFiles } from "../image/portable.ts";
import { imageOwners, sysusers, sysusersPath } from "../image/sysusers.ts";
import { type AddedFile, refuseWhiteouts } from "../image/tree.ts";
import { confinerInside, imageName, type Workload, workloadOf } from "../image/workload.ts";
import type { ImageContent } from "../ports.ts";

interface ExportOptions {
	/** A new file, or an open descriptor. */
	readonly to: Path | number;
	readonly data: boolean;
	/** This program's version, for the archive's head. */
	readonly version: string;
	readonly architecture: string;
}

/**
 * Writes the present generation with its manifest, trace and log as a tar archive, and the application's data on request. Throws
 * `export-changed` (exit 4) if a file differs from its manifest, and `cage-running` (exit 4) if the data may be written
 * meanwhile. If the reader of stdout closes it early, nothing is logged and nothing fails, as with other output.
 */
export async function exportCage(context: Context, name: string, options: ExportOptions): Promise<void> {
	const { now, store } = context.machine;
	await using _lock = await store.lock(name);
	const present = await presentCage(context, name);
	const { generation, layout } = present;
	await requireUnchanged(context, present);
	if (options.data) {
		const [path] = layout.inPlace;
		// It is the service's, whose own tools know how to copy it consistently.
		if (path !== undefined) throw new Failure("export-state-in-place", { name, path: showPath(path) }, 4);
		await requireStopped(context.machine, name);
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
	const { accounts } = context.machine;
	const request = {
		head,
		owners: ownerIds(present.manifest, await store.trace(name)),
		ownerNames: (ids: OwnerIds) => ownerNames(ids, accounts.users(), accounts.groups()),
		writable: layout.writable,
		to: options.to,
	};
	const { isWhole, leftOut } = await store.archives.write(request, context.signal);
	if (leftOut[0] !== undefined) {
		const values = { path: showPath(leftOut[0]), count: leftOut.length };
		context.emit({ event: "warned", code: "export-left-out", values });
	}
	if (isWhole) await store.log(name, "exported", { generation, data: options.data });
}

/** Throws `export-changed` (exit 4). */
async function requireUnchanged(context: Context, { cage: { name }, layout, manifest }: PresentCage): Promise<void> {
	const changed = (await findingsOf(context, manifest, layout, { thorough: true })).find(isDifference);
	if (!changed) return;
	throw new Failure("export-changed", { ...changed.values, name, path: showPath(changed.path), finding: changed.code }, 4);
}

const differences: readonly string[] = ["changed", "missing", "attributes-changed"];

/** Edited or added configuration is the administrator's. Everything else must be as it was built. */
export function isDifference({ code, severity }: Finding): boolean {
	return differences.includes(code) || (code === "added" && severity === "danger");
}

interface ImageOptions {
	readonly to: Path;
	readonly isArchive: boolean;
	/** Exports secrets too. */
	readonly allowSecrets: boolean;
	/** Node's name of the processor. */
	readonly architecture: string;
	/** The machine's os-release(5), for scanners. */
	readonly osRelease: string;
	/** Latest time of a file: seconds since 1970. */
	readonly latest?: number;
	/** Documents to attach. */
	attach(record: CageRecord, present: PresentCage): Promise<readonly Attachment[]>;
}

/**
 * Writes the present generation as an OCI image. Throws like `describeWorkload`, and `export-changed`, `export-secrets` or
 * `export-secret-command` (exit 4).
 */
export async function exportImage(
	context: Context,
	name: string,
	{ architecture, attach, isArchive, osRelease, to, ...options }: ImageOptions,
): Promise<{ digest: string; workload: Workload }> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	await requireUnchanged(context, await presentCage(context, name));
	const { owners, present, workload } = await describeWorkload(context, name);
	const { generation } = present;
	if (!options.allowSecrets) refuseSecrets(present);
	const release = { path: pathFromText("/etc/os-release"), content: Buffer.from(osRelease) };
	const content = await imageContent(context, present, [release], options.latest);
	const attachments = await attach(await recordOf(context, name), present);
	const image = { workload, generation, architecture, attachments };
	const request = { ...content, ...omitUndefined({ owners }), image, isArchive, to };
	const digest = await store.archives.writeImage(request, context.signal);
	await store.log(name, "exported", { generation, format: "oci", digest });
	return { digest, workload };
}

/** Writes the present generation as the image of a portable service. Throws like `exportImage`. */
export async function exportPortable(
	context: Context,
	name: string,
	{
		isFile,
		osRelease,
		to,
		...options
	}: Pick<ImageOptions, "to" | "allowSecrets" | "osRelease" | "latest"> & { readonly isFile: boolean },
): Promise<PresentCage> {
	const { store } = context.machine;
	await using _lock = await store.lock(name);
	const present = await presentCage(context, name);
	requireNoSockets(present);
	if (!options.allowSecrets) refuseSecrets(present);
	const { secretCredentials, secretVariables } = exportedApplication(present.cage.application);
	warnOf(context, "export-variables", secretVariables);
	warnOf(context, "export-credentials", secretCredentials);
	await requireUnchanged(context, present);
	const contents = new Map<Path, Uint8Array>();
	for (const { kind, path } of ownedByNumber(present.manifest)) {
		const content = kind === "file" ? context.machine.files.read(join(present.layout.root, path.slice(1))) : undefined;
		if (content) contents.set(path, content);
	}
	const content = await imageContent(context, present, portableFiles(present, osRelease, contents), options.latest);
	await store.archives.writePortable(content, to, isFile, context.signal);
	await store.log(name, "exported", { generation: present.generation, format: "portable" });
	return present;
}

function requireNoSockets({ cage: { application, name } }: PresentCage): void {
	if (application.sockets?.length) throw new Failure("export-sockets", { name }, 2);
}

/**
 * Returns a cage that other engines can start, with the numbers of accounts that its image has, and warns of what they cannot do. Throws
 * `export-sockets` (exit 2) or `export-whiteout` (exit 4).
 */
export async function describeWorkload(context: Context, name: string): Promise<DescribedImage> {
	const onDisk = await presentCage(context, name);
	requireNoSockets(onDisk);
	const { binds, entries, writable } = onDisk.manifest;
	refuseWhiteouts(name, [...[...entries, ...writable].map(({ path }) => path), ...binds.map(({ path }) => pathFromText(path))]);
	const { owners, present } = asImage(context, onDisk);
	const { manifest } = present;
	const workload = workloadOf(present, await context.machine.store.trace(name));
	warnOf(context, "export-variables", workload.secretVariables);
	if (imageName(name) !== name) {
		context.emit({ event: "warned", code: "export-renamed", values: { name, as: imageName(name) } });
	}
	if (manifest.permissions.syslog !== undefined) context.emit({ event: "warned", code: "export-syslog", values: { name } });
	return { present, workload, ...omitUndefined({ owners }) };
}

/** Names what an image does not contain, if anything. */
function warnOf({ emit }: Context, code: "export-variables" | "export-credentials", names: readonly string[]): void {
	if (names.length) emit({ event: "warned", code, values: { names: names.join(", "), count: names.length } });
}

interface DescribedImage {
	readonly present: PresentCage;
	readonly workload: Workload;
	readonly owners?: OwnerMap;
}

/** Directories and devices of the host are accessible by the host's numbers only, so a cage that uses them keeps its own. */
function asImage({ machine }: Context, present: PresentCage): { present: PresentCage; owners?: OwnerMap } {
	const { cage, manifest } = present;
	const { binds, devices } = workloadOf(present, undefined);
	if (binds.length || devices.length) return { present };
	const names = ownerNames(ownerIds(manifest, undefined), machine.accounts.users(), machine.accounts.groups());
	const owners = imageOwners(cage.name, names);
	const { owner } = manifest;
	const own = owner ? { owner: { uid: owners.uid(owner.uid), gid: owners.gid(owner.gid) } } : {};
	const asNumbered = {
		...manifest,
		...renumbered(withoutPeers(manifest), owners),
		binds: renumberedBinds(manifest.binds, owners),
		...own,
	};
	// The filter names numbers too.
	return { present: { ...present, manifest: asNumbered, layout: layoutOf(machine.store, asNumbered, cage) }, owners };
}

function refuseSecrets({ cage: { application, name }, manifest }: PresentCage): void {
	const secrets = manifest.entries.filter(({ kind, risks }) => kind === "file" && risks.includes("secret"));
	if (secrets[0]) throw new Failure("export-secrets", { name, path: showPath(secrets[0].path), count: secrets.length }, 4);
	if (hasSecretCommand(application)) throw new Failure("export-secret-command", { name }, 4);
}

/** The files of an image, with our programs, the packages for scanners, and the accounts. */
async function imageContent(
	{ machine }: Context,
	{ cage: { name }, generation, layout, manifest }: PresentCage,
	more: readonly AddedFile[],
	latest?: number,
): Promise<ImageContent> {
	const { confiner, init } = machine.launcher.imagePrograms(layout, manifest.identity);
	const evidence = (await machine.store.records.evidence(name)).find((one) => one.generation === generation);
	const facts = evidence?.machine ?? machine.recording.host();
	const refs = manifest.entries.flatMap((entry) => entry.package ?? []);
	const origins = evidence?.origins ?? machine.recording.origins(refs);
	return {
		root: layout.root,
		manifest,
		added: [
			{ path: confinerInside, content: confiner, mode: 0o755 },
			{ path: join(launchDirectory, initName), content: init, mode: 0o755 },
			{ path: sysusersPath(`cage-${imageName(name)}`), content: Buffer.from(sysusers(manifest)) },
			...accountFiles(manifest),
			...more,
		],
		packageFiles: (md5) => packageStatus(manifest, facts, origins, md5),
		...omitUndefined({ latest }),
	};
}

/** With the image's numbers. */
function accountFiles({ entries }: Manifest): AddedFile[] {
	const own = entries.filter(({ kind, path }) => kind === "generated" && (path === "/etc/passwd" || path === "/etc/group"));
	return own.map(({ content = "", path }) => ({ path, content: Buffer.from(content), replaces: true }));
}
