import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Context } from "../../src/base/engine/context.ts";
import { presentCage } from "../../src/cage/engine/cages.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { launchFailed } from "../../src/confine/places.ts";
import { launchRequest } from "../../src/launch/engine/run.ts";
import type { LaunchSpec } from "../../src/launch/launch.ts";
import { namespaceCommand } from "../../src/launch/launch-script.ts";
import type { LaunchRequest } from "../../src/launch/ports.ts";
import { host, spec } from "../launch/launches.ts";
import { isLong, some } from "../long.ts";
import { begin, cagewright, type Started, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon } from "./daemons.ts";
import { eventually, patience } from "./eventually.ts";
import { preparedRedis } from "./prepared.ts";
import { allProcesses, commandOf, descendantsOf, leftovers, nameOf, startOf } from "./processes.ts";

/** Line at which the next launch script ends early, and the line that replaces the rest. */
const cut = vi.hoisted(() => ({ at: -1, by: "", lines: 0 }));

vi.mock(import("../../src/launch/launch-script.ts"), async (original) => {
	const real = await original();
	const cutOff = (script: string, last: number) => {
		const lines = script.split("\n");
		cut.lines = lines.length - last;
		// A sandbox has a line for each mount of the host, and other tests mount too.
		const at = Math.min(cut.at, cut.lines);
		return at < 0 ? script : closed([...lines.slice(0, at), cut.by]).join("\n");
	};
	return {
		...real,
		// The last line starts the application.
		launchScript: (spec: LaunchSpec) => cutOff(real.launchScript(spec), 2),
		splitLaunchScript(spec: LaunchSpec) {
			const { mounts, script } = real.splitLaunchScript(spec);
			return { script, mounts: cutOff(mounts, 1) };
		},
	};
});

/** Closes an `if` that was cut in two, so that the rest is valid shell. */
function closed(lines: readonly string[]): readonly string[] {
	const open = lines.filter((line) => line.startsWith("if ")).length > lines.filter((line) => line === "fi").length;
	return open ? [...lines, "fi"] : lines;
}

const state = temporaryState();
let daemon: Daemon;
let port: number;

beforeAll(async () => {
	({ daemon, port } = await preparedRedis(state));
});

/**
 * Describes the remains of a launch: its namespaces' processes and mounts, and processes whose command contains one of `words`. The
 * kernel may reuse a namespace's number, so processes that started after `until` (seconds after boot) do not count.
 */
function remains(namespaces: ReadonlySet<string>, words: readonly string[] = [], until = Number.POSITIVE_INFINITY): string[] {
	const held = allProcesses().filter((pid) => [...namespacesOf(pid)].some((one) => namespaces.has(one)) && startOf(pid) <= until);
	const mounts = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
	return [
		...held.map((pid) => `process ${pid} ${nameOf(pid)} in a namespace of the launch`),
		...mounts.filter((line) => [...namespaces].some((one) => line.includes(one))),
		...leftovers(state, [daemon.folder]).filter((one) => !one.startsWith("scratch/")),
		...allProcesses()
			.filter((pid) => words.some((word) => commandOf(pid).includes(word)))
			.map((pid) => `process ${pid}: ${commandOf(pid)}`),
	];
}

/** A process's namespaces, except those that the test itself uses. */
function namespacesOf(pid: number): Set<string> {
	return new Set(
		["mnt", "pid", "net", "ipc", "uts", "cgroup"].flatMap((kind) => {
			try {
				const [theirs, ours] = [readlinkSync(`/proc/${pid}/ns/${kind}`), readlinkSync(`/proc/self/ns/${kind}`)];
				return theirs === ours ? [] : [theirs];
			} catch {
				return [];
			}
		}),
	);
}

const scratch = () => leftovers(state).filter((one) => one.startsWith("scratch/"));

/** Programs of a launch. Probes are excluded because they come and go. */
const ofALaunch = new Set(["node", "setpriv", "strace", "unshare", "cagewright-init", "redis-server"]);

/** Kills one process after the other, each in a separate launch, until one launch has no further process. */
async function killEach(start: () => Started, isUp: () => Promise<unknown> | undefined, afterwards: () => Promise<unknown>) {
	const killed: string[] = [];
	for (let index = 0; ; index++) {
		const started = start();
		let isOver = false;
		void started.ended.then(() => {
			isOver = true;
		});
		await eventually(() => (isOver ? undefined : isUp()));
		const processes = [started.pid, ...descendantsOf(started.pid)].filter((pid) => ofALaunch.has(nameOf(pid)));
		const namespaces = new Set(processes.flatMap((pid) => [...namespacesOf(pid)]));
		const names = processes.map(nameOf);
		const victim = processes[index];
		const name = names[index] ?? "";
		// A process that had already exited proves nothing, so the next launch tries another one.
		if (victim === undefined) started.send("SIGTERM");
		else if (isKilled(victim)) killed.push(name);
		else {
			started.send("SIGTERM");
			index--;
		}
		await started.ended;
		const until = uptime();
		await eventually(() => expect({ killed, remains: remains(namespaces, [], until) }).toEqual({ killed, remains: [] }));
		await afterwards();
		expect({ killed, scratch: scratch() }).toEqual({ killed, scratch: [] });
		if (victim !== undefined) continue;
		if (names.includes("redis-server")) return killed;
		// The launch ended before the test looked, so try again.
		index--;
	}
}

