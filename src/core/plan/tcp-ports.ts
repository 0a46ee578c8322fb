import { pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";

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
export function changingPorts(trace: Trace): string | undefined {
	if (trace.gaps.has("start-up")) return "start-up";
	const bound = boundTcpPorts(trace);
	const [, random] = bound.filter((one) => one >= lowestFree);
	const port = bound.find((one) => openers.has(one)) ?? random ?? bound[mostPorts];
	if (port !== undefined) return `bind ${port}`;
	return trace.accesses.get(rpcbind)?.succeeded.has("connect") ? "connect /run/rpcbind.sock" : undefined;
}
