import { execFileSync } from "node:child_process";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cagewright, type Json, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, redis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { nameOf, processesIn, statusField } from "./processes.ts";

/** Two running cages: tests actions of one against the other, and the same actions where they must succeed. */

const state = temporaryState();
const folder = temporaryFolder("neighbour");
const neighbour = `${folder}/neighbour`;
const shared = `cagewright-separation-${process.pid}`;

interface Caged {
	readonly name: string;
	readonly made: Made;
	readonly daemon: Daemon;
	readonly port: number;
}

interface Target {
	readonly pid: number;
	readonly file: string;
	readonly socket: string;
}

let segment: string;

beforeAll(() => {
	const source = fileURLToPath(new URL("neighbour.c", import.meta.url));
	execFileSync("gcc", ["-static", "-O1", "-Wall", "-o", neighbour, source]);
	segment = /id: (\d+)/.exec(execFileSync("ipcmk", ["-M", "64", "-p", "0666"], { encoding: "utf8" }))?.[1] ?? "";
	writeFileSync(`/dev/shm/${shared}`, "", { mode: 0o666 });
	execFileSync("chmod", ["666", `/dev/shm/${shared}`]);
});
afterAll(() => {
	execFileSync("ipcrm", ["-m", segment]);
	rmSync(`/dev/shm/${shared}`);
});

async function caged(name: string, options: readonly string[]): Promise<Caged> {
	const port = await freePort();
	const daemon = redis(port);
	// A file and a socket in its data, as targets of the other cage.
	appendFileSync(`${daemon.folder}/redis.conf`, `unixsocket ${daemon.folder}/data/redis.sock\nunixsocketperm 666\n`);
	const words = ["--name", name, "--user", "redis", "--include", neighbour, "--probe", daemon.probe, ...options];
	return { name, daemon, port, made: await make([...words, "--", ...daemon.command], { state }) };
}

/** A running cage's redis, seen from outside. */
function targetOf({ daemon, made }: Caged): Target {
	const pid = processesIn(made.root).find((one) => nameOf(one) === "redis-server") ?? 0;
	const data = `${made.data}${daemon.folder}/data`;
	return { pid, file: `${data}/dump.rdb`, socket: `${data}/redis.sock` };
}

const keyOf = () => {
	const line = execFileSync("ipcs", ["-m"], { encoding: "utf8" })
		.split("\n")
		.find((one) => one.split(/\s+/)[1] === segment);
	return String(Number(line?.split(/\s+/)[0]));
};

const attempt = ({ file, pid, socket }: Target) => [neighbour, String(pid), file, socket, keyOf(), shared];

function outcomes(text: string): Record<string, string> {
	return Object.fromEntries(
		text
			.trim()
			.split("\n")
			.map((line) => line.split(" ")),
	);
}

/** Runs the attempts in a cage, with all of its confinement. */
async function fromInside(name: string, target: Target): Promise<Record<string, string>> {
	const { stderr, stdout } = await cagewright(["run", name, "--", ...attempt(target)], { state });
	expect(stderr).toBe("");
	return outcomes(stdout);
}

/** Runs the attempts with a running cage's account and files, but in the host's PID namespace. */
function fromItsFiles({ made }: Caged, target: Target): Record<string, string> {
	const pid = processesIn(made.root).find((one) => nameOf(one) === "redis-server") ?? 0;
	const [uid, gid] = [statusField(pid, "Uid"), statusField(pid, "Gid")].map((ids) => ids.split(/\s+/)[0] ?? "");
	const words = ["-t", String(pid), "--mount", "--ipc", "--setuid", uid ?? "", "--setgid", gid ?? "", "--"];
	return outcomes(execFileSync("nsenter", [...words, ...attempt(target)], { encoding: "utf8", cwd: "/" }));
}

