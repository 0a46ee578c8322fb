import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { launchDirectory } from "../../core/confinement/launch.ts";
import type { Architecture } from "../../core/confinement/syscalls.ts";
import { Failure } from "../../core/failure.ts";
import { pathFromText } from "../../core/path/path.ts";
import type { Identity } from "../../core/plan/plan.ts";
import { decoyProgram, parseDecoy } from "../../core/selftest/program.ts";
import type { Decoy, Interpreter, SelftestTools } from "../../engine/ports.ts";
import { loaderAndLibraries } from "../launch/loader.ts";
import { findTool, requireTool, toolEnvironment } from "../launch/tools.ts";
import { startAttempts } from "./service.ts";

/** What a self-test needs of the host: an interpreter, a process outside, and what the host's root looks like. */

const architecture: Architecture = process.arch === "arm64" ? "arm64" : "x64";

export const selftestTools: SelftestTools = {
	architecture,

	interpreter(): Interpreter | undefined {
		const perl = findTool("perl");
		if (perl === undefined) return undefined;
		const [loader, ...libraries] = loaderAndLibraries(perl);
		const inside = (path: string) => join(launchDirectory, basename(path));
		return {
			brought: [pathFromText(perl), loader, ...libraries],
			loader: pathFromText(inside(loader)),
			command: [inside(loader), "--library-path", launchDirectory, inside(perl), "-e"],
		};
	},

	hostRoot() {
		const { dev, ino } = statSync("/", { bigint: true });
		// MKDEV of <linux/kdev_t.h>: a file system without a disk has major number 0, and nothing to open.
		const isDisk = ((dev >> 8n) & 0xfffn) > 0n;
		return { identity: `${dev}:${ino}`, disk: isDisk ? Number(dev) : 0 };
	},

	async decoy({ gid, uid }: Identity): Promise<Decoy> {
		const program = decoyProgram(architecture, randomBytes(8).toString("hex"));
		const account = ["--reuid", String(uid), "--regid", String(gid), "--clear-groups", "--"];
		const perl = [findTool("perl") ?? "perl", "-e", program];
		const child = spawn(requireTool("setpriv"), process.getuid?.() === 0 ? [...account, ...perl] : ["--", ...perl], {
			env: toolEnvironment,
			cwd: "/",
			stdio: ["pipe", "pipe", "ignore"],
			detached: true,
		});
		const closed = once(child, "close");
		child.stdin.on("error", () => {});
		let line = "";
		for await (const chunk of child.stdout) {
			line += String(chunk);
			if (line.includes("\n")) break;
		}
		const facts = parseDecoy(line.trimEnd());
		const dispose = async () => {
			child.stdin.end();
			await closed;
		};
		if (!facts) {
			await dispose();
			throw new Failure("selftest-broken", { detail: "decoy" }, 70);
		}
		return { facts, dispose };
	},

	service: startAttempts,
};
