import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync } from "node:fs";
import { by } from "../../base/collections.ts";
import { attempt } from "../../base/host/errors.ts";
import { fileIdentity, linkTarget, namesIn } from "../../base/host/proc.ts";
import { baseName, isWithin, join, type Path, parent, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { printable } from "../../base/path/quote.ts";
import type { NeighbourSocket } from "../../service/company.ts";
import { systemctl, systemServices, unitsStoppedWith } from "../../unit/host/systemctl.ts";
import { type Client, type ClientProcess, mergeClients, type ObservedClients, type Offer, type OfferedPath } from "../clients.ts";
import { type Endpoint, type InetSocket, listeningPorts } from "../listening-ports.ts";
import {
	type HostProcess,
	hostProcesses,
	inetSockets,
	isOpenForWriting,
	portFacts,
	type UnixSockets,
	unixSockets,
} from "./host-processes.ts";

/** Implements `look` of `ServiceClients`. */
export async function lookAtClients(
	service: string,
	places: readonly Path[],
	paths: ObservedClients["paths"] = [],
	traced: ReadonlySet<string> = new Set(),
): Promise<ObservedClients> {
	const [unix, required, facts] = await Promise.all([unixSockets(), requiringUnits(service), portFacts()]);
	const processes = hostProcesses();
	const own = processes.filter(({ units }) => units.includes(service));
	const others = processes.filter(({ units }) => !units.includes(service));
	const files = sharedFiles(own, others, places);
	const sockets = inetSockets();
	const ports = listeningPorts(sockets, own, { ...facts, traced });
	const clients = [...unixClients(unix, own, others), ...tcpClients(sockets, own, others), ...files, ...required];
	const offered = [
		...paths.map(({ kind, path }) => ({ kind, path })),
		...socketNames(unix, own).flatMap((name) => socketPaths(name).map((path) => ({ kind: "socket" as const, path }))),
		...files.flatMap(({ offer }) => (offer?.kind === "file" ? offer : [])),
		...usedSockets(unix, own, others).map((path) => ({ kind: "used" as const, path })),
		...pidFiles().map((path) => ({ kind: "pid-file" as const, path })),
	];
	const distinct = new Map(offered.map((one) => [one.path, one]));
	const found = [...distinct.values()].map((one) => offeredPath(one, own));
	return {
		clients: mergeClients(clients),
		// Pid files of others are none of the service's, unless they were before.
		paths: found.filter(({ isOwn, kind, path }) => kind !== "pid-file" || isOwn || paths.some((one) => one.path === path)),
		ports,
		own: own.map(({ pid }) => pid),
		isPartial: unix.peers === undefined,
	};
}

/** /proc/net/unix has one character a byte here, as a Path. */
function pathOf(name: string): Path {
	return name as Path;
}

/** Names of the sockets on which the service waits for clients. */
function socketNames({ names, offered }: UnixSockets, own: readonly HostProcess[]): string[] {
	const all = own.flatMap(({ sockets }) => sockets.flatMap((inode) => (offered.has(inode) ? (names.get(inode) ?? []) : [])));
	return [...new Set(all)];
}

/** The init's own sockets: every cage has its own or none, as its plan says. */
const infrastructure = ["/run/systemd", "/run/dbus", "/dev"].map(pathFromText);

/** Sockets of other services to which the service is connected. */
function usedSockets({ names, peers }: UnixSockets, own: readonly HostProcess[], others: readonly HostProcess[]): Path[] {
	const foreign = new Set(others.flatMap(({ sockets }) => sockets));
	const used = own.flatMap(({ sockets }) =>
		sockets.flatMap((inode) => {
			const peer = peers?.get(inode) ?? "";
			const name = foreign.has(peer) ? (names.get(peer) ?? "") : "";
			return name.startsWith("/") ? pathOf(name) : [];
		}),
	);
	return [...new Set(used)].filter((path) => !infrastructure.some((top) => isWithin(path, top)));
}

/** The paths of a socket that was bound to this name. Some servers bind `NAME.NUMBER` and rename it, so that `NAME` is never absent. */
function socketPaths(name: string): Path[] {
	if (!name.startsWith("/")) return [];
	const path = pathOf(name);
	const isSocket = (one: Path) => attempt(() => lstatSync(pathToBytes(one)).isSocket()) ?? false;
	if (isSocket(path)) return [path];
	const renamed = namesIn(parent(path)).map((one) => join(parent(path), pathFromText(one)));
	const found = renamed.filter((one) => path.startsWith(`${one}.`) && isSocket(one));
	return found.length ? found : [path];
}

/** Implements `neighbours` of `ServiceClients`. */
export async function neighbourSockets(service: string): Promise<NeighbourSocket[]> {
	const unix = await unixSockets();
	const found = hostProcesses().flatMap((one): NeighbourSocket[] => {
		const unit = serviceOf(one);
		if (unit === undefined || one.units.includes(service)) return [];
		return socketNames(unix, [one]).flatMap((name) => socketPaths(name).map((path) => ({ path, service: unit })));
	});
	return [...new Map(found.map((one) => [one.path, one])).values()].sort(by(({ path }) => path));
}

function unixClients(unix: UnixSockets, own: readonly HostProcess[], others: readonly HostProcess[]): Client[] {
	const waited = new Set(socketNames(unix, own));
	/** The service's ends of connections: an accepted socket has the name of the one that accepted it. */
	const ends = new Map<string, Offer>();
	for (const { sockets } of own) {
		for (const inode of sockets) {
			const name = unix.names.get(inode);
			if (name === undefined || !waited.has(name)) continue;
			ends.set(inode, name.startsWith("@") ? { kind: "abstract", name: name.slice(1) } : { kind: "socket", path: pathOf(name) });
		}
	}
	return others.flatMap((other) =>
		other.sockets.flatMap((inode) => {
			const offer = ends.get(unix.peers?.get(inode) ?? "");
			return offer === undefined ? [] : clientOf(other, "connected", offer, [inode]);
		}),
	);
}

function tcpClients(all: readonly InetSocket[], own: readonly HostProcess[], others: readonly HostProcess[]): Client[] {
	const sockets = all.filter(({ transport }) => transport === "tcp");
	const owned = new Set(own.flatMap((one) => one.sockets));
	const listening = new Set(sockets.flatMap((one) => (one.isListening && owned.has(one.inode) ? one.local.port : [])));
	const holders = new Map(others.flatMap((other) => other.sockets.map((inode) => [inode, other] as const)));
	const key = (one: Endpoint, other: Endpoint) => [one.address, one.port, other.address, other.port].join(" ");
	const byEnds = new Map(sockets.map((socket) => [key(socket.local, socket.remote), socket]));
	return sockets.flatMap(({ inode, isListening, local, remote }): Client[] => {
		if (isListening || !owned.has(inode) || !listening.has(local.port)) return [];
		const offer: Offer = { kind: "port", ...local };
		const peer = byEnds.get(key(remote, local));
		const holder = peer && holders.get(peer.inode);
		if (peer && holder) return [clientOf(holder, "connected", offer, [peer.inode])];
		// A process of the service itself, or of another machine.
		return peer ? [] : [{ name: remote.address, relation: "connected", offer }];
	});
}

/** Other processes that have files open that the service writes, or that are in its directories. */
function sharedFiles(own: readonly HostProcess[], others: readonly HostProcess[], places: readonly Path[]): Client[] {
	const written = new Set(
		own.flatMap(({ files, pid }) =>
			[...files].flatMap(([path, descriptor]) => (isRegular(path) && isOpenForWriting(pid, descriptor) ? path : [])),
		),
	);
	return others.flatMap((other) =>
		[...other.files.keys()].flatMap((path) => {
			const isShared = written.has(path) || (places.some((place) => isWithin(path, place)) && isRegular(path));
			return isShared ? clientOf(other, "opened", { kind: "file", path }) : [];
		}),
	);
}

function isRegular(path: Path): boolean {
	return attempt(() => lstatSync(pathToBytes(path)).isFile()) ?? false;
}

function clientOf(
	{ gid, groups, pid, program, uid, units }: HostProcess,
	relation: Client["relation"],
	offer: Offer,
	connections: readonly string[] = [],
): Client {
	const process: ClientProcess = { pid, uid, gid, groups, connections };
	const unit = serviceOf({ units });
	const shown = printable(program);
	return unit === undefined
		? { name: shown, relation, offer, processes: [process] }
		: { name: printable(unit), program: shown, relation, offer, processes: [process] };
}

/** The innermost service of the system's manager. */
function serviceOf({ units }: Pick<HostProcess, "units">): string | undefined {
	return units.findLast((name) => name.endsWith(".service") && !name.startsWith("user@"));
}

/** Running units that require or want the service. systemd's targets only order the boot. */
async function requiringUnits(service: string): Promise<Client[]> {
	const { output } = await systemctl(["show", "--value", "--property=WantedBy", "--", service]);
	const wanting = output.split(/\s+/).filter(Boolean);
	const states = await systemServices.states(wanting);
	const running = [...(await unitsStoppedWith([service])), ...wanting.filter((_, index) => states[index] === "active")];
	const names = [...new Set(running)].filter((name) => /\.(service|socket|timer|path)$/.test(name));
	return names.map((name) => ({ name: printable(name), relation: "required" }));
}

/** Files that look like those of daemons with their process id, up to one level below /run (FHS 3.15). */
function pidFiles(): Path[] {
	const run = pathFromText("/run");
	const isName = (name: string) => /\.pid$/.test(name);
	return namesIn(run).flatMap((name): Path[] => {
		const path = join(run, pathFromText(name));
		if (isName(name)) return [path];
		if (!attempt(() => lstatSync(pathToBytes(path)).isDirectory())) return [];
		return namesIn(path)
			.filter(isName)
			.map((below) => join(path, pathFromText(below)));
	});
}

function offeredPath({ kind, path }: Pick<OfferedPath, "kind" | "path">, own: readonly HostProcess[]): OfferedPath {
	const stats = attempt(() => lstatSync(pathToBytes(path)));
	const isThere = kind === "socket" || kind === "used" ? stats?.isSocket() : stats?.isFile();
	if (stats === undefined || !isThere) return { kind, path, isOwn: false };
	const { gid, mode, uid } = stats;
	return { kind, path, found: { uid, gid, mode }, isOwn: isOwn(kind, path, own) };
}

function isOwn(kind: OfferedPath["kind"], path: Path, own: readonly HostProcess[]): boolean {
	if (kind === "socket") return true;
	if (kind === "pid-file") {
		const number = pidIn(path);
		return own.some(({ pid }) => pid === number);
	}
	const identity = fileIdentity(pathToBytes(path));
	const namespaces = new Map(own.map(({ pid }) => [`${linkTarget(pid, "ns/mnt")} ${fileIdentity(`/proc/${pid}/root/.`)}`, pid]));
	return [...namespaces.values()].every((pid) => {
		const seen = fileIdentity(pathToBytes(`/proc/${pid}/root${path}` as Path));
		// A process that has ended sees nothing.
		return seen === identity || (seen === "" && attempt(() => statSync(`/proc/${pid}`)) === undefined);
	});
}

const longestPid = 16;

/** Returns 0 if the file contains anything but a number. */
function pidIn(path: Path): number {
	const descriptor = attempt(() => openSync(pathToBytes(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
	if (descriptor === undefined) return 0;
	try {
		if (!fstatSync(descriptor).isFile()) return 0;
		const bytes = Buffer.alloc(longestPid);
		const text = bytes.toString("latin1", 0, readSync(descriptor, bytes, 0, longestPid, 0));
		return /^\d+\s*$/.test(text) ? Number(text) : 0;
	} finally {
		closeSync(descriptor);
	}
}

/** Implements `executables` of `ServiceClients`. */
export function executablesOf(files: readonly Path[]): Path[] {
	const isCommand = (path: Path) => /^\/(usr\/(local\/)?)?s?bin\/[^/]+$/.test(path);
	const names = files.flatMap((path) => {
		const stats = isCommand(path) ? attempt(() => statSync(pathToBytes(path))) : undefined;
		return stats?.isFile() && (stats.mode & 0o111) !== 0 ? baseName(path) : [];
	});
	return [...new Set(names)].sort();
}
