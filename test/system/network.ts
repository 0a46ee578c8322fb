import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { endAfterFile } from "./clean-up.ts";
import { patience } from "./eventually.ts";

/** A separate network that has only a loopback: every port is free, and nobody else can connect. */
export interface Network {
	/** Words before a command that runs in the network. */
	readonly enter: readonly string[];
	/** A process in the network, to read its sockets. */
	readonly pid: number;
}

export const hostNetwork: Network = { enter: [], pid: process.pid };

/** The network exists until the file's tests end, and no longer than the process that created it. */
export async function privateNetwork(): Promise<Network> {
	// A mount namespace too: only a sysfs of the new network can switch its loopback on.
	const loopback = "mount -n -t sysfs sysfs /sys && echo 0x9 >/sys/class/net/lo/flags && umount -n /sys && echo up && exec cat";
	const holder = spawn("unshare", ["--net", "--mount", "sh", "-c", loopback], { stdio: ["pipe", "pipe", "inherit"] });
	endAfterFile(holder);
	await once(holder.stdout, "data");
	return { enter: ["nsenter", `--net=/proc/${holder.pid}/ns/net`, "--"], pid: holder.pid ?? 0 };
}

export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address ? address.port : 0;
}

export interface Answer {
	readonly status: number;
	readonly output: string;
}

/** Runs a client until it exits. `output` contains both of its streams. */
export function ask(command: readonly string[], network: Network = hostNetwork): Promise<Answer> {
	const [file = "", ...args] = [...network.enter, ...command];
	return new Promise((resolve) => {
		execFile(file, args, { encoding: "utf8", timeout: patience }, (error, stdout, stderr) => {
			resolve({ status: error ? (typeof error.code === "number" ? error.code : 1) : 0, output: (stdout + stderr).trim() });
		});
	});
}

/** Returns the page at a URL. Throws if curl fails. */
export async function fetchPage(url: string, network: Network = hostNetwork): Promise<string> {
	const { output, status } = await ask(["curl", "-fsS", "--noproxy", "*", "--max-time", "60", url], network);
	if (status !== 0) throw new Error(`${url}: ${output}`);
	return output;
}
