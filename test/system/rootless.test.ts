import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seccompFilter } from "../../src/confine/seccomp/compile-filter.ts";
import { isLong } from "../long.ts";
import {
	begin,
	cagewright,
	endResidents,
	home,
	type Made,
	make,
	makeAsUsual,
	must,
	startRun,
	temporaryState,
	type Where,
} from "./cagewright.ts";
import { askRedis } from "./daemons.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, type Network, privateNetwork } from "./network.ts";
import { type Ordinary, ordinaryUser, ownFolder, readableProgram } from "./ordinary.ts";
import { allProcesses, commandOf, isFirstNamespace, statusField } from "./processes.ts";
import { scoped } from "./scoped.ts";

let network: Network;
let copy: string;
let user: Ordinary;
/** The demonstration and a redis, made with everything that `make` does by default. */
let demo: Made & { readonly stderr: string };
let redis: Made;

beforeAll(async () => {
	network = await privateNetwork();
	copy = readableProgram();
	user = ordinaryUser(copy, network);
	ownFolder(user, "redis");
	const made = await must(cagewright(["make", "demo", "--yes", "--json"], user));
	demo = { ...(made.json as Made), stderr: made.stderr };
	redis = await makeAsUsual(["--name", "redis", "--include", "/usr/bin/perl", ...redisOf(user, 21451)], user);
});

const processesOf = (uid: number) =>
	allProcesses()
		.filter((pid) => statusField(pid, "Uid").startsWith(`${uid}\t`))
		.map(commandOf);

/** A redis with its data in the user's home, on a port above 1023. */
function redisOf({ home: own }: Ordinary, port: number) {
	const probe = `test "$(redis-cli -p ${port} SET probe ok)" = OK`;
	return ["--probe", probe, "--", "redis-server", "--port", String(port), "--dir", `${own}/redis`];
}

test("make names the files that the user cannot use", async () => {
	const refused = await cagewright(["make", "redis", "--name", "packaged", "--yes", "--quiet"], user);
	expect(refused).toMatchObject({
		status: 1,
		stdout: "",
		stderr: /^cagewright: .* cannot read \/etc\/redis\/redis\.conf, [^\n]* as root\.\n$/,
	});
	expect(readdirSync(join(user.state, "cages"))).not.toContain("packaged");
});

describe("an ordinary user", () => {
	test("makes the demonstration, which answers under every layer, and sees the limits", async () => {
		expect(demo.stderr).toMatch(/^Without root: .*64321.* cannot use ports below 1024/m);
		expectWellMade(demo, "demo", user.state);
		expect(demo.confinement).toMatchObject({
			user: String(user.uid),
			rootless: true,
			capabilities: [],
			namespaces: expect.arrayContaining(["user"]),
		});
		expect(readFileSync(join(user.state, "cages/demo/record.md"), "utf8")).toContain("Without root");
		const run = startRun("demo", user);
		expect(await eventually(() => fetchPage("http://127.0.0.1:8085/", network))).toMatch(/^hello from the cage/);
		expectServedInside(demo, 8085, network);
		expect((await run.stop()).status).toBe(0);
	});

	test("keeps the state of a redis from one run to the next", async () => {
		expect(readdirSync(join(user.home, "redis"))).toEqual([]);
		const first = startRun("redis", user);
		expect(await eventually(() => askRedis(21451, ["SET", "kept", "yes"], network))).toBe("OK");
		expectServedInside(redis, 21451, network);
		await cagewright(["signal", "redis", "TERM"], user);
		expect((await first.ended).status).toBe(0);
		const second = startRun("redis", user);
		expect(await eventually(() => askRedis(21451, ["GET", "kept"], network))).toBe("yes");
		await second.stop();
		expect(statSync(join(redis.data, user.home, "redis/dump.rdb")).uid).toBe(user.uid);
	});

	test.runIf(isLong)("can probe the application's unix socket", async () => {
		const folder = ownFolder(user, "sockets");
		const probe = `test "$(redis-cli -s "$CAGEWRIGHT_ROOT${folder}/redis.sock" PING)" = PONG`;
		const command = ["redis-server", "--port", "0", "--unixsocket", `${folder}/redis.sock`, "--dir", folder];
		expect((await make(["--name", "by-socket", "--probe", probe, "--", ...command], user)).answered).toBe(true);
	});

	test.runIf(isLong)("can write in the sandbox below root's directories without changing the host", async () => {
		const folder = ownFolder(user, "hidden");
		// The command does not mention this file, so only the trace reveals it.
		const settings = join(user.home, "redis.conf");
		writeFileSync(settings, `port 21452\ndir ${folder}\nappendonly yes\n`);
		const probe = `test "$(redis-cli -p 21452 SET a b)" = OK`;
		chownSync(user.home, 0, 0);
		try {
			await make(["--name", "below-root", "--probe", probe, "--", "redis-server", settings], user);
			expect(readdirSync(folder)).toEqual([]);
		} finally {
			chownSync(user.home, user.uid, user.uid);
		}
	});

	test.runIf(isLong)("gets a second round for files that only the trial requested", async () => {
		const extra = join(user.home, "extra.txt");
		writeFileSync(extra, "only in the cage\n");
		// Only the sandbox has a /proc.
		const server = `
			const { existsSync, readFileSync } = require("node:fs");
			const text = existsSync("/proc/self") ? "on the host" : readFileSync(${JSON.stringify(extra)});
			require("node:http").createServer((_, answer) => answer.end(text)).listen(21453, "127.0.0.1");`;
		const probe = `curl -fsS --noproxy '*' http://127.0.0.1:21453/`;
		const made = await make(["--name", "late", "--probe", probe, "--", process.execPath, "-e", server], user);
		expect(made.rounds.map(({ added }) => added.includes(extra))).toEqual([false, true]);
	});

	test.runIf(isLong)("reaches a host service during the trace", async () => {
		const script = `require("node:http").createServer((_, answer) => answer.end("of the host")).listen(21454, "127.0.0.1")`;
		const [program = "", ...rest] = [...network.enter, process.execPath, "-e", script];
		await using _service = scoped(spawn(program, rest, { stdio: "ignore" }));
		await eventually(() => fetchPage("http://127.0.0.1:21454/", network));
		const query = `require("node:http").createServer(async (_, answer) =>
			answer.end(await (await fetch("http://127.0.0.1:21454/")).text())).listen(21455, "127.0.0.1")`;
		const probe = `test "$(curl -fsS --noproxy '*' http://127.0.0.1:21455/)" = "of the host"`;
		const made = await make(["--name", "query", "--probe", probe, "--", process.execPath, "-e", query], user);
		expect(made.answered).toBe(true);
	});

	test("leaves no process, even if Cagewright is killed", async () => {
		await endResidents();
		const run = startRun("redis", user);
		await eventually(() => askRedis(21451, ["PING"], network));
		run.send("SIGKILL");
		await run.ended;
		await eventually(() => expect(processesOf(user.uid)).toEqual([]));
		const making = begin(["make", "--name", "cut", "--yes", ...redisOf(user, 21458)], user);
		await making.says("Trial in the cage");
		making.send("SIGTERM");
		expect((await making.ended).status).toBe(143);
		await eventually(() => expect(processesOf(user.uid)).toEqual([]));
		expect(readdirSync(join(user.state, "scratch"))).toEqual([]);
	});
});

