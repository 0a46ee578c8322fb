import { type PassedSocket, type SocketOption, socketPlace, standardInput } from "../application/passed-socket.ts";
import { Assembler, elfExecutable, fromAnswer, fromR12, words } from "./machine-code.ts";

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
 *     umask(022);
 *     if (entersRoot) { fchdir(top); chroot("."); fchdir(here); }
 *     execve(argv[1], argv + 1, envp);
 */
export function socketsExecutable(architecture: string, sockets: readonly OwnedSocket[], kind: SocketsKind): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(code(sockets, kind)) : undefined;
}

export const socketsName = "cagewright-sock";
/** Exit status if a socket cannot be opened. */
const socketsFailed = 125;

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
}

/** Variables with which the application finds them. `environmentExecutable` fills in the process id. */
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

const call = {
	...{ open: 2, close: 3, lstat: 6, dup2: 33, socket: 41, bind: 49, listen: 50, setsockopt: 54, chdir: 80, fchdir: 81 },
	...{ unlink: 87, lchown: 94, umask: 95, chroot: 161, dup3: 292, closeRange: 436 },
};
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
const mostWaiting = 4096; // SOMAXCONN, which the kernel cuts to net.core.somaxconn
/** Higher than the sockets' descriptors. */
const [topDescriptor, hereDescriptor] = [200, 201];

function code(sockets: readonly OwnedSocket[], { checksLinks, entersRoot, ipv6 }: SocketsKind): Buffer {
	const a = new Assembler();
	const constants: Record<string, Uint8Array> = { one: words(1), zero: words(0), slash: text("/"), dot: text(".") };
	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	a.call(call.closeRange, 3, -1, 0);
	if (entersRoot) enterRoot(a);
	for (const [index, socket] of sockets.entries()) {
		const bound = addressOf(socket, ipv6);
		constants[`address-${index}`] = bound.bytes;
		a.call(call.socket, bound.family, types[socket.kind], 0);
		a.branch("ifNegative", `failed-${index}`);
		a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
		for (const [[level, name], value] of optionsOf(socket, bound.family)) {
			a.call(call.setsockopt, fromR12, level, name, value ? "one" : "zero", 4);
		}
		const { path } = bound;
		if (path !== undefined) {
			constants[`path-${index}`] = text(path);
			if (checksLinks) {
				for (const [depth, directory] of above(path).entries()) {
					constants[`above-${index}-${depth}`] = text(directory);
					refuseLink(a, `above-${index}-${depth}`, `failed-${index}`);
				}
			}
			a.call(call.umask, 0o777 & ~socket.mode);
			removeSocket(a, `path-${index}`);
		}
		a.call(call.bind, fromR12, `address-${index}`, bound.bytes.length);
		a.branch("ifNotZero", `failed-${index}`);
		if (path !== undefined && (socket.uid >= 0 || socket.gid >= 0)) {
			a.call(call.lchown, `path-${index}`, socket.uid, socket.gid);
			a.branch("ifNotZero", `failed-${index}`);
		}
		if (socket.kind !== "datagram") {
			a.call(call.listen, fromR12, mostWaiting);
			a.branch("ifNotZero", `failed-${index}`);
		}
	}
	if (sockets.length === 1 && sockets[0]?.options.includes(standardInput)) a.call(call.dup2, 3, 0);
	a.call(call.umask, 0o022);
	if (entersRoot) leaveRoot(a);
	a.executeNext();
	a.jump("always", "exit");
	const texts = sockets.map(
		({ address }, index) => [String(index), Buffer.from(`${socketsName}: cannot open the socket ${address}\n`)] as const,
	);
	a.failures(texts, socketsFailed);
	return a.finish({ ...constants, ...Object.fromEntries(texts.map(([name, bytes]) => [`text-${name}`, bytes])) });
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

/** Runs lstat(2) into memory below the stack, which no signal handler uses. Then eax contains the file type. */
function typeOf(a: Assembler, name: string, absent: string): void {
	a.address("rdi", name);
	a.emit(0x48, 0x8d, 0xb4, 0x24, ...words(-256)); // lea rsi, [rsp - 256]
	a.syscall(call.lstat);
	a.branch("ifNotZero", absent);
	a.emit(0x8b, 0x84, 0x24, ...words(-256 + 24)); // mov eax, [rsp - 232]: st_mode
	a.emit(0x25, ...words(0o170000)); // and eax, S_IFMT
}

/** The application may have replaced a directory of its data by a link, which root would follow. */
function refuseLink(a: Assembler, directory: string, failed: string): void {
	typeOf(a, directory, failed);
	a.emit(0x3d, ...words(0o120000)); // cmp eax, S_IFLNK
	a.jump("ifNotZero", `${directory}-passed`);
	a.emit(0x8b, 0x84, 0x24, ...words(-256 + 28)); // mov eax, [rsp - 228]: st_uid
	a.branch("ifNotZero", failed);
	a.label(`${directory}-passed`);
}

/** Removes the socket of an earlier start. Any other file stays, and bind(2) fails. */
function removeSocket(a: Assembler, path: string): void {
	typeOf(a, path, `${path}-free`);
	a.emit(0x3d, ...words(0o140000)); // cmp eax, S_IFSOCK
	a.jump("ifNotZero", `${path}-free`);
	a.call(call.unlink, path);
	a.label(`${path}-free`);
}

/** Only root opens sockets for another account, so it can leave again. */
function enterRoot(a: Assembler): void {
	for (const [name, descriptor] of [["slash", topDescriptor] as const, ["dot", hereDescriptor] as const]) {
		a.call(call.open, name, 0o12000000, 0); // O_PATH | O_CLOEXEC
		a.branch("ifNegative", "exit");
		a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
		a.call(call.dup3, fromAnswer, descriptor, 0o2000000); // O_CLOEXEC
		a.call(call.close, fromR12);
	}
	a.call(call.chroot, "dot");
	a.branch("ifNotZero", "exit");
	a.call(call.chdir, "slash");
}

function leaveRoot(a: Assembler): void {
	for (const step of [topDescriptor, "root", hereDescriptor] as const) {
		if (step === "root") a.address("rdi", "dot");
		else a.move("rdi", step);
		a.syscall(step === "root" ? call.chroot : call.fchdir);
		a.branch("ifNotZero", "exit");
	}
}

function text(value: string): Buffer {
	return Buffer.from(`${value}\0`);
}
