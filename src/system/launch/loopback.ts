import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { programFolder } from "../templates/builtin.ts";
import { parseSockets } from "../units/processes.ts";
import { requireTool, toolEnvironment } from "./tools.ts";

/** A network of its own with nothing but a loopback, at some ports of which services of the host answer. */
export interface SharedLoopback {
	/** A process in it. */
	readonly pid: number;
	dispose(): Promise<void>;
}

/** The loopback is switched on by way of sysfs, which belongs to the network namespace that mounts it; saves asking for iproute2. */
const loopback = 'mount -n -t sysfs sysfs /sys; echo 0x9 >/sys/class/net/lo/flags; umount -n /sys; exec "$@"';

/** Makes the namespace and waits until its ports are open. They lead to 127.0.0.1, or to ::1 where only that answers. */
export async function shareLoopback(ports: readonly number[]): Promise<SharedLoopback> {
	const relay = [process.execPath, join(programFolder(), "dist", "relay.js"), ...ports.map(String)];
	const words = [
		"--pdeathsig",
		"KILL",
		"unshare",
		"--net",
		"--mount",
		"--propagation",
		"private",
		"sh",
		"-eu",
		"-c",
		loopback,
		"sh",
	];
	const child = spawn(requireTool("setpriv"), [...words, ...relay], {
		env: toolEnvironment,
		cwd: "/",
		stdio: ["ignore", "ignore", "pipe", "ipc"],
		detached: true,
	});
	child.on("message", (message: { readonly port?: number }, socket) => {
		if (message.port !== undefined && socket) lead(socket as Socket, message.port);
	});
	await listening(child);
	return {
		pid: child.pid ?? 0,
		async dispose() {
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

/** Both directions, each closed when its sender is done. A service that does not answer looks like one that hangs up. */
function lead(inside: Socket, port: number): void {
	const outside = (host: string, otherwise: () => void) => {
		const socket = connect({ port, host, allowHalfOpen: true }, () => {
			socket.off("error", otherwise);
			socket.on("error", () => inside.destroy());
			inside.on("error", () => socket.destroy());
			inside.pipe(socket).pipe(inside);
		});
		socket.once("error", otherwise);
	};
	outside("127.0.0.1", () => outside("::1", () => inside.destroy()));
}

/** Whether somebody listens at a TCP port of the host's loopback, or at all addresses. */
export function listensAt(port: number): boolean {
	const table = (name: string) => {
		try {
			return readFileSync(`/proc/net/${name}`, "latin1");
		} catch {
			return "";
		}
	};
	return [...parseSockets({ tcp: table("tcp"), tcp6: table("tcp6") }).values()].some(
		(socket) => socket.protocol === "tcp" && socket.port === port && isReached(socket.address),
	);
}

function isReached(address: string): boolean {
	return /^(127\.|0\.0\.0\.0$|::1?$|::ffff:127\.|\*$)/.test(address);
}
