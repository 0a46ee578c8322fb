import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { temporaryFolder } from "./cagewright.ts";

/** This machine with other account files: a mount namespace with its own /etc. */
export interface OtherMachine {
	/** Words before a command. */
	readonly enter: readonly string[];
	/** Where its /etc is on this machine. */
	readonly etc: string;
	/** Its line of passwd(5). */
	account(name: string): string | undefined;
}

/** `edit` gets the lines of passwd(5) and group(5). */
export function otherMachine(edit: (line: string) => string | undefined, ...mounts: readonly string[]): OtherMachine {
	const etc = temporaryFolder("etc");
	execFileSync("cp", ["-a", "/etc/.", etc]);
	const linesOf = (name: string) => readFileSync(`${etc}/${name}`, "utf8").split("\n").filter(Boolean);
	for (const name of ["passwd", "group"]) {
		const lines = linesOf(name).flatMap((line) => edit(line) ?? []);
		writeFileSync(`${etc}/${name}`, lines.map((line) => `${line}\n`).join(""));
	}
	// Accounts that other tests create at the same time have other numbers.
	appendFileSync(`${etc}/login.defs`, "SYS_UID_MIN 900\nSYS_UID_MAX 949\n");
	const bind = [`mount -n --bind ${etc} /etc`, ...mounts, 'exec "$@"'].join(" && ");
	return {
		etc,
		enter: ["unshare", "--mount", "sh", "-c", bind, "sh"],
		account: (name) => linesOf("passwd").find((line) => line.startsWith(`${name}:`)),
	};
}

/** Gives redis other numbers. */
export function renumberedRedis(line: string): string {
	return line.replace(/^redis:(\w*):\d+:(\d*)/, (_, password: string, gid: string) =>
		gid === "" ? `redis:${password}:4322:` : `redis:${password}:4321:4322`,
	);
}

/** A machine without redis. */
export function withoutRedis(line: string): string | undefined {
	return /^redis:/.test(line) ? undefined : line;
}
