import { Failure, type FailureCode } from "../../base/failure.ts";
import type { Files, Group, Identity } from "../../base/machine/facts.ts";
import type { Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { type LaunchFacts, requireLaunchable } from "../../cage/launchable.ts";
import { devicesOf, type Manifest } from "../../cage/manifest.ts";
import { capabilities, capabilityNamed, traceableCapabilities } from "../../confine/capabilities.ts";
import { startsEmpty } from "../../plan/areas.ts";
import { realBinds } from "../../plan/binds.ts";
import { judgeDevice } from "../../plan/devices.ts";
import { HostAccess, noConsents } from "../../plan/host-access.ts";
import {
	callWord,
	executableIn,
	executableWord,
	permissionNames,
	permissionWord,
	permissionWords,
	socketsIn,
} from "../../plan/permission-words.ts";
import { parseCreatedDirectory, resolveIdentity } from "../../service/created-directory.ts";
import { type ServiceCredential, serviceOf } from "../../service/service-settings.ts";
import type { Trace } from "../../trace/trace.ts";
import {
	applicationFields,
	cageFields,
	keptFields,
	manifestFields,
	permissionFields,
	ruleFields,
	serviceFields,
} from "./fields.ts";
import { isAccountWord } from "./head.ts";
import { otherAccount } from "./local-owners.ts";
import { reviewPublished } from "./published-review.ts";

interface ReviewFacts extends LaunchFacts {
	readonly groups: readonly Group[];
	/** Set without root: the only possible account. */
	readonly own: Identity | undefined;
	/** This machine's files. */
	readonly files: Files;
	/** Whether a service of this machine starts this program. */
	startsProgram(unit: string, program: string): boolean;
}

interface Foreign {
	readonly cage: Cage;
	readonly cageJson: unknown;
	readonly manifest: Manifest;
	readonly manifestJson: unknown;
	readonly trace?: Trace;
}

/** Parts of the archive that are not imported. */
export const droppedParts = [
	"on-host",
	"accepted",
	"secrets",
	"setuid",
	"writes",
	"seed",
	"credentials",
	"unit",
	"published",
	"trials",
] as const;
type DroppedPart = (typeof droppedParts)[number];

export interface ReviewResult {
	readonly cage: Cage;
	readonly manifest: Manifest;
	/** Names of this machine's groups that the application gets besides its account's own one. */
	readonly groups?: readonly string[];
	readonly dropped: readonly { readonly what: DroppedPart; readonly values: readonly string[] }[];
}

export interface ImportConsent {
	readonly allowSecret: readonly string[];
	readonly allowSetuid: readonly string[];
	readonly allowWrite: readonly string[];
}

/**
 * Checks an archive's description of a cage against this machine, before any of it is used. Throws what `requireLaunchable`
 * and `HostAccess` throw, and (exit 4) `import-unknown`, `import-account`, `import-device`, `import-published` and
 * `import-without-checksum`. The cage has this machine's numbers of accounts already (`localCage`).
 */
export function reviewImport(foreign: Foreign, facts: ReviewFacts, consent: ImportConsent): ReviewResult {
	requireNoNul(foreign.cageJson);
	requireKnownNames(foreign);
	const { cage, manifest } = foreign;
	requireNames(manifest);
	requireAccounts(manifest, cage, facts);
	const identity = localIdentity(cage, manifest, facts);
	requireLaunchable(
		{
			identity,
			permissions: manifest.permissions,
			binds: manifest.binds,
			writable: manifest.writable.map(({ path }) => path),
			devices: devicesOf(manifest),
			application: cage.application,
		},
		facts,
	);
	const { files, stateFolder, users } = facts;
	const access = new HostAccess({ files, users, identity, stateFolder });
	const binds = reviewBinds(manifest, access, facts, consent);
	const { dropped: unpublished, published } = reviewPublished(
		{ ...manifest, identity },
		{ files, hostAccess: access, allowed: consent.allowWrite },
	);
	requireFiles(manifest, facts, consent);
	requireNumbers(cage);
	for (const text of cage.application.directories) parseCreatedDirectory(text);
	const { dropped, ...claims } = withoutClaims(cage, facts, consent);
	const notPublished = unpublished.length ? [{ what: "published" as const, values: unpublished.map(showPath) }] : [];
	return {
		...claims,
		dropped: [dropped, notPublished].flat(),
		manifest: { ...keptFields(manifest, manifestFields), ...published, identity, binds },
		groups: otherGroups(identity, facts),
	};
}

/** Judges host directories on this machine. An archive cannot consent for it. */
function reviewBinds(
	{ binds, writable }: Manifest,
	access: HostAccess,
	{ files }: ReviewFacts,
	{ allowWrite }: ImportConsent,
): Manifest["binds"] {
	for (const { path } of writable) if (!startsEmpty(path)) access.requireWritable("writable", path);
	const places = realBinds(binds, files);
	return binds.map((bind, index) => {
		const place = places[index] ?? bind;
		const problem = access.problemOfBind(place, { allow: [], allowWrite });
		if (problem) throw new Failure(problem.code, { ...problem.values, option: `--allow-write ${showPath(problem.path)}` }, 4);
		return { ...bind, consent: access.problemOfBind(place, noConsents) !== undefined };
	});
}

function otherGroups({ gid, groups, name, uid }: Identity, facts: ReviewFacts): string[] {
	// Without root, they are those of the person who imports.
	if (facts.own) return [];
	const own = uid === 0 ? 0 : facts.users.find((user) => user.name === name)?.gid;
	const others = [gid, ...groups].filter((one) => one !== own);
	return others.map((one) => facts.groups.find((group) => group.gid === one)?.name ?? String(one));
}

/** The review must show everything. Unknown names are refused, because a later version could give them a meaning. */
function requireKnownNames({ cage, cageJson, manifest, manifestJson, trace }: Foreign): void {
	const unknown = (what: string, name: string | undefined) => {
		if (name !== undefined) throw new Failure("import-unknown", { what, name: name.slice(0, 80) }, 4);
	};
	const other = (value: unknown, known: readonly string[]) =>
		Object.keys(typeof value === "object" && value !== null ? value : {}).find((key) => !known.includes(key));
	unknown("openings", other(field(manifestJson, "openings"), Object.keys(permissionFields)));
	unknown("settings", other(cageJson, ["schema", ...Object.keys(cageFields)]));
	unknown("rules", other(field(cageJson, "rules"), Object.keys(ruleFields)));
	const application = field(cageJson, "application");
	unknown("settings", other(application, Object.keys(applicationFields)));
	unknown("settings", other(field(application, "service"), Object.keys(serviceFields)));
	const words = [...cage.rules.allow, ...cage.rules.refuse, ...(manifest.permissions.refused ?? []).map(({ name }) => name)];
	const word = words.find((one) => permissionWord(one) !== one);
	unknown("openings", word);
	const signal = cage.signals.find((name) => !exercisedSignals.includes(name));
	unknown("signals", signal);
	const named = [
		...manifest.permissions.capabilities.map(({ name }) => name),
		...cage.additions.flatMap((addition) => (addition.kind === "capability" ? [addition.name] : [])),
		...(trace?.capabilities.keys() ?? []),
	];
	const capability = named.find((name) => capabilityNamed(name) !== name);
	unknown("capabilities", capability);
}

/** The signals that tracing tries (trace/engine/trace.ts). */
const exercisedSignals: readonly string[] = ["SIGHUP", "SIGUSR1"];

/** Refuses NUL, which no path, command or variable contains and which system calls would treat as the end. */
function requireNoNul(json: unknown): void {
	const pending = [json];
	while (pending.length > 0) {
		const one = pending.pop();
		if (typeof one === "string" && one.includes("\0")) throw new Failure("value-refused", { value: one.slice(0, 80) }, 4);
		if (typeof one === "object" && one !== null) for (const part of Object.entries(one).flat()) pending.push(part);
	}
}

function field(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

const home = /^[^:\p{Cc}\p{Zl}\p{Zp}]*$/u;

function requireNames({ accounts: { groups, users }, identity }: Manifest): void {
	const names = [identity.name, ...users.map(({ name }) => name), ...groups.flatMap(({ members, name }) => [name, ...members])];
	const bad = names.find((name) => !isAccountWord(name)) ?? users.find((user) => !home.test(user.home))?.name;
	if (bad !== undefined) throw otherAccount(bad);
}

/** A name in the cage must mean the account that it means here, except for those that the cage's own account replaces. */
function requireAccounts({ accounts }: Manifest, { dedicatedAccount }: Cage, { groups, own, users }: ReviewFacts): void {
	const replacing = [own, users.find(({ name }) => name === dedicatedAccount)];
	for (const { name, uid } of accounts.users) {
		if (replacing.some((one) => one?.uid === uid)) continue;
		if (users.find((user) => user.name === name)?.uid !== uid) throw otherAccount(name);
	}
	for (const { gid, name } of accounts.groups) {
		if (replacing.some((one) => one?.gid === gid)) continue;
		if (groups.find((group) => group.name === name)?.gid !== gid) throw otherAccount(name);
	}
}

/** Returns the identity that this machine gives the application's account. It has to match the archive's, except for groups. */
function localIdentity({ application, dedicatedAccount }: Cage, { identity, owner }: Manifest, facts: ReviewFacts): Identity {
	const { gid, name, uid } = identity;
	if (facts.own) {
		// A cage that was built without root belongs to the account that built it, here and there.
		const { own } = facts;
		if (owner === undefined || uid !== own.uid || gid !== own.gid) throw otherAccount(name);
		return { name: own.name, uid, gid, groups: own.groups, home: own.home };
	}
	if (owner !== undefined) {
		if (owner.uid === 0 || owner.uid !== uid) throw otherAccount(name);
		return { ...identity, groups: [] };
	}
	const here = resolveIdentity(application.user, facts.users, facts.groups);
	const isDedicated = dedicatedAccount !== undefined && name === dedicatedAccount;
	if (isDedicated ? here.uid === 0 : here.name !== name || here.uid !== uid || here.gid !== gid) throw otherAccount(name);
	return { ...identity, groups: here.groups };
}

/** Requires a hash for every file, this machine's device numbers, and consent for setuid files. */
function requireFiles({ entries }: Manifest, { files }: ReviewFacts, { allowSetuid }: ImportConsent): void {
	const folders = new Set(["directory", "bind"]);
	for (const { device, kind, mode, path, sha256 } of entries) {
		const refuse = (code: FailureCode) => new Failure(code, { path: showPath(path) }, 4);
		if ((kind === "file" || kind === "generated") && sha256 === undefined) throw refuse("import-without-checksum");
		if (mode & 0o6000 && !folders.has(kind) && !allowSetuid.includes(showPath(path))) {
			throw new Failure("import-setuid", { path: showPath(path) }, 4);
		}
		if (device) refuseControlling(path, device);
		const here = device && files.status(path)?.device;
		if (here && (here.major !== device.major || here.minor !== device.minor)) throw refuse("import-device");
	}
}

function refuseControlling(path: Path, { type, ...device }: NonNullable<Manifest["entries"][number]["device"]>): void {
	const kind = type === "b" ? "block-device" : "character-device";
	const verdict = judgeDevice(path, { kind, mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, device });
	if (verdict === "refuse") throw new Failure("device-refused", { path: showPath(path) }, 4);
}

function requireNumbers({ application: { limits = {}, timeout }, retention }: Cage): void {
	const numbers = [...Object.values(limits), ...Object.values(retention ?? {})];
	const bad = numbers.find((number) => !Number.isSafeInteger(number) || number < 0);
	if (bad !== undefined) throw new Failure("import-unknown", { what: "limits", name: String(bad) }, 4);
	if (!(timeout > 0 && timeout <= 86_400)) throw new Failure("import-unknown", { what: "timeout", name: String(timeout) }, 4);
}

/** Drops results, accepted findings and allowances from the other machine. */
export function withoutClaims(
	cage: Cage,
	facts: Pick<ReviewFacts, "startsProgram">,
	consent: ImportConsent,
): Pick<ReviewResult, "cage" | "dropped"> {
	const { accepted, alarms, application, rules, selftest, trials, unit, unitTrial } = cage;
	const [program = ""] = application.command;
	const isOurs = unit !== undefined && facts.startsProgram(unit, program);
	const without = (all: readonly string[], allowed: readonly string[]) => all.filter((path) => !allowed.includes(path));
	const { credentials = [] } = application.service ?? {};
	const isAllowed = ({ files = [] }: ServiceCredential) => files.every((file) => consent.allowSecret.includes(file));
	const foreignFiles = credentials.flatMap((one) => (isAllowed(one) ? [] : (one.files ?? [])));
	const kept = credentials.filter(isAllowed);
	const dropped: [DroppedPart, readonly string[]][] = [
		["on-host", cage.onHost ? ["on-host"] : []],
		["accepted", accepted ?? []],
		["secrets", without(rules.allowSecret, consent.allowSecret)],
		["setuid", without(rules.allowSetuid, consent.allowSetuid)],
		["writes", without(rules.allowWrite, consent.allowWrite)],
		["seed", rules.seed],
		["credentials", foreignFiles],
		["unit", unit === undefined || isOurs ? [] : [unit]],
		["trials", trials.length || selftest || alarms || unitTrial ? [String(trials.length)] : []],
	];
	return {
		cage: {
			...keptFields(cage, cageFields),
			...(isOurs ? { unit } : {}),
			onHost: false,
			application: {
				...keptFields(application, applicationFields),
				...serviceOf({
					service: { ...keptFields(application.service ?? {}, serviceFields), ...(kept.length ? { credentials: kept } : {}) },
				}),
			},
			rules: {
				...keptFields(rules, ruleFields),
				allowSecret: consent.allowSecret,
				allowSetuid: consent.allowSetuid,
				allowWrite: consent.allowWrite,
				seed: [],
			},
			trials: [],
		},
		dropped: dropped.flatMap(([what, values]) => (values.length ? [{ what, values }] : [])),
	};
}

/** Returns all permissions that the cage has, or would have after a rebuild from the imported trace, named as for `--allow`. */
export function permissionsOf({ cage, manifest, trace }: Pick<Foreign, "cage" | "manifest" | "trace">): string[] {
	const { permissions } = manifest;
	const found = cage.additions.flatMap((addition) => {
		if (addition.kind === "capability") return [`capability:${addition.name}`];
		if (addition.kind === "call") return [callWord(addition.name)];
		return addition.kind === "opening" ? [permissionWords[addition.name]] : [];
	});
	const isRoot = manifest.identity.uid === 0;
	const granted: readonly string[] = traceableCapabilities(cage.application.service?.capabilities ?? []);
	const ofAccount = granted.concat("net_bind_service");
	const used = [...(trace?.capabilities.keys() ?? [])].filter((name) => isRoot || ofAccount.includes(name));
	// A plan judges these by the files' modes.
	const traced = used.concat(granted.filter((name) => name.startsWith("dac_")));
	const refused = new Set(cage.rules.refuse);
	const words = [
		...permissions.capabilities.map(({ name }) => `capability:${name}`),
		...(permissions.executableData ?? []).map(executableWord),
		...permissionNames.flatMap((name) => (permissions[name] === undefined ? [] : [permissionWords[name]])),
		...[...cage.rules.allow, ...found, ...traced.map((name) => `capability:${name}`)].filter((word) => !refused.has(word)),
	];
	return [...new Set(words)];
}

/** Capabilities that only bind low ports or switch to a lesser account. */
const harmless: ReadonlySet<string> = new Set(["capability:net_bind_service", "capability:setuid", "capability:setgid"]);

/** Permissions that show facts about this machine. */
const facts: ReadonlySet<string> = new Set([permissionWords.kernelProc, permissionWords.sys]);

/** Returns the permissions that affect more than the cage's own processes. */
export function sensitivePermissions(words: readonly string[]): string[] {
	const all = new Set<string>(capabilities.map((name) => `capability:${name}`));
	return words.filter(
		(word) =>
			(all.has(word) && !harmless.has(word)) ||
			facts.has(word) ||
			socketsIn([word]).length > 0 ||
			executableIn([word]).length > 0,
	);
}
