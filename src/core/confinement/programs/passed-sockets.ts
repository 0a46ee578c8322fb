import { type PassedSocket, type SocketOption, socketPlace, standardInput } from "../../application/passed-socket.ts";
import { assemble, load, type Program, pointer, register, words, workingDirectory } from "../../machine-code/program.ts";
import { launchFailed } from "../launch.ts";

/**
 * Returns a static executable, assembled for each launch, that opens the sockets which an application receives as descriptors
 * from 3 (sd_listen_fds(3)). Like systemd, it opens them as root and before any layer of confinement, but already in the
 * cage's root. In C:
 *
 *     close_range(3, ~0);
 *     if (entersRoot) { top = open("/"); here = open("."); chroot("."); chdir("/"); }      // only in the tracing sandbox
 *     for (each socket) {
 *       fd = socket(family, type, 0) or fail;                                             // 3, 4, …
 *       for (each option) setsockopt(fd, …);
 *       if (it has a path) {
 *         for (each directory that leads to it) if (lstat(directory) < 0 || (it is a link && somebody but root made it)) fail;
 *         umask(~mode); if (lstat(path) == 0 && it is a socket) unlink(path);
 *       }
 *       bind(fd, address) or fail; if (it has a path) lchown(path, user, group) or fail;
 *       if (it is no datagram socket) listen(fd, SOMAXCONN) or fail;
 *     }
 *     if (it is to be the standard input) dup2(3, 0);
 *     umask(the application's);
 *     if (entersRoot) { fchdir(top); chroot("."); fchdir(here); }
 *     execve(argv[1], argv + 1, envp);
 */
export function socketsExecutable(architecture: string, sockets: readonly OwnedSocket[], kind: SocketsKind): Buffer | undefined {
	return assemble(architecture, (p) => describeSockets(p, sockets, kind));
}

export const socketsName = "cagewright-sock";

/** With the owner's numbers; -1 keeps the creator's. */
export interface OwnedSocket extends PassedSocket {
	readonly uid: number;
	readonly gid: number;
}

interface SocketsKind {
	/** The working directory is the root while they are opened. Two descriptors, closed on exec, lead back. */
	readonly entersRoot: boolean;
	/** False if everything belongs to one account, so that links cannot mislead another one. */
	readonly checksLinks: boolean;
	/** False without IPv6 in the kernel: then a port alone means IPv4. */
	readonly ipv6: boolean;
	/** For the next program. */
	readonly umask: number;
}

/** Variables with which the application finds them. native/environment.c fills in the process id. */
export function socketVariables(sockets: readonly Pick<PassedSocket, "name" | "options">[]): Record<string, string> {
	if (!sockets.length || isPerConnection(sockets)) return {};
	return {
		LISTEN_PID: processIdPlace,
		LISTEN_FDS: String(sockets.length),
		LISTEN_FDNAMES: sockets.map(({ name }) => name).join(":"),
	};
}

/** Returns whether the application starts for each connection. */
export function isPerConnection(sockets: readonly Pick<PassedSocket, "options">[]): boolean {
	return sockets.some(({ options: set }) => set.includes("per-connection"));
}

/** As long as the largest process id. */
export const processIdPlace = "0000000000";

const families = { unix: 1, abstract: 1, inet: 2, inet6: 10 };
const types = { stream: 1, datagram: 2, seqpacket: 5 };
/** Level and name for setsockopt(2). */
const options: Readonly<
	Record<Exclude<SocketOption, "per-connection" | "pass-packet-info" | typeof standardInput>, readonly [number, number]>
> = {
	broadcast: [1, 6],
	"free-bind": [0, 15],
	"ipv6-only": [41, 26],
	"pass-credentials": [1, 16],
	"reuse-port": [1, 15],
};
const reuseAddress = [1, 2] as const;
const addressInUse = 98; // EADDRINUSE
const mostWaiting = 4096; // SOMAXCONN, which the kernel cuts to net.core.somaxconn
/** Higher than the sockets' descriptors. */
const [topDescriptor, hereDescriptor] = [200, 201];

