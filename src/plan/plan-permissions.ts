import { omitUndefined } from "../base/collections.ts";
import { Failure } from "../base/failure.ts";
import type { Identity } from "../base/machine/facts.ts";
import { type FileStatus, type Files, rightsFor } from "../base/machine/facts.ts";
import { ancestors, isWithin, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { isIdle, traceableCapabilities } from "../confine/capabilities.ts";
import type { Permissions } from "../confine/permissions.ts";
import { syslogName } from "../confine/places.ts";
import { clockCalls } from "../confine/seccomp/filter.ts";
import type { ObservedCalls } from "../confine/seccomp/observed-calls.ts";
import { type Application, noRules, type Rules } from "../service/application.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import { areaOf, isTemporaryTop } from "./areas.ts";
import { accountsIn, ownConfiguration } from "./configuration.ts";
import { importedSymbols } from "./elf/elf.ts";
import { placeNamed, placeOf } from "./links.ts";
import { isOwnSetting } from "./missing.ts";
import {
	allowedReason,
	allows,
	callsIn,
	callWord,
	capabilitiesIn,
	capabilityWord,
	executableIn,
	keepCall,
	permissionWords,
	portsIn,
	portWord,
	refuses,
	socketsIn,
} from "./permission-words.ts";
import type { Addition, FoundPermission, Plan, PlanInput } from "./plan.ts";
import type { planSyslog } from "./syslog.ts";

/**
 * Ports of services that open further ports on demand, which a trace need not show: FTP's passive mode, SSH's forwarding, RPC,
 * SMB, SIP.
 */
const openers: ReadonlySet<number> = new Set([21, 22, 111, 135, 139, 445, 990, 2049, 5060, 5061]);

/**
 * The lowest port that the kernel chooses by default (ip_local_port_range, ip(7)). Programs that name more than one of them in a
 * trace, which has two runs, choose them at random.
 */
export const lowestFree = 32_768;
/** A service with more ports probably searches for free ones. */
const mostPorts = 16;

const rpcbind = pathFromText("/run/rpcbind.sock");

/** Returns the TCP ports that the application bound. */
export function boundTcpPorts({ ports }: Pick<Trace, "ports">): number[] {
	return [...new Set(portNumbers(ports, "tcp"))].sort((a, b) => a - b);
}

/** Returns the ports of one protocol. A trace has them as `tcp 80`. */
export function portNumbers(ports: ReadonlySet<string>, protocol: "tcp" | "udp"): number[] {
	return [...ports].flatMap((port) => (port.startsWith(`${protocol} `) ? [Number(port.slice(protocol.length + 1))] : []));
}

/**
 * Returns what shows that the application may bind ports that the trace does not contain; undefined if its ports are fixed. An
 * application that already ran may have bound and released others.
 */
function changingPorts(trace: Trace): string | undefined {
	if (trace.gaps.has("start-up")) return "start-up";
	const bound = boundTcpPorts(trace);
	const [, random] = bound.filter((one) => one >= lowestFree);
	const port = bound.find((one) => openers.has(one)) ?? random ?? bound[mostPorts];
	if (port !== undefined) return `bind ${port}`;
	return trace.accesses.get(rpcbind)?.succeeded.has("connect") ? "connect /run/rpcbind.sock" : undefined;
}

/** Needs that a trial found in addition to the host's trace. */
interface TrialNeeds {
	readonly capabilities: readonly { readonly name: string; readonly why: string }[];
	readonly opened: readonly { readonly name: FoundPermission; readonly why: string }[];
	/** The host's syslog socket, if the cage may reach it. */
	readonly syslog?: Path;
	/** The application asked for the host's syslog, even if it is not given. */
	readonly asksSyslog?: boolean;
}

interface PermissionInput {
	readonly identity: Identity;
	readonly trace: Trace;
	readonly found: TrialNeeds;
	/** Capabilities that the unit gives its account. */
	readonly granted?: readonly string[];
	readonly rules?: Pick<Rules, "allow" | "refuse">;
}

/**
 * Decides which permissions the confinement grants: only those that the application used successfully. An application with an
 * account keeps no capability except the one for low ports and those that its unit gives it. One that starts as root keeps those that its calls needed, and those
 * that its files need without CAP_DAC_OVERRIDE. Rules can add and refuse permissions.
 */
export function planPermissions(
	{ found, granted = [], identity, rules = noRules, trace }: PermissionInput,
	files: Files,
): Permissions {
	const opened = (name: FoundPermission) => found.opened.find((one) => one.name === name)?.why;
	const ownWord = permissionWords.ownProcess;
	const ownProcess = opened("ownProcess") ?? (allows(rules, ownWord) ? allowedReason(ownWord) : undefined);
	const capabilities = neededCapabilities({ found, granted, identity, trace }, files);
	// A daemon lowers its score, which only root can. write(2) shows neither the path nor the value in a trace.
	const score = ownProcess === undefined || identity.uid !== 0 ? undefined : scoreWrite(trace);
	if (score !== undefined) capabilities.set("sys_resource", score);
	const refused: { name: string; why: string }[] = [];
	const decide = (word: string, seen: string | undefined) => {
		if (!refuses(rules, word)) return seen ?? (allows(rules, word) ? allowedReason(word) : undefined);
		if (seen !== undefined) refused.push({ name: word, why: seen });
		return undefined;
	};
	const names = new Set([...capabilities.keys(), ...capabilitiesIn(rules.allow)]);
	const kept = [...names].sort().flatMap((name) => {
		const why = decide(capabilityWord(name), capabilities.get(name));
		if (why === undefined) return [];
		const isKept = why === keepCall && isIdle(name) && !allows(rules, capabilityWord(name));
		return [{ name, why, ...(isKept ? { idle: true as const } : {}) }];
	});
	if (found.asksSyslog && found.syslog === undefined) decide(permissionWords.syslog, `connect ${syslogName}`);
	const bySyslog = found.syslog === undefined ? undefined : `connect ${syslogName}`;
	const [socket] = socketsIn(rules.allow);
	const forSocket = socket === undefined ? undefined : allowedReason(`socket:${socket}`);
	const { abstractSockets: abstractWord } = permissionWords;
	const forAbstract = allows(rules, abstractWord) ? allowedReason(abstractWord) : undefined;
	const seen: Record<FoundPermission, string | undefined> = {
		proc: opened("proc") ?? ownProcess,
		ownProcess,
		unixSockets: trace.families.has("AF_UNIX") ? "AF_UNIX" : (bySyslog ?? forSocket ?? forAbstract ?? opened("unixSockets")),
		netlink: trace.families.has("AF_NETLINK") ? "AF_NETLINK" : opened("netlink"),
		uevents: opened("uevents"),
		packetSockets: opened("packetSockets"),
		memfd: trace.memfd ? "memfd_create" : opened("memfd"),
		writableCode: trace.writableCode ?? opened("writableCode"),
	};
	const open = Object.fromEntries(
		Object.entries(seen).flatMap(([name, why]) => {
			const reason = decide(permissionWords[name as FoundPermission], why);
			return reason === undefined ? [] : [[name, reason]];
		}),
	);
	const kernelProc = decide(permissionWords.kernelProc, undefined);
	const sys = decide(permissionWords.sys, undefined);
	// If the trace did not see the start, the application may have done this before.
	const scheduling = trace.scheduling ?? (trace.gaps.has("start-up") ? "start-up" : undefined);
	const multicast = decide(permissionWords.multicast, groups(trace));
	const ports = decide(permissionWords.ports, changingPorts(trace));
	const tcpPorts = [...boundTcpPorts(trace), ...portsIn(rules.allow)].filter((port) => !refuses(rules, portWord(port)));
	const abstractSockets = decide(abstractWord, abstractPeer(trace));
	return {
		capabilities: kept,
		...open,
		...(trace.possibleNeeds.has(permissionWords.unixSockets) && open.unixSockets === undefined ? { triesUnixSockets: true } : {}),
		...omitUndefined({ kernelProc, sys, multicast, scheduling }),
		...(ports === undefined ? { tcpPorts: [...new Set(tcpPorts)].sort((a, b) => a - b) } : { ports }),
		...omitUndefined({ abstractSockets, syslog: found.syslog }),
		...(refused.length ? { refused } : {}),
	};
}

/** Capabilities with the call that needs each. */
function neededCapabilities({ found, granted = [], identity, trace }: PermissionInput, files: Files): Map<string, string> {
	const capabilities = new Map<string, string>();
	const ofAccount = new Set<string>(["net_bind_service"].concat(traceableCapabilities(granted)));
	const mayHave = (name: string) => identity.uid === 0 || ofAccount.has(name);
	for (const { name, call } of trace.capabilities.values()) if (mayHave(name)) capabilities.set(name, call);
	const override = needsOverride(trace, files, identity).find(({ name }) => mayHave(name));
	if (override) capabilities.set(override.name, override.why);
	if (identity.uid === 0) {
		const foreign = changesForeign(trace, files);
		if (foreign !== undefined && !capabilities.has("fowner")) capabilities.set("fowner", foreign);
	}
	for (const { name, why } of found.capabilities) {
		// A call that uses a capability says more than one that only keeps it.
		if (!capabilities.has(name) || capabilities.get(name) === keepCall) capabilities.set(name, why);
	}
	return capabilities;
}

/** Returns the call that changed the own score for the kernel's out-of-memory killer. */
function scoreWrite({ accesses }: Trace): string | undefined {
	const score = [...accesses.values()].find(
		({ path, succeeded }) => isOwnSetting(path) && /\/oom_(score_)?adj$/.test(path) && succeeded.has("write"),
	);
	return score && `write ${showPath(score.path)}`;
}

/** If the trace did not see the start, an application with UDP ports may have joined a group before. */
function groups({ gaps, multicast, ports }: Trace): string | undefined {
	return multicast ?? (gaps.has("start-up") ? [...ports].find((port) => port.startsWith("udp ")) : undefined);
}

/** An application that already ran may be connected to some. */
function abstractPeer({ abstractPeers, families, gaps }: Trace): string | undefined {
	const [peer] = abstractPeers;
	if (peer !== undefined) return `connect @${showPath(peer as Path)}`;
	return gaps.has("start-up") && families.has("AF_UNIX") ? "start-up" : undefined;
}

/**
 * Returns the capabilities that an access used because the file's mode does not allow it, the stronger one first. Without
 * CAP_DAC_OVERRIDE, root is an ordinary account of the group root (capabilities(7)). CAP_DAC_READ_SEARCH suffices for reading and
 * searching.
 */
function needsOverride(trace: Trace, files: Files, identity: Identity): { name: string; why: string }[] {
	const rights = (status: FileStatus, given?: Access["owner"]) => rightsFor(ownedBy(status, given), identity);
	let reading: string | undefined;
	let writing: string | undefined;
	for (const access of trace.accesses.values()) {
		// A root start may become another account, whose accesses need none.
		const operations = identity.uid === 0 ? access.rootOps : access.succeeded;
		if (!operations.size) continue;
		const real = access.real ?? placeOf(access.path, files);
		const area = areaOf(real);
		if (area !== "files" && (area !== "temporary" || isTemporaryTop(parent(real)))) continue;
		const status = files.status(real);
		const given = access.owner && access.owner.uid >= 0 && access.owner.uid !== identity.uid;
		// Connecting to a socket needs write permission (unix(7)), even if nobody listens any more: dovecot believes that it is
		// already running if the call is refused at its second start.
		const isOld = operations.has("listen") && access.failed.get("ECONNREFUSED")?.has("connect");
		const connects = operations.has("connect") || isOld === true;
		const writes = operations.has("write") && opensForWriting(access);
		if ((writes || connects) && (status ? !(rights(status, access.owner) & 2) : given)) {
			writing ??= `${connects ? "connect" : "write"} ${showPath(access.path)}`;
		}
		if (status?.kind === "file" && operations.has("read") && !(rights(status) & 4)) {
			reading ??= `read ${showPath(access.path)}`;
		}
		for (const directory of ancestors(real)) {
			const above = files.status(directory);
			if (above?.kind !== "directory") continue;
			if (!(rights(above) & 1)) reading ??= `search ${showPath(directory)}`;
			if (directory === parent(real) && makes(operations) && !(rights(above) & 2)) writing ??= `write ${showPath(directory)}`;
		}
	}
	return [
		...(writing === undefined ? [] : [{ name: "dac_override", why: writing }]),
		...(reading === undefined ? [] : [{ name: "dac_read_search", why: reading }]),
	];
}

/**
 * Only its owner and CAP_FOWNER may change a file's mode (chmod(2)). The trace itself judges files that the application gave
 * away.
 */
function changesForeign(trace: Trace, files: Files): string | undefined {
	for (const access of trace.accesses.values()) {
		if (access.owner || !access.rootOps.has("write")) continue;
		const call = [...access.calls].find((name) => /^f?chmod/.test(name));
		if (call === undefined) continue;
		const status = files.status(access.real ?? placeOf(access.path, files));
		if (status && status.uid > 0) return `${call} ${showPath(access.path)}`;
	}
	return undefined;
}

/** The file after a change of its owner; -1 leaves one as it is. */
function ownedBy({ gid, mode, uid }: FileStatus, given?: Access["owner"]): Pick<FileStatus, "gid" | "mode" | "uid"> {
	if (!given) return { uid, gid, mode };
	return { uid: given.uid < 0 ? uid : given.uid, gid: given.gid < 0 ? gid : given.gid, mode };
}

const opensForWriting = ({ calls }: Access) => [...calls].some((call) => /^(open|creat|truncate)/.test(call));
const makes = (operations: ReadonlySet<Operation>) =>
	operations.has("create") || operations.has("remove") || operations.has("listen");

/** Calls that fail without a capability (capabilities(7)). */
const callsOf: Readonly<Record<string, readonly string[]>> = {
	chown: ["chown", "fchown", "lchown", "fchownat"],
	setuid: ["setuid", "setreuid", "setresuid"],
	setgid: ["setgid", "setregid", "setresgid", "setgroups"],
	net_bind_service: ["bind"],
	kill: ["kill"],
	sys_nice: ["setpriority", "sched_setscheduler"],
	sys_resource: ["setrlimit", "prlimit64"],
	fowner: ["chmod", "fchmod", "fchmodat", "utimensat"],
	sys_time: clockCalls,
};

/** The capability that a call needs. */
export const capabilityOf: Readonly<Record<string, string>> = Object.fromEntries(
	Object.entries(callsOf).flatMap(([capability, calls]) => calls.map((call) => [call, capability])),
);

/** What calls the application makes, and what they are needed for. */
interface CallSources {
	readonly trace: Pick<Trace, "systemCalls">;
	readonly additions: readonly Addition[];
	readonly capabilities: Permissions["capabilities"];
}

/**
 * Returns what the application's own system call filter is made from; undefined for the general filter. A granted capability
 * permits its calls, which a trial may have found without the trace. Throws (exit 2) `calls-unobserved` if the trace has not all
 * calls, and `calls-general` if a rule names a call that the general filter does not judge.
 */
export function planCalls(
	{ calls }: Pick<Application, "calls">,
	rules: Pick<Rules, "allow" | "refuse">,
	{ additions, capabilities, trace: { systemCalls } }: CallSources,
): ObservedCalls | undefined {
	const refused = callsIn(rules.refuse);
	const allowed = callsIn(rules.allow).filter((name) => !refuses(rules, callWord(name)));
	if (calls !== "observed") {
		const [name] = [...allowed, ...refused];
		if (name !== undefined) throw new Failure("calls-general", { word: callWord(name) }, 2);
		return undefined;
	}
	if (!systemCalls) throw new Failure("calls-unobserved", {}, 2);
	const found = additions.flatMap((one) => (one.kind === "call" ? [one.name] : []));
	const needed = capabilities.flatMap(({ idle, name }) => (idle ? [] : (callsOf[name] ?? [])));
	const list = (names: readonly string[]) => [...new Set(names)].sort();
	return {
		made: list([...systemCalls, ...found]),
		...(allowed.length + needed.length ? { allowed: list([...allowed, ...needed]) } : {}),
		...(refused.length ? { refused: list(refused) } : {}),
	};
}

/** What the application may do: what its trace and trials proved necessary, and what the rules say. */
export function allPermissions(
	input: PlanInput,
	syslog: ReturnType<typeof planSyslog>,
	writable: Plan["writable"],
	/** Calls to services that the application's configuration or libraries name. */
	connections: readonly string[],
): Plan["permissions"] {
	const { additions, application, files, identity, rules, trace } = input;
	const found = {
		capabilities: [
			...additions.flatMap((one) => (one.kind === "capability" ? [{ name: one.name, why: one.call }] : [])),
			...laterChanges(input),
		],
		opened: [
			...additions.flatMap((one) => (one.kind === "opening" ? [{ name: one.name, why: one.call }] : [])),
			...connections.map((why) => ({ name: "unixSockets" as const, why })),
		],
		...(syslog?.socket === undefined ? {} : { syslog: syslog.socket }),
		asksSyslog: syslog !== undefined,
	};
	const { capabilities: granted = [] } = application.service ?? {};
	const permissions = planPermissions({ identity, trace, found, granted, rules }, files);
	const calls = planCalls(application, rules, { trace, additions, capabilities: permissions.capabilities });
	const executable = executableData(rules, writable, files);
	return { ...permissions, ...omitUndefined({ calls }), ...(executable.length ? { executableData: executable } : {}) };
}

/**
 * Returns what a start as root needs to become the account that its configuration names, if no run became another one: the service
 * does that for a request that no probe made (the `uid` of a module in rsyncd.conf(5)).
 */
function laterChanges({ application, files, groups, identity, trace, users }: PlanInput): TrialNeeds["capabilities"] {
	if (identity.uid !== 0 || [...trace.uids, ...trace.gids].some((id) => id > 0)) return [];
	const named = new Set(ownConfiguration(application, trace, files).flatMap(({ lines }) => lines.flatMap(accountsIn)));
	const user = users.find(({ name, uid }) => uid > 0 && named.has(name));
	const group = groups.find(({ gid, name }) => gid > 0 && named.has(name)) ?? user;
	const imports = [...trace.programs].flatMap((path) => [...(files.inspect(placeOf(path, files), importedSymbols) ?? [])]);
	const need = (name: string, calls: RegExp, account: { readonly name: string } | undefined) =>
		account && imports.some((symbol) => calls.test(symbol)) ? [{ name, why: `${name} ${account.name}` }] : [];
	return [...need("setuid", /^set(e|re|res)?uid$/, user), ...need("setgid", /^(set(e|re|res)?gid|setgroups|initgroups)$/, group)];
}

/** Returns the mounts that hold the directories named by rules. noexec applies to a whole mount. */
function executableData({ allow, refuse }: Rules, writable: Plan["writable"], files: Files): Path[] {
	const mounts = outermost(writable.map(({ path }) => path));
	const named = executableIn(allow.filter((word) => !refuse.includes(word)));
	const places = named.map((text) => placeNamed(text, files));
	return mounts.filter((mount) => places.some((place) => isWithin(place, mount)));
}
