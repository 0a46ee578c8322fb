import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { children } from "../../src/base/host/processes.ts";
import type { Path } from "../../src/base/path/path.ts";
import type { WatchedFailure } from "../../src/cage/cage.ts";
import { watchFailures } from "../../src/failure-watch/host/failure-watch.ts";
import { eventually } from "./eventually.ts";

/** A shell in a PID namespace, or in ours, that runs the lines of its stdin. */
function shell(...words: string[]) {
	const [program = "sh", ...rest] = [...words, "sh"];
	const child = spawn(program, rest, { stdio: ["pipe", "ignore", "ignore"], env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
	return {
		pid: child.pid ?? 0,
		run: (line: string) => void child.stdin.write(`${line}\n`),
		end: () => void child.kill("SIGKILL"),
	};
}

test("failing calls of a PID namespace are delivered once, and none of another", async () => {
	const failures: WatchedFailure[] = [];
	const [inside, outside] = [shell("unshare", "--pid", "--fork", "--kill-child"), shell()];
	const watch = await watchFailures({ cwd: "/srv/app" as Path, onFailure: (one) => void failures.push(one), onFull() {} });
	const of = (name: string) => failures.filter(({ path }) => path.includes(name));
	try {
		await eventually(() => expect(children(inside.pid)).toHaveLength(1));
		watch.watch(children(inside.pid));
		await eventually(() => {
			inside.run("cat /nowhere/begins");
			expect(of("begins")).toEqual([{ path: "/nowhere/begins", call: "openat", error: "ENOENT", does: "read" }]);
		});
		outside.run("cat /nowhere/outside");
		const calls = ["cat /etc/passwd/below", "cat nowhere-relative", "/nowhere/program", "mkdir /proc/new", "cat /nowhere/ends"];
		for (const line of calls) inside.run(`${line}; ${line}`);
		await eventually(() => expect(of("ends")).toHaveLength(1));
		expect(of("below")).toEqual([{ path: "/etc/passwd/below", call: "openat", error: "ENOTDIR", does: "read" }]);
		expect(of("/nowhere/program")).toContainEqual(expect.objectContaining({ call: "execve", error: "ENOENT" }));
		expect(of("nowhere-relative")).toContainEqual(expect.objectContaining({ path: "/srv/app/nowhere-relative", call: "openat" }));
		expect(of("/proc/new")).toEqual([
			{ path: "/proc/new", call: expect.stringMatching(/^mkdir/), error: "ENOENT", does: "create" },
		]);
		expect(of("outside")).toEqual([]);
	} finally {
		await watch.stop();
		inside.end();
		outside.end();
	}
});

test("a process of the host's PID namespace is not watched", async () => {
	const watch = await watchFailures({ cwd: "/" as Path, onFailure() {}, onFull() {} });
	try {
		expect(() => watch.watch([process.pid])).toThrow(expect.objectContaining({ code: "watch-no-namespace" }));
	} finally {
		await watch.stop();
	}
});
