import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { ownUser, type Rootless } from "../../core/confinement/launch.ts";
import { networkSteps } from "../../core/confinement/launch-script.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { loopbackAddress, type Peer } from "../../core/trace/trace.ts";
import { programFolder } from "../program-folder.ts";
import { type ChildProcess, startTool } from "../tools.ts";

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
	const words = [
		...["--pdeathsig", "KILL", "unshare", ...(rootless ? ownUser : []), "--net", "--mount", "--propagation", "private"],
		...["sh", "-eu", "-c", [...networkSteps(program, rootless), 'exec "$@"'].join("\n"), "sh"],
	];
	const child = startTool("setpriv", [...words, ...relay], {
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
