import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll } from "vitest";

/** A network of its own with nothing but a loopback: every port is free there, and nobody else sees it. */
export interface Network {
	/** Words that lead a command into it. */
	readonly enter: readonly string[];
	/** A process in it, to look at its sockets. */
	readonly pid: number;
}

export const hostNetwork: Network = { enter: [], pid: process.pid };

const holders: ChildProcess[] = [];

/** Lives until the file's tests are over, and no longer than the process that made it. */
export async function privateNetwork(): Promise<Network> {
	// A mount namespace too, because the loopback is switched by a sysfs that belongs to the new network.
	const loopback = "mount -n -t sysfs sysfs /sys && echo 0x9 >/sys/class/net/lo/flags && umount -n /sys && echo up && exec cat";
	const holder = spawn("unshare", ["--net", "--mount", "sh", "-c", loopback], { stdio: ["pipe", "pipe", "inherit"] });
	holders.push(holder);
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

/** Runs a client to its end; both of its streams are the output. */
export function ask(command: readonly string[], network: Network = hostNetwork): Promise<Answer> {
	const [file = "", ...args] = [...network.enter, ...command];
	return new Promise((resolve) => {
		execFile(file, args, { encoding: "utf8", timeout: 20_000 }, (error, stdout, stderr) => {
			resolve({ status: error ? (typeof error.code === "number" ? error.code : 1) : 0, output: (stdout + stderr).trim() });
		});
	});
}

/** The page behind a URL; throws where there is none. */
export async function fetchPage(url: string, network: Network = hostNetwork): Promise<string> {
	const { output, status } = await ask(["curl", "-fsS", "--noproxy", "*", "--max-time", "10", url], network);
	if (status !== 0) throw new Error(`${url}: ${output}`);
	return output;
}

afterAll(async () => {
	for (const holder of holders) {
		holder.stdin?.end();
		if (holder.exitCode === null) await once(holder, "close");
	}
});
