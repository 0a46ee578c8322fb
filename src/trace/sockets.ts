import type { Path } from "../base/path/path.ts";
import { syslogName } from "../confine/places.ts";
import { notifySocket } from "../service/service-settings.ts";
import { descriptorLabel, fieldOf, fieldsOf, own, stringOf } from "./argument.ts";
import { resolveName } from "./effect.ts";
import type { CallEvent } from "./line.ts";
import type { Process } from "./process.ts";
import { type Effect, effect, type Recorder, type Touch } from "./recorder.ts";
import { loopbackAddress, type Trace } from "./trace.ts";

/**
 * A bounded map that forgets what was not used recently. It has two generations, because repeatedly removing the oldest entry of
 * a Map makes V8 walk over all holes before it.
 */
export class RecentMap<V> {
	readonly #size: number;
	#young = new Map<string, V>();
	#old = new Map<string, V>();

	/** Keeps at least the last `size` used entries and at most twice as many. */
	constructor(size: number) {
		this.#size = size;
	}

	get(key: string): V | undefined {
		const young = this.#young.get(key);
		if (young !== undefined) return young;
		const old = this.#old.get(key);
		if (old !== undefined) this.set(own(key), old);
		return old;
	}

	set(key: string, value: V): void {
		if (this.#young.size >= this.#size) {
			this.#old = this.#young;
			this.#young = new Map();
		}
		this.#young.set(key, value);
	}
}

/**
 * Socket options for several receivers: joining a group (ip(7), ipv6(7)) or permission to broadcast (socket(7)). Failures count
 * too, because a sandbox's network has no groups.
 */
