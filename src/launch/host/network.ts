import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { nativeProgram, programFolder } from "../../base/host/release.ts";
import { type ChildProcess, startTool } from "../../base/host/tools.ts";
import type { Path } from "../../base/path/path.ts";
import { loopbackAddress, type Peer } from "../../trace/trace.ts";
import { ownUser, type Rootless } from "../launch.ts";
import { networkSteps } from "../launch-script.ts";
import { exampleInterface, type NetworkInterface, networkData, networkName } from "../programs/network.ts";

/** The place of the program that sets up a network, in a launch's folder. */
export const networkPlace = (folder: string) => join(folder, networkName);

/** Writes the program and returns its place. */
export function writeNetwork(folder: string): string {
	const place = networkPlace(folder);
	writeFileSync(place, nativeProgram("network", networkData(machineInterfaces())), { mode: 0o700 });
	return place;
}

/** More would only delay each launch; hosts of containers have one for each. */
const mostInterfaces = 32;

/** This machine's interfaces that are up and have addresses, or `exampleInterface` if only the loopback has any. */
function machineInterfaces(): NetworkInterface[] {
	const defaults = { v4: defaultInterfaces("route", isDefault4), v6: defaultInterfaces("ipv6_route", isDefault6) };
	const found = new Map<string, NetworkInterface>();
	for (const [label, entries = []] of Object.entries(networkInterfaces())) {
		// An alias of ifconfig(8), such as eth0:1.
		const name = label.replace(/:.*/, "");
		const addresses = entries.flatMap(({ address, cidr }) => {
			const isOwn = name === "lo" && (address.startsWith("127.") || address === "::1");
			return isOwn || cidr === null ? [] : [{ address, prefix: Number(cidr.slice(cidr.indexOf("/") + 1)) }];
		});
		if (!addresses.length) continue;
		const mac = entries.find((entry) => /[1-9a-f]/.test(entry.mac))?.mac;
		found.set(name, {
			name,
			...omitUndefined({ mac }),
			addresses: [...(found.get(name)?.addresses ?? []), ...addresses],
			isDefault: (["v4", "v6"] as const).filter((family) => defaults[family].has(name)),
		});
	}
	return found.size ? [...found.values()].slice(0, mostInterfaces) : [exampleInterface];
}

/** Fields of proc_net(5): the name comes first, the destination second, the mask eighth. */
const isDefault4 = (fields: readonly string[]) => fields[1] === "00000000" && fields[7] === "00000000" && fields[0];
/** The destination and its length come first, flags ninth, the name last. RTF_REJECT is 0x200. */
const isDefault6 = (fields: readonly string[]) =>
	/^0+$/.test(`${fields[0]}${fields[1]}`) && !(Number.parseInt(fields[8] ?? "", 16) & 0x200) && fields[9];

function defaultInterfaces(file: string, nameOf: (fields: readonly string[]) => string | undefined | false): ReadonlySet<string> {
	const text = attempt(() => readFileSync(`/proc/net/${file}`, "latin1")) ?? "";
	return new Set(text.split("\n").flatMap((line) => nameOf(line.trim().split(/\s+/)) || []));
}

/** A network namespace for several launches, some addresses of which lead to host services. */
export interface SharedNetwork {
	/** A process in it. */
	readonly pid: number;
	dispose(): Promise<void>;
}

/** Creates the namespace with `program` (`networkExecutable`) and waits until its addresses are open. */
export async function shareNetwork(peers: readonly Peer[], program: Path, rootless?: Rootless): Promise<SharedNetwork> {
	const named = peers.map((peer) => [`${peer.address} ${peer.port}`, peer] as const);
	const relay = [process.execPath, join(programFolder(), "dist", "relay", "relay.js"), ...named.map(([name]) => name)];
	const namespaces = ["unshare", ...(rootless ? ownUser : []), "--net", "--mount", "--propagation", "private"];
	const shell = ["sh", "-eu", "-c", [...networkSteps(program, rootless), 'exec "$@"'].join("\n"), "sh"];
	const child = startTool("setpriv", ["--pdeathsig", "KILL", ...namespaces, ...shell, ...relay], {
		stdio: ["ignore", "ignore", "pipe", "ipc"],
		detached: true,
	});
	const open = new Set<Socket>();
	const byName = new Map<string, Peer>(named);
	child.on("message", (message: { readonly peer?: string }, socket) => {
		const peer = byName.get(message.peer ?? "");
		if (peer && socket) connectToHost(socket as Socket, peer, open);
	});
	// After the start, an error only means that the child is gone.
	child.on("error", () => {});
	await listening(child);
	return {
		pid: child.pid ?? 0,
		async dispose() {
			for (const socket of open) socket.destroy();
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill("SIGKILL");
			await once(child, "close");
		},
	};
}

async function listening(child: ChildProcess): Promise<void> {
	let complaint = "";
	child.stderr?.on("data", (chunk: Buffer) => {
		complaint = (complaint + chunk.toString("utf8")).slice(-2000);
	});
	await new Promise<void>((resolve, reject) => {
		const failed = () => reject(new Failure("launch-failed", { detail: complaint.trim().split("\n").at(-1) ?? "" }, 3));
		child.once("message", () => resolve());
		child.once("error", failed);
		child.once("close", failed);
	});
}

/**
 * Connects both directions, each closed when its sender is done. A service that does not answer looks like one that hangs up.
 * `open` contains the open sockets.
 */
function connectToHost(inside: Socket, { address, port }: Peer, open: Set<Socket>): void {
	// A socket from IPC is otherwise closed when its peer finishes, whatever the server's setting.
	inside.allowHalfOpen = true;
	track(inside, open);
	const reach = (host: string, otherwise: () => void) => {
		const outside = track(connect({ port, host, allowHalfOpen: true }), open);
		let connected = false;
		outside.once("connect", () => {
			connected = true;
			inside.pipe(outside).pipe(inside);
			inside.once("close", () => outside.destroy());
			outside.once("close", () => inside.destroy());
		});
		outside.once("error", () => {
			if (!connected) otherwise();
		});
	};
	const end = () => inside.destroy();
	reach(address, address === loopbackAddress ? () => reach("::1", end) : end);
}

/** An error closes only this socket. */
function track(socket: Socket, open: Set<Socket>): Socket {
	open.add(socket);
	socket.on("error", () => socket.destroy());
	socket.once("close", () => open.delete(socket));
	return socket;
}