/** Runs the attempts outside every cage, as an account. */
function fromOutside(account: string, target: Target): Record<string, string> {
	const words = [`--reuid=${account}`, `--regid=${account}`, "--clear-groups", "--", ...attempt(target)];
	return outcomes(execFileSync("setpriv", words, { encoding: "utf8", cwd: "/" }));
}

const nothing = {
	signal: "ESRCH",
	proc: "ENOENT",
	memory: "EPERM",
	file: "ENOENT",
	socket: "ENOENT",
	sysv: "ENOENT",
	posix: "ENOENT",
};

describe("two cages", () => {
	const names = ["sep-own", "sep-a", "sep-b"] as const;
	let own: Caged;
	let a: Caged;
	let b: Caged;

	beforeAll(async () => {
		own = await caged(names[0], ["--dedicated-account"]);
		[a, b] = [await caged(names[1], []), await caged(names[2], [])];
	});
	afterAll(async () => {
		for (const name of names) expect((await cagewright(["remove", name, "--yes"], { state })).status).toBe(0);
	});

	/** Of one account, or with accounts of their own: only PID namespaces keep the first two apart. */
	test("cannot see or signal each other, or reach each other's files, sockets and memory", async () => {
		const running = [own, a, b].map(({ name }) => startRun(name, { state }));
		for (const { port } of [own, a, b]) {
			await eventually(() => askRedis(port, ["PING"]));
			expect(await askRedis(port, ["SAVE"])).toBe("OK");
		}
		for (const [one, other] of [
			[own, b],
			[b, own],
			[a, b],
		] as const)
			expect(await fromInside(one.name, targetOf(other))).toEqual(nothing);

		// They reach their own files. The same path in another cage is another file, which does not exist there.
		const ofA = { pid: 1, file: `${a.daemon.folder}/data/dump.rdb`, socket: `${a.daemon.folder}/data/redis.sock` };
		expect(await fromInside(a.name, ofA)).toMatchObject({ file: "ok", socket: "ok" });
		expect(await fromInside(b.name, ofA)).toMatchObject({ file: "ENOENT", socket: "ENOENT" });

		// The host's own attempts succeed, so the attempts work.
		const all = { signal: "ok", proc: "ok", memory: "ok", file: "ok", socket: "ok", sysv: "ok", posix: "ok" };
		expect(fromOutside("0", targetOf(b))).toEqual(all);

		// Without PID namespaces, only different accounts separate them for a signal.
		for (const [one, other, signal] of [
			[own, b, "EPERM"],
			[a, b, "ok"],
		] as const)
			expect(fromItsFiles(one, targetOf(other))).toMatchObject({ signal, file: "ENOENT", socket: "ENOENT", posix: "ENOENT" });
		for (const [target, signal] of [
			[own, "EPERM"],
			[b, "ok"],
		] as const)
			expect(fromOutside("redis", targetOf(target))).toMatchObject({ signal, file: "EACCES", socket: "EACCES" });
		for (const one of running) expect((await one.stop()).status).toBe(0);
	});

	test("are reported by check if they share an account", async () => {
		const findingsOf = async (name: string) => {
			const { json, status } = await cagewright(["check", name, "--json"], { state });
			const [cage] = json.cages;
			return { status, codes: cage?.findings.filter(({ code }: Json) => code.startsWith("account-")) ?? [] };
		};
		expect(await findingsOf(own.name)).toEqual({ status: 0, codes: [] });
		const running = startRun(b.name, { state });
		await eventually(() => askRedis(b.port, ["PING"]));
		// `make` already reported that the state is below /tmp. The shared account is new for the first cage.
		const { codes, status } = await findingsOf(a.name);
		expect((await running.stop()).status).toBe(0);
		expect(status).toBe(1);
		expect(codes).toContainEqual(
			expect.objectContaining({
				code: "account-of-other-cage",
				severity: "warning",
				values: { account: "redis", cages: b.name, count: 1 },
			}),
		);
		expect(codes).toContainEqual(expect.objectContaining({ code: "account-used-outside", severity: "warning" }));
	});
});
