import type { Cage } from "../../cage/cage.ts";
import type { StoredManifest } from "../../cage/manifest.ts";
import type { Application, Rules } from "../../service/application.ts";
import type { ServiceSettings } from "../../service/service-settings.ts";

/**
 * What an import does with each field of an archive's description. A field without a decision does not compile, and is refused in an
 * archive, because a later version could give it a meaning that no review showed.
 */
type Decision =
	/** Refused if this machine does not permit the value. */
	| "judged"
	/** The review shows it. */
	| "shown"
	/** Concerns the cage's own files and processes. */
	| "harmless"
	/** This machine decides again. */
	| "decided"
	| "dropped";

/** Either a decision about the whole value, or one about each field of its objects. */
type Decisions<T> = { readonly [Name in keyof T]-?: Decision | Decisions<ItemOf<NonNullable<T[Name]>>> };
type ItemOf<T> = T extends readonly (infer Item)[] ? Item : T;

export const serviceFields = {
	umask: "shown",
	resourceLimits: "shown",
	oomScoreAdjust: "shown",
	ignoresPipe: "shown",
	notifies: "shown",
	detaches: "shown",
	watchdog: "shown",
	stopSignal: "shown",
	pidFile: "shown",
	pidFiles: "shown",
	runtimeDirectories: "shown",
	capabilities: "shown",
	before: "shown",
	after: "shown",
	reload: "shown",
	stop: "shown",
	credentials: "decided",
} as const satisfies Decisions<ServiceSettings>;

export const applicationFields = {
	command: "shown",
	user: "judged",
	cwd: "shown",
	env: "shown",
	probes: "shown",
	exercises: "shown",
	timeout: "judged",
	network: "shown",
	// Both filters refuse what endangers the machine.
	calls: "harmless",
	directories: "shown",
	sockets: "shown",
	limits: "shown",
	service: "decided",
} as const satisfies Decisions<Application>;

export const ruleFields = {
	include: "shown",
	exclude: "harmless",
	writable: "shown",
	seed: "decided",
	binds: "shown",
	devices: "shown",
	allowSecret: "decided",
	allowSetuid: "decided",
	allowWrite: "decided",
	decoys: "harmless",
	allow: "shown",
	refuse: "harmless",
	accounts: "shown",
	withoutAccounts: "harmless",
} as const satisfies Decisions<Rules>;

export const cageFields = {
	name: "judged",
	application: "decided",
	rules: "decided",
	template: "harmless",
	parameters: "harmless",
	unit: "decided",
	notes: "harmless",
	accepted: "dropped",
	dedicatedAccount: "shown",
	stateInPlace: "dropped",
	requested: "dropped",
	activeAccounts: "harmless",
	// Its sockets would be permitted without a question.
	company: "dropped",
	footprint: "dropped",
	retention: "judged",
	onHost: "decided",
	additions: "shown",
	minimised: "harmless",
	exercises: "shown",
	signals: "judged",
	handlesTerm: "harmless",
	keepsAccount: "harmless",
	endsSlowly: "harmless",
	madeAt: "harmless",
	trials: "decided",
	unitTrial: "dropped",
	selftest: "dropped",
	alarms: "dropped",
	seconds: "harmless",
} as const satisfies Decisions<Cage>;

const owned = { mode: "judged", uid: "decided", gid: "decided" } as const;

/** `permissionsOf` shows permissions. */
export const permissionFields = {
	capabilities: { name: "judged", why: "harmless", idle: "harmless" },
	proc: "shown",
	ownProcess: "shown",
	kernelProc: "shown",
	sys: "shown",
	unixSockets: "shown",
	triesUnixSockets: "harmless",
	netlink: "shown",
	uevents: "shown",
	packetSockets: "shown",
	multicast: "shown",
	scheduling: "harmless",
	syslog: "judged",
	memfd: "shown",
	writableCode: "shown",
	ports: "shown",
	tcpPorts: "harmless",
	abstractSockets: "shown",
	executableData: "shown",
	calls: { made: "harmless", allowed: "harmless", refused: "harmless" },
	refused: { name: "judged", why: "harmless" },
} as const satisfies Decisions<StoredManifest["permissions"]>;

export const manifestFields = {
	schema: "harmless",
	generation: "harmless",
	name: "judged",
	command: "harmless",
	madeAt: "harmless",
	marksBy: "harmless",
	owner: { uid: "judged", gid: "judged" },
	// The unpacked files are compared with these.
	entries: {
		...owned,
		path: "judged",
		kind: "judged",
		size: "judged",
		mtime: "harmless",
		sha256: "judged",
		target: "judged",
		device: { type: "judged", major: "judged", minor: "judged" },
		content: "decided",
		origin: "harmless",
		source: "harmless",
		copy: "harmless",
		marks: "harmless",
		edited: "harmless",
		reasons: "harmless",
		risks: "harmless",
		package: { name: "harmless", version: "harmless" },
	},
	writable: {
		...owned,
		path: "judged",
		reasons: "harmless",
		seeds: { path: "harmless", bytes: "harmless" },
		emptyFiles: "harmless",
	},
	binds: {
		path: "judged",
		access: "judged",
		consent: "decided",
		created: { ...owned, isRuntime: "harmless", isFile: "judged", below: { ...owned, path: "judged" } },
		isSocket: "judged",
	},
	offeredSockets: { path: "judged", reach: "decided" },
	pidFiles: "decided",
	accounts: {
		users: { name: "judged", uid: "decided", gid: "decided", home: "judged", reason: "harmless" },
		groups: { name: "judged", gid: "decided", members: "decided", reason: "harmless" },
		peers: "dropped",
		usersLeftOut: "harmless",
		groupsLeftOut: "harmless",
		nameless: "decided",
	},
	permissions: permissionFields,
	identity: { name: "judged", uid: "judged", gid: "judged", groups: "decided", home: "harmless" },
} as const satisfies Decisions<StoredManifest>;

/** The names of those fields that an import takes as they are. */
type KeptName<Fields> = { [Name in keyof Fields]: Fields[Name] extends "decided" | "dropped" ? never : Name }[keyof Fields];

/** Returns the fields that an import takes as they are. */
export function keptFields<T extends object, Fields extends Readonly<Record<keyof T, unknown>>>(
	value: T,
	fields: Fields,
): Pick<T, Extract<KeptName<Fields>, keyof T>> {
	const isKept = (name: string) =>
		Object.hasOwn(fields, name) && !["decided", "dropped"].includes(String(fields[name as keyof T]));
	return Object.fromEntries(Object.entries(value).filter(([name]) => isKept(name))) as Pick<
		T,
		Extract<KeptName<Fields>, keyof T>
	>;
}