/** a: the socket, c: argv, d: the environment. */
function describeSockets(
	p: Program,
	sockets: readonly OwnedSocket[],
	{ checksLinks, entersRoot, ipv6, umask }: SocketsKind,
): void {
	p.constants({ one: words(1), zero: words(0), slash: text("/"), dot: text(".") });
	p.setArguments("c");
	p.call("close_range", 3, -1, 0);
	if (entersRoot) enterRoot(p);
	for (const [index, socket] of sockets.entries()) {
		const bound = addressOf(socket, ipv6);
		p.constants({ [`address-${index}`]: bound.bytes });
		p.call("socket", bound.family, types[socket.kind], 0);
		p.branch("negative", `failed-${index}`);
		p.set("a", register("answer"));
		for (const [[level, name], value] of optionsOf(socket, bound.family)) {
			p.call("setsockopt", register("a"), level, name, value ? "one" : "zero", 4);
		}
		const { path } = bound;
		if (path !== undefined) {
			p.constants({ [`path-${index}`]: text(path) });
			if (checksLinks) {
				for (const [depth, directory] of above(path).entries()) {
					p.constants({ [`above-${index}-${depth}`]: text(directory) });
					refuseLink(p, `above-${index}-${depth}`, `failed-${index}-path`);
				}
			}
			p.call("umask", 0o777 & ~socket.mode);
			removeSocket(p, `path-${index}`);
		}
		p.call("bind", register("a"), `address-${index}`, bound.bytes.length);
		p.compare("answer", -addressInUse);
		p.jump("equal", `failed-${index}-use`);
		p.branch("notEqual", `failed-${index}`);
		if (path !== undefined && (socket.uid >= 0 || socket.gid >= 0)) {
			p.call("fchownat", workingDirectory, `path-${index}`, socket.uid, socket.gid, noFollow);
			p.branch("notEqual", `failed-${index}`);
		}
		if (socket.kind !== "datagram") {
			p.call("listen", register("a"), mostWaiting);
			p.branch("notEqual", `failed-${index}`);
		}
	}
	if (sockets.length === 1 && sockets[0]?.options.includes(standardInput)) p.call("dup3", 3, 0, 0);
	p.call("umask", umask);
	if (entersRoot) leaveRoot(p);
	p.executeNext("c", "d");
	p.jump("always", "exit");
	const texts = sockets.flatMap(({ address }, index) => {
		const inUse = address.startsWith("/") ? "there is another file" : "another process listens there";
		const reasons = [
			["", ""],
			["-path", ": a directory of its path is missing or is a link that root did not create"],
			["-use", `: ${inUse}`],
		] as const;
		return reasons.map(
			([suffix, reason]) =>
				[`${index}${suffix}`, Buffer.from(`${socketsName}: cannot open the socket ${address}${reason}\n`)] as const,
		);
	});
	p.failures(texts, launchFailed);
}

function optionsOf({ kind, options: requested }: OwnedSocket, family: number): [readonly [number, number], boolean][] {
	const set = requested.flatMap((option): [readonly [number, number], boolean][] => {
		if (option === "per-connection" || option === standardInput) return [];
		// IP_PKTINFO, or IPV6_RECVPKTINFO for IPv6.
		if (option === "pass-packet-info") return [[family === families.inet6 ? [41, 49] : [0, 8], true]];
		return [[options[option], true]];
	});
	const dual = family === families.inet6 && !requested.includes("ipv6-only");
	return [...(kind === "stream" ? [[reuseAddress, true] as [typeof reuseAddress, boolean]] : []), ...set].concat(
		// systemd uses the kernel's default, which the sandbox's network has too.
		dual ? [[options["ipv6-only"], false]] : [],
	);
}

