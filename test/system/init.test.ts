import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { nativeProgram } from "../../src/base/host/release.ts";
import { initName, launchFailed } from "../../src/confine/places.ts";
import { initData } from "../../src/launch/programs/init.ts";
import { ownSignals, reloadSignal, stopRequestName } from "../../src/service/service-settings.ts";
import { temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { allProcesses, childrenOf, statusField } from "./processes.ts";

describe.skipIf(process.getuid?.() !== 0)("the init of a PID namespace", () => {
	const folder = temporaryFolder("init");
	const running: ChildProcess[] = [];

	beforeAll(() => {
		writeFileSync(`${folder}/${initName}`, nativeProgram("init", initData()), { mode: 0o755 });
	});
	afterEach(() => {
		for (const child of running.splice(0)) child.kill("SIGKILL");
	});

	interface Run {
		readonly child: ChildProcess;
		readonly ended: Promise<number>;
		output(): string;
		/** Resolves to the init's pid on the host, once it runs. */
		init(): Promise<number>;
		/** Waits until the program prints these words. */
		says(words: string): Promise<void>;
	}

	function run(
		words: readonly string[],
		{ before = [], cwd = "/", env = {} }: { before?: string[]; cwd?: string; env?: Record<string, string> } = {},
	): Run {
		const command = ["--pid", "--fork", "--kill-child", ...before, `${folder}/${initName}`, cwd, ...words];
		// Leaked descriptors: pipes at 3 and above.
		const child = spawn("unshare", command, {
			env: { PATH: process.env.PATH, ...env },
			stdio: ["ignore", "pipe", "ignore", "pipe", "pipe", "pipe"],
		});
		running.push(child);
		let output = "";
		child.stdout?.on("data", (chunk: Buffer) => {
			output += chunk.toString("latin1");
		});
		const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
		const init = () =>
			eventually(() => {
				const found = childrenOf(child.pid ?? 0).find((pid) => statusField(pid, "Name") === initName);
				if (found === undefined) throw new Error("no init yet");
				return found;
			});
		const says = (words: string) => eventually(() => expect(output).toContain(words));
		return { child, ended, output: () => output, init, says };
	}
	const shell = (line: string, values?: Parameters<typeof run>[1]) => run(["/bin/sh", "-c", line], values);
	/** A shell that has printed `ready`. */
	const ready = async (line: string, values?: Parameters<typeof run>[1]) => {
		const started = shell(line, values);
		await started.says("ready");
		return started;
	};

	describe("exits like its program", () => {
		test.each([0, 1, 7, 255])("with status %i", async (status) => expect(await shell(`exit ${status}`).ended).toBe(status));
		test.each([
			["SEGV", 139],
			["KILL", 137],
			["TERM", 143],
			["HUP", 129],
		])("with 128 and the number of the %s that killed it", async (signal, status) => {
			expect(await shell(`kill -${signal} $$`).ended).toBe(status);
		});
		test.each([
			["there is no such program", ["/nowhere/app"], "/"],
			["the program cannot be executed", ["/etc/passwd"], "/"],
			["no program is named", [], "/"],
			["there is no such directory", ["/bin/true"], "/nowhere"],
			["the directory is none", ["/bin/true"], "/etc/passwd"],
		])("with 125 if %s", async (_, words, cwd) => {
			expect(await run(words, { cwd }).ended).toBe(launchFailed);
		});
		test("together with everything in the namespace if the program failed", async () => {
			const started = shell("(exec sleep 1000) & exit 3");
			expect(await started.ended).toBe(3);
		});
	});

	describe("passes signals on", () => {
		test("to a program that handles TERM, whose own status counts", async () => {
			const started = await ready('trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.02; done');
			process.kill(await started.init(), "SIGTERM");
			expect([await started.ended, started.output()]).toEqual([5, "ready\nbye\n"]);
		});
		test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("to a program with the default action for %s", async (signal) => {
			const started = await ready("echo ready; ulimit -c 0; exec sleep 1000");
			const init = await started.init();
			await eventually(() => expect(childrenOf(init).map((pid) => statusField(pid, "Name"))).toEqual(["sleep"]));
			process.kill(init, signal);
			expect(await started.ended).toBe({ SIGTERM: 143, SIGINT: 130, SIGQUIT: 131 }[signal]);
		});
		test("many times, and keeps running", async () => {
			const started = await ready(
				"n=0; trap 'n=$((n+1)); echo got $n' USR1; trap 'echo hup' HUP; echo ready; while [ $n -lt 3 ]; do sleep 0.02; done; exit 9",
			);
			const init = await started.init();
			process.kill(init, "SIGHUP");
			await started.says("hup");
			for (const count of [1, 2, 3]) {
				process.kill(init, "SIGUSR1");
				await started.says(`got ${count}`);
			}
			expect(await started.ended).toBe(9);
		});
		test("together with leftover processes if the program exits with 0 after a signal", async () => {
			const started = await ready('trap "exit 0" TERM; (exec sleep 1000) & echo ready; while :; do sleep 0.02; done');
			process.kill(await started.init(), "SIGTERM");
			expect(await started.ended).toBe(0);
		});
	});

	describe("a program that forks into the background", () => {
		test("is followed until its last process ends", async () => {
			const started = shell("(sleep 0.3; echo late) & exit 0");
			expect([await started.ended, started.output()]).toEqual([0, "late\n"]);
		});
		test("gets signals like any other", async () => {
			// Until the first process has ended, the signal is for it alone.
			const loop = "while kill -0 $$; do sleep 0.02; done; echo ready; while :; do sleep 0.02; done";
			const started = await ready(`(trap "echo ended; exit 0" TERM; ${loop}) & exit 0`);
			process.kill(await started.init(), "SIGTERM");
			expect([await started.ended, started.output()]).toEqual([0, "ready\nended\n"]);
		});
	});

	test("an empty argument leaves CAP_KILL to the init and removes it and CAP_SETPCAP from the program", async () => {
		const words = ["/bin/grep", "Cap[PB]", "/proc/self/status"];
		const before = ["setpriv", "--inh-caps=+kill,+setpcap", "--bounding-set=-all,+kill,+setpcap,+chown"];
		const of = async (more: string[]) => {
			const started = run([...more, ...words], { before, cwd: more.length ? "" : "/" });
			expect(await started.ended).toBe(0);
			return started.output().match(/[0-9a-f]{16}/g);
		};
		const mask = (bits: number) => bits.toString(16).padStart(16, "0");
		expect(await of([])).toEqual([mask(0x121), mask(0x121)]);
		expect(await of(["/"])).toEqual([mask(1), mask(1)]);
	});

	test("an empty argument is refused if nothing can be removed from the program (125)", async () => {
		const before = ["setpriv", "--bounding-set=-all,+kill"];
		expect(await run(["/", "/bin/true"], { before, cwd: "" }).ended).toBe(launchFailed);
	});

	describe("a program in the background ends with the status of its last process", () => {
		test.each([
			["exit 3", 3],
			["exec sh -c 'kill -SEGV $$'", 139],
			["exit 0", 0],
		])("%s", async (end, status) => {
			const started = shell(`(sleep 0.2; ${end}) & exit 0`);
			expect(await started.ended).toBe(status);
		});
	});

	test("orphans are reaped, however many end at once", async () => {
		const started = shell(
			'for i in $(seq 40); do (sh -c "exit 1" & sh -c "sleep 0.1" &); done; sleep 0.3; echo settled; exec sleep 1000',
		);
		await started.says("settled");
		const init = await started.init();
		await eventually(() => expect(childrenOf(init).map((pid) => statusField(pid, "Name"))).toEqual(["sleep"]));
		await eventually(() => expect(statusField(init, "State")).toMatch(/^S/));
	});

	describe("keeps", () => {
		const idle = async (before: string[] = []) => {
			const started = await ready("echo ready; exec sleep 1000", { before });
			return started.init();
		};
		const sets = (pid: number) =>
			["CapInh", "CapPrm", "CapEff", "CapAmb"].map((name) => Number.parseInt(statusField(pid, name), 16));
		// The init drops them when the program may already run.
		test("no capability but KILL", async () => {
			const init = await idle();
			await eventually(() => expect(sets(init)).toEqual([0, 32, 32, 0]));
		});
		test("no capability if it had not even KILL", async () => {
			const init = await idle(["setpriv", "--inh-caps=-all", "--bounding-set=-all,+chown"]);
			await eventually(() => expect(sets(init)).toEqual([0, 0, 0, 0]));
		});
		test("no open file", async () => {
			const init = await idle();
			await eventually(() => expect(readdirSync(`/proc/${init}/fd`)).toEqual([]));
		});
	});

	describe("gives the program", () => {
		const outputOf = async (words: readonly string[], values?: Parameters<typeof run>[1]) => {
			const started = run(words, values);
			expect(await started.ended).toBe(0);
			return started.output();
		};
		test("its working directory", async () => {
			mkdirSync(`${folder}/a b`);
			expect(await outputOf(["/bin/pwd"], { cwd: `${folder}/a b` })).toBe(`${folder}/a b\n`);
		});
		test("its arguments and environment unchanged", async () => {
			expect(await outputOf(["/usr/bin/printf", "[%s]", "a b", "", "$x\n", "é"])).toBe("[a b][][$x\n][\xc3\xa9]");
			expect((await outputOf(["/usr/bin/env"], { env: { A: "1 2", PATH: "/usr/bin" } })).split("\n")).toEqual(
				expect.arrayContaining(["A=1 2", "PATH=/usr/bin"]),
			);
		});
		test("no open file except the first three", async () => {
			// ls itself has opened 3.
			expect(await outputOf(["/bin/ls", "/proc/self/fd"], { before: ["--mount-proc"] })).toBe("0\n1\n2\n3\n");
		});
		test("no blocked signal", async () => {
			const status = await outputOf(["/bin/cat", "/proc/self/status"], { before: ["--mount-proc"] });
			expect(/^SigBlk:\t(\w+)$/m.exec(status)?.[1]).toBe("0000000000000000");
		});
		test("PID 2, because the init is the first process", async () => {
			expect(await outputOf(["/bin/sh", "-c", "echo $$"])).toBe("2\n");
		});
	});

	describe("commands beside the program", () => {
		const step = (name: string, line: string, prefix = "") => [`+${name}=4`, `${prefix}/bin/sh`, "-c", line, "$MAINPID"];
		const idle = ["/bin/sh", "-c", 'trap "exit 0" TERM; echo ready $$; while :; do sleep 0.02; done'];
		const name = (pid: number) => statusField(pid, "Name");
		const output = (started: Run) => started.output().split("\n").slice(0, -1);

		test("run before it in their order, even if one fails", async () => {
			const started = run([...step("before", "echo one; exit 1"), ...step("before", "echo two $0"), "/bin/echo", "three"]);
			expect([await started.ended, output(started)]).toEqual([0, ["one", "two 2", "three"]]);
		});
		test("run after it, and again until they succeed", async () => {
			const file = `${folder}/tried`;
			const started = run([...step("after", `echo x >>${file}; [ $(wc -l <${file}) = 3 ] && echo after $0`), ...idle]);
			await started.says("after 2");
			process.kill(await started.init(), "SIGTERM");
			expect(await started.ended).toBe(0);
		});
		test("run for a reload, of which the init's name shows the count and the status", async () => {
			const started = run([...step("reload", "exit 3", "-"), ...step("reload", "echo reloaded $0"), ...idle]);
			await started.says("ready");
			const init = await started.init();
			for (const count of [1, 2]) {
				process.kill(init, reloadSignal.number);
				await eventually(() => expect(name(init)).toBe(`reload:${count}:0`));
				await eventually(() => expect(output(started)).toEqual(["ready 2", ...Array(count).fill("reloaded 2")]));
			}
			process.kill(init, "SIGTERM");
			expect(await started.ended).toBe(0);
		});
		test("stop at the first that fails, and the program keeps running", async () => {
			const started = run([...step("reload", "exit 3"), ...step("reload", "echo never"), ...idle]);
			await started.says("ready");
			const init = await started.init();
			process.kill(init, reloadSignal.number);
			await eventually(() => expect(name(init)).toBe("reload:1:3"));
			process.kill(init, "SIGTERM");
			expect([await started.ended, output(started)]).toEqual([0, ["ready 2"]]);
		});
		describe("run for a stop", () => {
			const stopSignal = ownSignals.get(stopRequestName({ stop: [["/bin/true"]] })) ?? 0;
			const stopped = async (words: readonly string[]) => {
				const started = run(words);
				await started.says("ready");
				process.kill(await started.init(), stopSignal);
				return [await started.ended, output(started)];
			};

			test("before the program gets its signal", async () => {
				const ends = ["/bin/sh", "-c", 'trap "echo ended; exit 3" TERM; echo ready; while :; do sleep 0.02; done'];
				const words = [...step("stop", "sleep 0.2; echo stopping $0"), ...step("stop", "echo last"), ...ends];
				expect(await stopped(words)).toEqual([3, ["ready", "stopping 2", "last", "ended"]]);
			});
			test("by init itself, as by systemd", async () => {
				expect(await stopped([...step("stop", "echo parent $PPID"), ...idle])).toEqual([0, ["ready 2", "parent 1"]]);
			});
			test("and then the program gets the service's own one", async () => {
				const ends = ["/bin/sh", "-c", 'trap "" TERM; trap "exit 4" INT; echo ready; while :; do sleep 0.02; done'];
				expect(await stopped([...step("stop", "exit 1"), ...step("stop", "echo never"), "+ending=2", ...ends])).toEqual([
					4,
					["ready"],
				]);
			});
			test("to their end, although they end the program", async () => {
				const words = [...step("stop", "kill -TERM $0; sleep 0.3; echo cleared"), ...idle];
				expect(await stopped(words)).toEqual([0, ["ready 2", "cleared"]]);
			});
			test("with a program that has detached", async () => {
				const detaches = ["/bin/sh", "-c", '(trap "echo ended; exit 5" TERM; echo ready; while :; do sleep 0.02; done) & exit 0'];
				expect(await stopped([...step("stop", "echo stopping"), ...detaches])).toEqual([5, ["ready", "stopping", "ended"]]);
			});
		});
		test("begin with the words that give the program its environment", async () => {
			const print = ["/bin/sh", "-c", "echo $A"];
			const started = run(["+before=3", ...print, "+shared=3", "/usr/bin/env", "-i", "A=1", ...print]);
			expect([await started.ended, output(started)]).toEqual([0, ["1", "1"]]);
		});
		test("end with the cage", async () => {
			const started = run([...step("after", "echo begun; exec sleep 1000"), "/bin/sh", "-c", "sleep 0.3; exit 4"]);
			expect(await started.ended).toBe(4);
		});
	});

	describe("relays notifications", () => {
		const receive = `import socket, sys
own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
own.bind(sys.argv[1])
while True: print(repr(own.recv(5000)), flush=True)`;
		const send = `import os, socket, sys, time
path = os.environ["NOTIFY_SOCKET"]
own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for text in sys.argv[1:]: own.sendto(text.encode(), path)
print(path, flush=True)
time.sleep(1000 if len(sys.argv) > 3 else 0)`;

		/** With a /dev/shm of its own, as in a unit. */
		const before = ["--mount", "sh", "-c", 'mount -t tmpfs tmpfs /dev/shm && exec "$@"', "sh"];

		async function receiver(): Promise<{ readonly path: string; received(): string[] }> {
			const path = `${folder}/manager-${Math.random()}`;
			const child = spawn("python3", ["-c", receive, path], { stdio: ["ignore", "pipe", "inherit"] });
			running.push(child);
			let received = "";
			child.stdout?.on("data", (chunk: Buffer) => {
				received += chunk.toString();
			});
			await eventually(() => expect(existsSync(path)).toBe(true));
			return { path, received: () => received.split("\n").slice(0, -1) };
		}

		test("but only what concerns the application itself", async () => {
			const { path, received } = await receiver();
			const texts = ["READY=1\nMAINPID=7\nSTATUS=a b\nFDSTORE=1", "BARRIER=1", "WATCHDOG=1\n", "X\n\nSTOPPING=1"];
			const started = run(["+notify", "/usr/bin/python3", "-c", send, ...texts], { before, env: { NOTIFY_SOCKET: path } });
			await eventually(() => expect(received()).toEqual(["b'READY=1\\nSTATUS=a b\\n'", "b'WATCHDOG=1\\n'", "b'STOPPING=1\\n'"]));
			await started.says("/dev/shm/");
		});

		test("of no other process", async () => {
			const { path, received } = await receiver();
			const started = run(["+notify", "/usr/bin/python3", "-c", send, "STATUS=own", "", ""], {
				before,
				env: { NOTIFY_SOCKET: path },
			});
			await started.says("/dev/shm/");
			const name = `/proc/${await started.init()}/root${started.output().trim()}`;
			execFileSync("python3", ["-c", send, "READY=1"], { env: { ...process.env, NOTIFY_SOCKET: name } });
			await eventually(() => expect(received()).toEqual(["b'STATUS=own\\n'"]));
		});

		test("or starts nothing", async () => {
			expect(await run(["+notify", "/bin/true"], { before }).ended).toBe(launchFailed);
			expect(await run(["+notify", "/bin/true"], { before, env: { NOTIFY_SOCKET: "@abstract" } }).ended).toBe(launchFailed);
		});
	});

	test("dies with the process that created the namespace", async () => {
		const started = await ready("echo ready; exec sleep 1000");
		const init = await started.init();
		started.child.kill("SIGKILL");
		await started.ended;
		await eventually(() => expect(allProcesses()).not.toContain(init));
	});
});