test("a cage runs where users can mount no /proc, as in a container", async () => {
	const cover = 'mount -n -t tmpfs tmpfs /proc/tty; exec "$@"';
	const enter = ["unshare", "--mount", "sh", "-euc", cover, "sh", ...user.enter];
	const { status, stdout } = await cagewright(["run", "redis", "--", "/usr/bin/redis-server", "--version"], { ...user, enter });
	expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^Redis server v/) });
});

describe("tasks that need root are refused at once", () => {
	const refuses = async (says: RegExp, args: readonly string[], where: Where = user) => {
		expect(await cagewright(args, where)).toMatchObject({ status: 3, stderr: expect.stringMatching(says) });
	};
	test("a port below 1024", () => {
		const command = ["redis-server", "--port", "451", "--dir", ownFolder(user, "low")];
		const words = ["make", "--name", "low", "--yes", "--quiet", "--probe", "false", "--", ...command];
		const says = /^cagewright: .* listens on port tcp 451, but 64321 may not use ports below 1024\. [^\n]+\n$/;
		return refuses(says, words);
	});

	test("a state folder of root's", () => {
		const state = temporaryState();
		mkdirSync(join(state, "cages"), { mode: 0o700 });
		return refuses(/^cagewright: No permission to use [^\n]+\n$/, ["list"], { ...user, state });
	});

	test("a unit of the system", () =>
		refuses(/^cagewright: --install is for system units[^\n]+\n$/, ["unit", "demo", "--install"]));

	test("another account", () => {
		const words = ["make", "demo", "--user", "nobody", "--yes", "--quiet"];
		return refuses(/^cagewright: Only root can start an application as nobody\. [^\n]+\n$/, words);
	});

	test("any cage, on a system without user namespaces for users", async () => {
		const filter = join(user.home, "no-namespaces");
		writeFileSync(filter, seccompFilter("x64", { unixSockets: true, memfd: true, writableCode: true }));
		const enter = [...user.enter, "--no-new-privs", "--seccomp-filter", filter];
		const words = ["make", "demo", "--yes", "--quiet"];
		const noRights = /^cagewright: This system gives ordinary users no rights in user namespaces \([^\n]+\n$/;
		await refuses(noRights, words, { ...user, enter });
		// The limit applies below the user namespace that sets it (namespaces(7)).
		const none = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"';
		const within = ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-euc", none, "sh"];
		const doctor = await cagewright(["doctor", "--json"], { ...user, enter: [...user.enter, ...within] });
		expect(doctor.json.findings).toContainEqual(
			expect.objectContaining({
				what: "user-namespaces",
				state: "missing",
				found: expect.stringContaining("user.max_user_namespaces=0"),
			}),
		);
	});
});

describe("no escape technique succeeds in an ordinary user's cage", () => {
	const holds = async (name: string, { selftest }: Made) => {
		expect(selftest).toMatchObject({ escaped: [], findings: [], tried: expect.any(Number) });
		const { json, status } = await cagewright(["selftest", name, "--network", "none", "--json"], user);
		expect(status).toBe(0);
		expect(json).toMatchObject({ holds: true, escaped: [], control: { before: expect.any(Number) } });
		expect(json.openByDesign).not.toContain("loopback");
	};

	test("demo", () => holds("demo", demo));
	test("redis", () => holds("redis", redis));
});

describe("attempts in an ordinary user's cage", () => {
	let outside: ChildProcess;
	let canary: string;
	const waysOut = readFileSync(join(home, "test/system/ways-out.pl"), "utf8");

	beforeAll(() => {
		canary = join(user.home, "canary");
		writeFileSync(canary, "seen\n");
		const [program = "", ...rest] = [...user.enter, "sleep", "600"];
		outside = spawn(program, rest, { stdio: "ignore" });
	});
	afterAll(async () => {
		outside.kill("SIGKILL");
		await once(outside, "close");
	});

	test("fail although they succeed outside", async () => {
		const attempts = ["/usr/bin/perl", "-e", waysOut, "--", canary, String(outside.pid), `${user.home}/redis`];
		expect(await cagewright(["run", "redis", "--", ...attempts], user)).toMatchObject({ status: 0, stdout: "" });

		const [program = "", ...rest] = [...user.enter, ...attempts];
		const { stdout } = spawnSync(program, rest, { encoding: "utf8" });
		expect(stdout.split("\n")).toEqual(
			expect.arrayContaining([
				"read the file outside",
				"climb to the file outside",
				"reach it through the process outside",
				"signal the process outside",
				"trace the process outside",
				"make a user namespace",
				"clone into a user namespace",
				"make a unix socket",
				"leave a setuid file",
				"run what it wrote",
			]),
		);
	});
});

describe.runIf(isFirstNamespace)("root's watch reports an attack by ended processes of an ordinary user's cage", () => {
	const attack = "for (1 .. 1000) { unless (fork) { syscall(165, 0, 0, 0, 0, 0); exit } wait; sleep 1 }";

	test.each([
		["by its session, if nobody logged in", [], "process"],
		[
			"as a guess, if it shares the session of a person",
			["sh", "-c", 'echo 64321 >/proc/self/loginuid; exec "$@"', "sh"],
			"account",
		],
	])("%s", async (_, login, knownBy) => {
		const where = { ...user, enter: [...login, ...user.enter] };
		await using _run = begin(["run", "redis", "--", "/usr/bin/perl", "-e", attack], where);
		await using watch = begin(["watch", "redis", "--json", "--check-every", "0"], { state: user.state });
		await watch.says("Watching");
		// The first alarms may be about the attack of the test before, whose records the kernel still has.
		const alarms = () => watch.stdout().split("\n").slice(0, -1).map(describedJson);
		const expected = expect.objectContaining({ cage: "redis", call: "mount", uid: user.uid, knownBy });
		await eventually(() => expect(alarms()).toContainEqual(expected));
	});
});

/** Comes last, because it removes the user's redis. */
describe.runIf(isLong)("a system account", () => {
	const account = `cw-ordinary-${process.pid}`;
	beforeAll(() => {
		execFileSync("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", account]);
	});
	afterAll(async () => {
		await endResidents();
		execFileSync("userdel", [account]);
	});

	test("keeps its name in the cage, and its state folder is independent of another user's", async () => {
		const other = ordinaryUser(copy, network, Number(execFileSync("id", ["-u", account], { encoding: "utf8" })));
		ownFolder(other, "redis");
		const made = await make(["--name", "redis", ...redisOf(other, 21456)], other);
		expect(made.confinement.user).toBe(account);
		expect(made.accounts.users).toEqual([account]);
		const run = startRun("redis", other);
		await eventually(() => askRedis(21456, ["SET", "whose", "other"], network));
		expect(await cagewright(["signal", "redis", "TERM"], user)).toMatchObject({ status: 1, stderr: /is not running/ });
		await cagewright(["remove", "redis", "--yes"], user);
		expect(existsSync(join(user.state, "cages/redis"))).toBe(false);
		expect(await askRedis(21456, ["GET", "whose"], network)).toBe("other");
		await run.stop();
	});
});