/** struct sockaddr_un, sockaddr_in or sockaddr_in6. */
function addressOf({ address }: OwnedSocket, ipv6: boolean): { family: number; bytes: Buffer; path?: string } {
	const place = socketPlace(address);
	if (place === undefined) throw new Error(`no socket address: ${address}`);
	const family = Buffer.alloc(2);
	if (place.family === "unix") {
		family.writeUInt16LE(families.unix);
		return { family: families.unix, bytes: Buffer.concat([family, text(place.path)]), path: place.path };
	}
	if (place.family === "abstract") {
		family.writeUInt16LE(families.unix);
		return { family: families.unix, bytes: Buffer.concat([family, Buffer.from(`\0${place.name}`)]) };
	}
	const port = Buffer.alloc(2);
	port.writeUInt16BE(place.port);
	if (place.family === "inet" || (place.any && !ipv6)) {
		family.writeUInt16LE(families.inet);
		const host = place.family === "inet" ? place.host : [0, 0, 0, 0];
		return { family: families.inet, bytes: Buffer.concat([family, port, Buffer.from(host), Buffer.alloc(8)]) };
	}
	family.writeUInt16LE(families.inet6);
	return {
		family: families.inet6,
		bytes: Buffer.concat([family, port, Buffer.alloc(4), Buffer.from(place.host), Buffer.alloc(4)]),
	};
}

/** Returns the directories above a path except `/`, outermost first. */
function above(path: string): string[] {
	const parts = path.split("/").slice(1, -1);
	return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Offsets in struct statx (statx(2)), which is the same on every processor. */
const statx = { size: 256, uid: 20, mode: 28, mask: 1 | 2 | 8 }; // STATX_TYPE, STATX_MODE, STATX_UID
const noFollow = 0x100; // AT_SYMLINK_NOFOLLOW

/** Reads what `name` is, without following a link, into memory below the stack pointer. Then the answer is the file type. */
function typeOf(p: Program, name: string, absent: string): void {
	p.call("statx", workingDirectory, name, noFollow, statx.mask, pointer("stack", -statx.size));
	p.branch("notEqual", absent);
	p.set("answer", load("stack", -statx.size + statx.mode, 2));
	p.and("answer", 0o170000); // S_IFMT
}

/** The application may have replaced a directory of its data by a link, which root would follow. */
function refuseLink(p: Program, directory: string, failed: string): void {
	typeOf(p, directory, failed);
	p.compare("answer", 0o120000); // S_IFLNK
	p.jump("notEqual", `${directory}-passed`);
	p.set("answer", load("stack", -statx.size + statx.uid, 4));
	p.branch("notEqual", failed);
	p.label(`${directory}-passed`);
}

/** Removes the socket of an earlier start. Any other file stays, and bind(2) fails. */
function removeSocket(p: Program, path: string): void {
	typeOf(p, path, `${path}-free`);
	p.compare("answer", 0o140000); // S_IFSOCK
	p.jump("notEqual", `${path}-free`);
	p.call("unlinkat", workingDirectory, path, 0);
	p.label(`${path}-free`);
}

/** Only root opens sockets for another account, so it can leave again. */
function enterRoot(p: Program): void {
	for (const [name, descriptor] of [["slash", topDescriptor] as const, ["dot", hereDescriptor] as const]) {
		p.open(name, 0o12000000); // O_PATH | O_CLOEXEC
		p.branch("negative", "exit");
		p.set("a", register("answer"));
		p.call("dup3", register("a"), descriptor, 0o2000000); // O_CLOEXEC
		p.call("close", register("a"));
	}
	p.call("chroot", "dot");
	p.branch("notEqual", "exit");
	p.call("chdir", "slash");
}

function leaveRoot(p: Program): void {
	p.call("fchdir", topDescriptor);
	p.branch("notEqual", "exit");
	p.call("chroot", "dot");
	p.branch("notEqual", "exit");
	p.call("fchdir", hereDescriptor);
	p.branch("notEqual", "exit");
}

function text(value: string): Buffer {
	return Buffer.from(`${value}\0`);
}
