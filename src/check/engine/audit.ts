import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { rememberFiles } from "../../base/machine/facts.ts";
import { etc, isWithin, outermost, type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { PresentCage } from "../../cage/engine/cages.ts";
import { accountFindings } from "../../cage/engine/separation.ts";
import { type Finding, isAboutAccount, isAccepted, parseAcceptance } from "../../cage/finding.ts";
import type { Footprint } from "../../cage/footprint.ts";
import { type Manifest, type ManifestBind, rootsOf } from "../../cage/manifest.ts";
import { launchDirectory, temporaryDirectories } from "../../confine/places.ts";
import type { CageLayout } from "../../launch/ports.ts";
import { runningUids } from "../../plan/accounts.ts";
import { startsEmpty } from "../../plan/areas.ts";
import { isInPlace, sourceOf } from "../../plan/binds.ts";
import { isDecoy } from "../../plan/decoys.ts";
import { judgeDevice } from "../../plan/devices.ts";
import { aboutOthers, accessCodes, HostAccess, type HostFacts } from "../../plan/host-access.ts";
import type { AuditPolicy } from "../audit.ts";
import type { CheckedFinding } from "../checked-cage.ts";
import type { CageToAudit } from "../ports.ts";

interface AuditOptions {
	/** Accepted findings, in the form of `--accept-finding`. */
	readonly accepted?: readonly string[];
	/** Reads every file, not only those with a changed stat(2). */
	readonly thorough?: boolean;
	/** Footprints of all cages, if the caller audits many. */
	readonly footprints?: ReadonlyMap<string, Footprint>;
}

/** What a generation may contain, from its own manifest. */
export function policyOf(manifest: Manifest, layout: CageLayout): AuditPolicy {
	const { identity } = manifest;
	const switched = manifest.accounts.users.filter((user) => user.uid !== 0);
	return {
		owner: manifest.owner?.uid ?? 0,
		...(identity.uid === 0 ? {} : { account: identity.uid }),
		devices: layout.devices,
		setuid: manifest.entries.filter((entry) => entry.mode & 0o6000).map((entry) => entry.path),
		special: [],
		decoys: manifest.entries.filter(isDecoy).map((entry) => entry.path),
		mounts: [
			...layout.writable,
			...layout.binds.map((bind) => pathFromText(bind.path)),
			...temporaryDirectories,
			launchDirectory,
			pathFromText("/proc"),
		],
		accounts: [
			...(identity.uid === 0 ? [] : [{ uid: identity.uid, gids: [identity.gid, ...identity.groups] }]),
			...switched.filter((user) => user.uid !== identity.uid).map((user) => ({ uid: user.uid, gids: [user.gid] })),
			...(manifest.accounts.nameless ?? []).map((uid) => ({ uid, gids: [] })),
		],
	};
}

/** Nested directories are audited once. */
function dataOf(layout: CageLayout): NonNullable<CageToAudit["data"]> {
	return outermost(layout.writable).map((path) => ({ path, source: sourceOf(path, layout) }));
}

/** All findings about a generation on disk. Changes nothing. */
export async function findingsOf(
	context: Context,
	manifest: Manifest,
	layout: CageLayout,
	{ footprints, thorough = false }: AuditOptions = {},
): Promise<readonly Finding[]> {
	const { machine, signal } = context;
	const policy = policyOf(manifest, layout);
	// A launch compares a file with what it mounted.
	const binds = layout.binds
		.filter(({ created }) => !created?.isFile)
		.map(({ created, isSocket = false, path }) => {
			return { path: pathFromText(path), mayBeAbsent: created !== undefined || isSocket, isSocket };
		});
	const isPresent = (await machine.store.present(manifest.name)) === manifest.generation;
	const request = { root: layout.root, policy, manifest, thorough, data: dataOf(layout), binds, isPresent };
	// Without root, the owner's account is the only one.
	const uids = manifest.owner === undefined ? runningUids(manifest) : [];
	const found = await Promise.all([
		machine.audit(request, signal),
		hostFindings(machine, manifest, layout),
		accountFindings(machine, manifest.name, uids, footprints),
	]);
	return found.flat();
}

/** The findings of the audit, and which of them are accepted or known. */
export async function checkFindings(
	context: Context,
	{ cage, layout, manifest }: PresentCage,
	{ footprints, thorough }: Omit<AuditOptions, "accepted">,
): Promise<CheckedFinding[]> {
	const accepted = (cage.accepted ?? []).map(parseAcceptance);
	const findings = await findingsOf(context, manifest, layout, omitUndefined({ footprints, thorough }));
	const knownFindings = (cage.trials.at(-1)?.findings ?? []).map(({ code, path }) => `${code} ${path}`);
	const isKnown = ({ code, path, severity }: Finding) =>
		severity === "warning" && knownFindings.includes(`${code} ${showPath(path)}`);
	return findings.map((one) => ({ ...one, accepted: isAccepted(one, accepted), known: isKnown(one) }));
}

/** Findings about the host directories that the generation may use. */
async function hostFindings(machine: Machine, manifest: Manifest, { inPlace }: CageLayout): Promise<Finding[]> {
	const { accounts, files, store } = machine;
	const facts = {
		files: rememberFiles(files),
		users: accounts.users(),
		identity: manifest.identity,
		uids: runningUids(manifest),
		stateFolder: machine.stateFolder(),
	};
	// An imported cage has no description yet.
	const cage = manifest.binds.length ? await store.cage(manifest.name) : undefined;
	const allow = cage?.rules.allow ?? [];
	return [...auditHostAccess(manifest, { allow, inPlace }, facts), ...auditConfiguration(manifest)];
}

/**
 * Audits a generation after a build and before each launch. Throws `audit-danger` (exit 4) for a danger that was not accepted by
 * name; accepted dangers are reported each time. Returns all findings.
 */
export async function auditGeneration(
	context: Context,
	manifest: Manifest,
	layout: CageLayout,
	options: AuditOptions = {},
): Promise<readonly Finding[]> {
	const accepted = (options.accepted ?? []).map(parseAcceptance);
	const findings = await findingsOf(context, manifest, layout, options);
	const dangers = findings.filter((finding) => finding.severity === "danger");
	const open = dangers.filter((finding) => !isAccepted(finding, accepted));
	if (open[0]) throw auditFailure(manifest.name, open[0], open.length - 1);
	if (dangers.length) {
		const named = dangers.map(({ code, path }) => `${code} ${showPath(path)}`).join(", ");
		context.emit({ event: "warned", code: "findings-accepted", values: { name: manifest.name, findings: named } });
	}
	const reported: readonly string[] = [...accessCodes, "writable-executed", "device-controls"];
	const isToReport = (one: Finding) => reported.includes(one.code) && !isAccepted(one, accepted);
	for (const { code, path, values } of findings.filter((one) => one.severity === "warning" && isToReport(one))) {
		const about = { ...values, name: manifest.name, place: showPath(path), finding: code };
		context.emit({ event: "warned", code: "starts-with-finding", values: about });
	}
	return findings;
}

function auditFailure(name: string, { code, path, values }: Finding, more: number): Failure {
	const place = isAboutAccount(code) ? "" : `${showPath(path)} `;
	const words = { ...values, name, place, path: showPath(path), finding: code, more };
	return new Failure(more ? "audit-dangers" : "audit-danger", words, 4);
}

/**
 * Judges a generation's binds again: an earlier release built it, or the host has changed. `allow` are the words of `--allow`. A
 * generation that an earlier release built still starts, so that an update of Cagewright stops no service. Directories of its state
 * that are in place (`inPlace`) are judged like binds with a consent: the administrator moved the service.
 */
export function auditHostAccess(
	{ binds, entries, writable }: Pick<Manifest, "binds" | "entries" | "writable">,
	{ allow, inPlace = [] }: { readonly allow: readonly string[]; readonly inPlace?: readonly Path[] },
	facts: HostFacts,
): Finding[] {
	const access = new HostAccess(facts);
	const state = rootsOf({ writable }).filter((path) => isInPlace(path, { inPlace }));
	const ofState = state.map((path): ManifestBind => ({ path: pathToText(path) ?? path, access: "rw", consent: true }));
	const mounted = [...binds, ...ofState].flatMap((bind): Finding[] => {
		const problem = access.problemOfBind(bind, { allow, allowWrite: bind.consent ? [bind.path] : [] });
		if (!problem || (bind.consent && problem.code === "bind-control-socket")) return [];
		// A directory's owner may change at any time, and that must stop no service.
		const isOld = bind.consent === undefined;
		return [{ ...problem, severity: isOld || aboutOthers.has(problem.code) ? "warning" : "danger" }];
	});
	// `release` gives state back to the host.
	const returned = writable.flatMap(({ path }): Finding[] => {
		const place = startsEmpty(path) ? undefined : access.executedAt(path);
		const values = place && { trusted: showPath(place.path), source: place.source };
		return values ? [{ code: "writable-executed", path, severity: "warning", values }] : [];
	});
	const controlling = entries.flatMap(({ device, path, ...entry }): Finding[] => {
		if (!device) return [];
		const { type, ...numbers } = device;
		const kind = type === "b" ? ("block-device" as const) : ("character-device" as const);
		if (judgeDevice(path, { ...entry, kind, device: numbers }) !== "refuse") return [];
		return [{ code: "device-controls", path, severity: "warning", values: device }];
	});
	return [...mounted, ...returned, ...controlling];
}

/**
 * Finds configuration that the application may change although no run changed it: `plan --take-documented` of an earlier release
 * stored such rules.
 */
export function auditConfiguration({ writable }: Pick<Manifest, "writable">): Finding[] {
	return writable.flatMap(({ path, reasons }): Finding[] =>
		isWithin(path, etc) && reasons.every((reason) => reason.kind === "rule" && reason.rule === "writable")
			? [{ code: "configuration-writable", path, severity: "warning", values: {} }]
			: [],
	);
}
