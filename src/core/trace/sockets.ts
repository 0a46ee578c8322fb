import { syslogName } from "../confinement/launch.ts";
import type { Path } from "../path/path.ts";
import { descriptorLabel, fieldOf, fieldsOf, own, stringOf } from "./argument.ts";
import { located } from "./effect.ts";
import type { CallEvent } from "./line.ts";
import type { Process } from "./process.ts";
import type { Effect, Recorder, Touch } from "./recorder.ts";

/**
 * A bounded map that forgets what was not used lately. Two generations instead of a queue, because taking the oldest entry out of a Map
 * again and again makes V8 walk over all the holes before it.
 */
export class Recent<V> {
	readonly #size: number;
	#young = new Map<string, V>();
	#old = new Map<string, V>();

	/** Keeps at least the last `size` entries used and at most twice as many. */
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
 * What shows that an application speaks to more than one machine at once: it joins a group (ip(7), ipv6(7)), asks for the right to broadcast
 * (socket(7)), or names such an address. That it failed is no matter: in a sandbox's network no group can be joined.
 */
const option =
	/^setsockopt\(.*\b(IP_ADD_(?:SOURCE_)?MEMBERSHIP|IPV6_(?:ADD_MEMBERSHIP|JOIN_GROUP|JOIN_ANYCAST)|MCAST_JOIN_(?:SOURCE_)?GROUP|SO_BROADCAST)\b/;
/** 224.0.0.0/4 and 240.0.0.0/4 (RFC 5771, RFC 1112), ff00::/8 (RFC 4291). */
const address = /inet_addr\("(?:22[4-9]|2[345]\d)\.|inet_pton\(AF_INET6, "[fF][fF][\da-fA-F]{2}:/;

/** strace's rest of a line, after the pid. Gives the call that shows it, without its arguments but for the name of an option. */
export function multicastCall(line: string): string | undefined {
	if (isOption(line)) {
		const name = option.exec(line)?.[1];
		return name === undefined ? undefined : `setsockopt(${name})`;
	}
	if (!line.startsWith("send") && !line.startsWith("connect(")) return undefined;
	return address.test(line) ? line.slice(0, line.indexOf("(")) : undefined;
}

/** Nothing else is asked of these. */
export function isOption(line: string): boolean {
	return line.startsWith("setsockopt(") || line.startsWith("<... setsockopt ");
}

const maxSockets = 2048;
const maxUnheard = 64;
const maxPeers = 64;

/** Calls that name the address of a socket. */
export const addressedCalls: ReadonlySet<string> = new Set(["bind", "connect", "sendto", "sendmsg", "sendmmsg"]);

export function isSending(call: string): boolean {
	return call.startsWith("send");
}

/** Errors that say nothing of the address: the call goes on by itself or may be tried again, or the socket is not one for it (connect(2)). */
const undecided = new Set(
	"EINPROGRESS EALREADY EAGAIN EINTR EISCONN ENOTCONN EBADF ENOTSOCK EOPNOTSUPP EFAULT EINVAL EMSGSIZE ENOBUFS ENOMEM".split(" "),
);

/** Knows the protocol of the sockets that were made lately, by the inode that `-y` shows. */
export class Sockets {
	readonly #protocols = new Recent<string>(maxSockets);
	/** Paths of sockets at which nobody listened, less those that the application then made itself. */
	readonly unheard = new Set<Path>();

	made(event: CallEvent, process: Process, recorder: Recorder | undefined): void {
		const [family = "", type = ""] = event.args;
		const label = event.resultLabel;
		if (label !== undefined) {
			const protocol = event.args[2]?.includes("SCTP") ? "sctp" : /\bSOCK_DGRAM\b/.test(type) ? "udp" : "tcp";
			this.#protocols.set(own(label), /\bSOCK_RAW\b/.test(type) ? "raw" : protocol);
		}
		if (!recorder || !/^AF_[A-Z0-9_]+$/.test(family)) return;
		// A socket of the unix family alone is no use of it: libc makes one to ask a name service that mostly is not there.
		if (family === "AF_UNIX") recorder.trace.possibleNeeds.add("unix-sockets");
		else recorder.trace.families.add(recorder.name(family));
		const raw = /\bSOCK_RAW\b/.test(type) && (family === "AF_INET" || family === "AF_INET6");
		if (raw || family === "AF_PACKET") recorder.capability("net_raw", event.call, process.program);
	}

	/**
	 * A pair of datagram sockets can send to any address of the machine (sendto(2)), so the filter holds it to be an open unix
	 * socket; pairs of other types can only talk to each other.
	 */
	paired(event: CallEvent, recorder: Recorder | undefined): void {
		const [family, type = ""] = event.args;
		if (family === "AF_UNIX" && /\bSOCK_DGRAM\b/.test(type)) recorder?.trace.families.add("AF_UNIX");
	}

	/** A call of `addressedCalls`. Gives the effect on the paths of unix sockets, if it names any. */
	addressed(event: CallEvent, process: Process, recorder: Recorder): Effect | undefined {
		const touches: Touch[] = [];
		for (const address of addressesOf(event)) {
			const family = fieldOf(address, "sa_family");
			if (family === "AF_UNIX") touches.push(...this.#unixTouches(event, address, process, recorder));
			else if (event.call === "bind" && event.error === undefined) this.#bound(event, address, process, recorder);
			else if (event.call === "bind" && event.error === "EACCES") this.#refused(event, address, recorder);
			else if (event.call === "connect" && isLoopback(address)) this.#asked(event, address, recorder);
		}
		if (touches.length === 0) return undefined;
		return { call: recorder.name(event.call), touches, cwd: undefined, isNew: true, appliedTo: false, appliedAsRoot: false };
	}

	#unixTouches(event: CallEvent, address: string, process: Process, recorder: Recorder): Touch[] {
		const failed = event.error !== undefined;
		if (event.error !== undefined && undecided.has(event.error)) return [];
		const name = fieldOf(address, "sun_path");
		// syslog has a permission of its own, which brings its socket.
		if (!failed && (event.call === "bind" || stringOf(name) !== syslogName)) recorder.trace.families.add("AF_UNIX");
		if (name?.startsWith("@")) {
			const abstract = stringOf(name.slice(1));
			if (!failed && abstract !== undefined) recorder.trace.abstractSockets.add(own(abstract));
			return [];
		}
		const named = stringOf(name);
		const cwd = (event.joined ? process.cwdAtEntry : undefined) ?? process.fs.cwd;
		const path = named ? located(named as Path, cwd, process.fs) : undefined;
		if (path === undefined) return [];
		if (event.error === "ECONNREFUSED" && this.unheard.size < maxUnheard) this.unheard.add(own(path));
		else if (event.call === "bind" || !failed) this.unheard.delete(path);
		const operations = [event.call === "bind" ? ("listen" as const) : ("connect" as const)];
		return [{ access: recorder.access(path), operations, error: event.error && recorder.name(event.error) }];
	}

	#refused(event: CallEvent, address: string, recorder: Recorder): void {
		const port = portOf(address);
		if (port > 0 && recorder.trace.refusedPorts.size < maxPeers)
			recorder.trace.refusedPorts.add(`${this.#protocolOf(event)} ${port}`);
	}

	#asked(event: CallEvent, address: string, recorder: Recorder): void {
		const port = portOf(address);
		if (port > 0 && this.#protocolOf(event) === "tcp" && recorder.trace.peers.size < maxPeers)
			recorder.trace.peers.add(`tcp ${port}`);
	}

	#protocolOf(event: CallEvent): string {
		return this.#protocols.get(descriptorLabel(event.args[0]) ?? "") ?? "tcp";
	}

	#bound(event: CallEvent, address: string, process: Process, recorder: Recorder): void {
		const number = portOf(address);
		const protocol = this.#protocolOf(event);
		// Port 0 is any free one (ip(7)), and a raw socket's port is none.
		if (number === 0 || protocol === "raw") return;
		recorder.trace.ports.add(`${protocol} ${number}`);
		if (number < 1024) recorder.capability("net_bind_service", event.call, process.program);
	}
}

/** 0 where there is none. */
function portOf(address: string): number {
	const port = fieldOf(address, "sin6_port") ?? fieldOf(address, "sin_port");
	return Number(/^htons\(([0-9]+)\)$/.exec(port ?? "")?.[1] ?? 0);
}

/** 0.0.0.0 and :: mean the machine itself when they are asked for a connection. */
function isLoopback(address: string): boolean {
	return /inet_addr\("(127\.[\d.]+|0\.0\.0\.0)"\)|inet_pton\(AF_INET6, "(::1?|::ffff:127\.[\d.]+)"/.test(address);
}

/** The addresses that a call names, as strace prints them. */
function addressesOf({ args, call }: CallEvent): Iterable<string> {
	if (call === "sendto") return args[4] === undefined ? [] : [args[4]];
	if (call === "sendmsg" || call === "sendmmsg") return fieldsOf(args[1] ?? "", "msg_name");
	return args[1] === undefined ? [] : [args[1]];
}
