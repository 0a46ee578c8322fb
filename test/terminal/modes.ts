import { spawn as spawnProcess, spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { IPty } from "@lydell/node-pty";

/**
 * The terminal's modes (`stty -g`) after the program has ended. Another process keeps the terminal open meanwhile, because the
 * kernel forgets the modes when the last one closes it.
 */
export function modesAfter(pty: IPty): Promise<string> {
	const { fd, ptsName } = pty as IPty & { readonly fd: number; readonly ptsName: string };
	const slave = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
	const look = `tail --pid=${pty.pid} -s 0.02 -f /dev/null; stty -g`;
	const { stdout } = spawnProcess("sh", ["-c", look], { stdio: [slave, "pipe", "ignore", fd] });
	closeSync(slave);
	return stdout === null ? Promise.resolve("") : text(stdout).then((said) => said.trim());
}

let usual: string | undefined;

/** The modes at the start of each test. */
export function usualModes(): string {
	usual ??= measure();
	return usual;
}

function measure(): string {
	const code = `
		const { spawn } = require("@lydell/node-pty");
		const pty = spawn("stty", ["-g"], {});
		pty.onData((data) => process.stdout.write(data));
		pty.onExit(() => process.exit());`;
	return spawnSync(process.execPath, ["-e", code], { cwd: import.meta.dirname, encoding: "utf8" }).stdout.trim();
}