function isKilled(pid: number): boolean {
	try {
		process.kill(pid, "SIGKILL");
		return true;
	} catch {
		return false;
	}
}

const nothing = async () => {};
/** Any command removes what a killed one left. */
const next = () => cagewright(["list"], { state });

describe("after a kill of any process, nothing remains", () => {
	test("of a run, at once", async () => {
		const killed = await killEach(
			() => begin(["run", "redis"], { state }),
			() => askRedis(port, ["PING"]),
			nothing,
		);
		expect(killed).toEqual(expect.arrayContaining(["node", "unshare", "cagewright-init", "redis-server"]));
	});

	test.runIf(isLong)("of a trial, after the next command removed its files", async () => {
		// A trial that waits for its probe until somebody ends it.
		const file = `${state}/cages/redis/cage.json`;
		const cage = JSON.parse(readFileSync(file, "utf8"));
		writeFileSync(
			file,
			JSON.stringify({ ...cage, application: { ...cage.application, probes: ["sleep 10000"], timeout: 10_000 } }),
		);
		onTestFinished(() => writeFileSync(file, JSON.stringify(cage)));
		const killed = await killEach(
			() => begin(["trial", "redis"], { state }),
			async () => {
				if (!allProcesses().some((pid) => nameOf(pid) === "redis-server" && commandOf(pid).includes(`:${port}`)))
					throw new Error("not up");
			},
			next,
		);
		expect(killed).toEqual(expect.arrayContaining(["node", "strace", "unshare", "cagewright-init", "redis-server"]));
	});
});

describe("after the launcher dies, nothing remains", () => {
	type Kind = "run" | "trial" | "sandbox" | "traced trial" | "traced sandbox";
	async function requestOf(kind: Kind): Promise<{ request: LaunchRequest; dispose(): Promise<void> }> {
		const context: Context = { machine: systemMachine(state), emit() {}, signal: new AbortController().signal };
		const request = { ...launchRequest(await presentCage(context, "redis")), onOutput() {} };
		if (kind === "run") return { request, dispose: nothing };
		const sandbox = await context.machine.launcher.createSandbox();
		const launch = kind.endsWith("trial")
			? ({ ...request.launch, sandbox } as LaunchRequest["launch"])
			: ({ kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] } as const);
		const trace = kind.startsWith("traced") ? ({ mode: "whole", onData() {} } as const) : undefined;
		return {
			request: { ...request, launch, network: "own", ...(trace ? { trace } : {}) },
			dispose: async () => sandbox[Symbol.asyncDispose](),
		};
	}

	const word = "sleep 271828";
	async function dieAt(step: number, kind: Kind, kill: "exit" | "outer" | "inner") {
		const { launcher } = systemMachine(state);
		Object.assign(cut, { at: step, by: kill === "exit" ? "exit 9" : word });
		const { dispose, request } = await requestOf(kind);
		const before = new Set(descendantsOf(process.pid));
		const starting = launcher.start(request).catch(() => undefined);
		if (kill !== "exit") {
			await eventually(() => expect(descendantsOf(process.pid).map(commandOf)).toContain(word));
			const [outer = 0, inner = 0] = descendantsOf(process.pid).filter((pid) => !before.has(pid));
			process.kill(kill === "outer" ? outer : inner, "SIGKILL");
		}
		await (await starting)?.ended;
		await dispose();
		await eventually(() => expect({ step, remains: remains(new Set(), [word]) }).toEqual({ step, remains: [] }));
		expect({ step, scratch: scratch() }).toEqual({ step, scratch: [] });
	}

	const kills = ["exit", "outer", "inner"] as const;
	/**
	 * One kill at every fourth step, in turn. The launches differ in few steps, and start at different ones. `npm run test:long` tries
	 * each kill at each step.
	 */
	test.each(
		some(2, [
			["run", 0],
			["traced sandbox", 1],
			["traced trial", 0],
			["trial", 1],
			["sandbox", 0],
		] as const),
	)("at any step of a %s", async (kind, first) => {
		await dieAt(0, kind, "exit");
		const steps = cut.lines;
		expect(steps).toBeGreaterThan(10);
		for (let step = isLong ? 0 : first; step <= steps; step += isLong ? 1 : 4) {
			const turn = Math.floor(step / 4) % kills.length;
			for (const kill of isLong ? kills : kills.slice(turn, turn + 1)) await dieAt(step, kind, kill);
		}
	});

	test("if it died before its child could notice, and nobody reads the trace", () => {
		const { pid: starter } = spawnSync("true");
		const pipe = join(temporaryFolder("unread"), "trace");
		execFileSync("mkfifo", [pipe]);
		const [program = "", ...words] = namespaceCommand(spec(host, { isTraced: true, starter }), "/dev/null", [
			"strace",
			"-o",
			pipe,
			"--",
		]);
		const { signal, status } = spawnSync(program, words, { timeout: patience, killSignal: "SIGKILL", stdio: "ignore" });
		expect({ signal, status }).toEqual({ signal: null, status: launchFailed });
	});
});