const option =
	/^setsockopt\(.*\b(IP_ADD_(?:SOURCE_)?MEMBERSHIP|IPV6_(?:ADD_MEMBERSHIP|JOIN_GROUP|JOIN_ANYCAST)|MCAST_JOIN_(?:SOURCE_)?GROUP|SO_BROADCAST)\b/;
/** 224.0.0.0/4 and 240.0.0.0/4 (RFC 5771, RFC 1112), ff00::/8 (RFC 4291). */
const address = /inet_addr\("(?:22[4-9]|2[345]\d)\.|inet_pton\(AF_INET6, "[fF][fF][\da-fA-F]{2}:/;

/** Takes a line without its pid. Returns the call that uses multicast or broadcast, with the name of a socket option. */
export function multicastCall(line: string): string | undefined {
	if (isOption(line)) {
		const name = option.exec(line)?.[1];
		return name === undefined ? undefined : `setsockopt(${name})`;
	}
	if (!line.startsWith("send") && !line.startsWith("connect(")) return undefined;
	return address.test(line) ? line.slice(0, line.indexOf("(")) : undefined;
}

/** setsockopt(2) is only traced for `multicastCall`. */
export function isOption(line: string): boolean {
	return line.startsWith("setsockopt(") || line.startsWith("<... setsockopt ");
}

const maxSockets = 2048;
const maxUnheard = 64;
const maxPeers = 64;

/** Calls that name a socket's address. */
export const addressedCalls: ReadonlySet<string> = new Set(["bind", "connect", "sendto", "sendmsg", "sendmmsg"]);

export function isSending(call: string): boolean {
	return call.startsWith("send");
}

/** Errors that say nothing about the address: the call continues or may be repeated, or the socket does not fit (connect(2)). */
const undecided = new Set(
	"EINPROGRESS EALREADY EAGAIN EINTR EISCONN ENOTCONN EBADF ENOTSOCK EOPNOTSUPP EFAULT EINVAL EMSGSIZE ENOBUFS ENOMEM".split(" "),
);

/** Knows the protocol of recently created sockets, by the inode that `-y` shows. */
export class Sockets {
	readonly #protocols = new RecentMap<string>(maxSockets);
	/** Paths of sockets without a listener, except those that the application created later. */
	readonly unheard = new Set<Path>();
	/** Abstract sockets that the application bound. */
	readonly #ownAbstract = new Set<string>();
	/** Addresses and TCP ports that it bound, e.g. `127.0.0.1 80`, with `*` for all addresses. */
	readonly #bound = new Set<string>();

	made(event: CallEvent, process: Process, recorder: Recorder | undefined): void {
		const [family = "", type = ""] = event.args;
		const label = event.resultLabel;
		if (label !== undefined) {
			const protocol = event.args[2]?.includes("SCTP") ? "sctp" : /\bSOCK_DGRAM\b/.test(type) ? "udp" : "tcp";
			this.#protocols.set(own(label), /\bSOCK_RAW\b/.test(type) ? "raw" : protocol);
		}
		if (!recorder || !/^AF_[A-Z0-9_]+$/.test(family)) return;
		// Creating a unix socket proves nothing: libc creates one to ask a name service that usually does not exist.
		if (family === "AF_UNIX") recorder.trace.possibleNeeds.add("unix-sockets");
		else recorder.trace.families.add(recorder.name(family));
		const raw = /\bSOCK_RAW\b/.test(type) && (family === "AF_INET" || family === "AF_INET6");
		if (raw || family === "AF_PACKET") recorder.capability("net_raw", event.call, process.program);
	}

	/**
	 * A pair of datagram sockets can send to any address (sendto(2)), so that the filter treats it like a unix socket. Other
	 * pairs can only talk to each other.
	 */
	paired(event: CallEvent, recorder: Recorder | undefined): void {
		const [family, type = ""] = event.args;
		if (family === "AF_UNIX" && /\bSOCK_DGRAM\b/.test(type)) recorder?.trace.families.add("AF_UNIX");
	}

	/** Handles one of `addressedCalls`. Returns the effect on the paths of unix sockets, if any. */
	addressed(event: CallEvent, process: Process, recorder: Recorder): Effect | undefined {
		const touches: Touch[] = [];
		for (const address of addressesOf(event)) {
			const family = fieldOf(address, "sa_family");
			if (family === "AF_UNIX") touches.push(...this.#unixTouches(event, address, process, recorder));
			else if (event.call === "bind" && event.error === undefined) this.#noteBound(event, address, process, recorder);
			else if (event.call === "bind" && event.error === "EACCES") {
				this.#notePort(event, address, recorder.trace.refusedPorts);
			} else if (event.call === "connect" && this.#protocolOf(event) === "tcp") this.#connected(event, address, recorder.trace);
		}
		if (touches.length === 0) return undefined;
		return effect(recorder.name(event.call), touches, true);
	}

	#unixTouches(event: CallEvent, address: string, process: Process, recorder: Recorder): Touch[] {
		const failed = event.error !== undefined;
		if (event.error !== undefined && undecided.has(event.error)) return [];
		const name = fieldOf(address, "sun_path");
		// Without it, a service only starts silently. If a trial fails, it may still ask for the family.
		if (name !== undefined && stringOf(name) === notifySocket) return [];
		// syslog has its own permission, which includes its socket.
		if (!failed && (event.call === "bind" || stringOf(name) !== syslogName)) recorder.trace.families.add("AF_UNIX");
		if (name?.startsWith("@")) {
			const abstract = stringOf(name.slice(1));
			if (abstract !== undefined) this.#abstractTouch(event, own(abstract), recorder.trace);
			return [];
		}
		const named = stringOf(name);
		const cwd = (event.joined ? process.cwdAtEntry : undefined) ?? process.fs.cwd;
		const path = named ? resolveName(named as Path, cwd, process.fs) : undefined;
		if (path === undefined) return [];
		if (event.error === "ECONNREFUSED" && this.unheard.size < maxUnheard) this.unheard.add(own(path));
		else if (event.call === "bind" || !failed) this.unheard.delete(path);
		const operations = [event.call === "bind" ? ("listen" as const) : ("connect" as const)];
		return [{ access: recorder.access(path), operations, error: event.error && recorder.name(event.error) }];
	}

	#abstractTouch({ call, error }: CallEvent, name: string, trace: Trace): void {
		const { abstractPeers, abstractSockets, refusedAbstract } = trace;
		if (error === "ECONNREFUSED" && refusedAbstract.size < maxPeers) refusedAbstract.add(name);
		if (error !== undefined) return;
		abstractSockets.add(name);
		refusedAbstract.delete(name);
		if (call === "bind") this.#ownAbstract.add(name);
		else if (!this.#ownAbstract.has(name)) abstractPeers.add(name);
	}

	#connected({ error }: CallEvent, text: string, { peers, unreachable }: Trace): void {
		const [address, port] = [machineAddress(text), portOf(text)];
		if (address === undefined || port === 0) return;
		const isOwn = this.#bound.has(`* ${port}`) || this.#bound.has(`${address} ${port}`);
		const isUnreachable = error === "ENETUNREACH" || error === "EHOSTUNREACH";
		const named = address === loopbackAddress ? `tcp ${port}` : `tcp ${address} ${port}`;
		const found = isUnreachable ? unreachable : peers;
		if (found.size < maxPeers && (address === loopbackAddress || !isOwn)) found.add(own(named));
	}

	#notePort(event: CallEvent, address: string, ports: Set<string>): void {
		const port = portOf(address);
		if (port > 0 && ports.size < maxPeers) ports.add(`${this.#protocolOf(event)} ${port}`);
	}

	#protocolOf(event: CallEvent): string {
		return this.#protocols.get(descriptorLabel(event.args[0]) ?? "") ?? "tcp";
	}

	#noteBound(event: CallEvent, address: string, process: Process, recorder: Recorder): void {
		const number = portOf(address);
		const protocol = this.#protocolOf(event);
		// Port 0 means any free port (ip(7)), and raw sockets have none.
		if (number === 0 || protocol === "raw") return;
		recorder.trace.ports.add(`${protocol} ${number}`);
		const at = isWildcard(address) ? "*" : machineAddress(address);
		if (protocol === "tcp" && at !== undefined && this.#bound.size < maxSockets) this.#bound.add(own(`${at} ${number}`));
		if (number < 1024) recorder.capability("net_bind_service", event.call, process.program);
	}
}

/** Returns 0 if there is none. */
function portOf(address: string): number {
	const port = fieldOf(address, "sin6_port") ?? fieldOf(address, "sin_port");
	return Number(/^htons\(([0-9]+)\)$/.exec(port ?? "")?.[1] ?? 0);
}

const isWildcard = (address: string) => /inet_addr\("0\.0\.0\.0"\)|inet_pton\(AF_INET6, "::"/.test(address);

/** Returns an IP address as text, without the prefix of an embedded one. Connecting to 0.0.0.0, :: or ::1 is like 127.0.0.1. */
function machineAddress(text: string): string | undefined {
	const [, v4, v6] = /inet_addr\("([\d.]+)"\)|inet_pton\(AF_INET6, "([\da-fA-F:.]+)"/.exec(text) ?? [];
	const address = v4 ?? v6?.replace(/^::ffff:(?=[\d.]+$)/, "");
	return address !== undefined && ["0.0.0.0", "::", "::1"].includes(address) ? loopbackAddress : address;
}

/** Returns the addresses that a call names, as strace prints them. */
function addressesOf({ args, call }: CallEvent): Iterable<string> {
	if (call === "sendto") return args[4] === undefined ? [] : [args[4]];
	if (call === "sendmsg" || call === "sendmmsg") return fieldsOf(args[1] ?? "", "msg_name");
	return args[1] === undefined ? [] : [args[1]];
}
