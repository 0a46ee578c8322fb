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
import { type DefaultRoute, exampleLoopback, type NetworkInterface, networkData, networkName } from "../programs/network.ts";

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

/** This machine's interfaces that are up and have addresses, or `exampleLoopback` if only the loopback has any. */
function machineInterfaces(): NetworkInterface[] {
	const routes = [...fieldsOf("route").flatMap(defaultRoute4), ...fieldsOf("ipv6_route").flatMap(defaultRoute6)];
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
			defaultRoutes: routes.filter((route) => route.device === name),
		});
	}
	return found.size ? [...found.values()].slice(0, mostInterfaces) : [exampleLoopback];
}

type FoundRoute = DefaultRoute & { readonly device: string };

/** Fields of proc_net(5): name, destination, gateway; the mask is the eighth. */
function defaultRoute4([device = "", destination, gateway = "", , , , , mask]: readonly string[]): FoundRoute[] {
	if (destination !== "00000000" || mask !== "00000000") return [];
	const address = Buffer.from(gateway, "hex").reverse().join(".");
	return [{ device, family: "v4", ...(/[^0]/.test(gateway) && { gateway: address }) }];
}

/** Destination and its length, source and its length, gateway; flags are the ninth, and the name the last. */
function defaultRoute6([destination, length, , , gateway = "", , , , flags = "", device = ""]: readonly string[]): FoundRoute[] {
	const isRejected = Number.parseInt(flags, 16) & 0x200; // RTF_REJECT
	if (!/^0+$/.test(`${destination}${length}`) || isRejected) return [];
	const address = gateway.match(/.{4}/g)?.join(":");
	return [{ device, family: "v6", ...(/[^0]/.test(gateway) && omitUndefined({ gateway: address })) }];
}

function fieldsOf(file: string): string[][] {
	const text = attempt(() => readFileSync(`/proc/net/${file}`, "latin1")) ?? "";
	return text.split("\n").map((line) => line.trim().split(/\s+/));
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
