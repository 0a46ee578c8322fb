import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemAccounts } from "../../src/base/host/accounts.ts";
import { ThreadPlanner } from "../../src/base/host/thread-planner.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import type { Answers } from "../../src/options/answers.ts";
import { noRules } from "../../src/service/application.ts";
import { Wizard } from "../../src/wizard/session/engine-session.ts";
import { SystemChooser } from "../../src/wizard/verbs/chooser.ts";
import { bareApplication } from "../cage/plans.ts";
import { isLong } from "../long.ts";
import { messagesIn } from "../texts.ts";
import { begin, cagewright, inProcess, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, giveTo, nginx, redis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";
import { allProcesses, childrenOf, commandOf, listeners, parentOf, processesIn, read, statusField } from "./processes.ts";
import { processOf } from "./scoped.ts";
import { ownProcess } from "./workshop.ts";

/** An account on the host for one cage only: created, used and removed with real accounts. */

const state = temporaryState();

const account = (name: string) =>
	readFileSync("/etc/passwd", "utf8")
		.split("\n")
		.find((line) => line.startsWith(`${name}:`));
const uidOf = (name: string) => Number(account(name)?.split(":")[2]);
const uidsIn = (root: string) => new Set(processesIn(root).map((pid) => statusField(pid, "Uid")));
const remove = (name: string, ...options: string[]) => cagewright(["remove", name, "--yes", ...options], { state });

// Remove the accounts of failed tests.
afterAll(() => {
	for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
		const [name = ""] = line.split(":");
		if (name.startsWith("cage-ded-")) execFileSync("userdel", [name]);
	}
});

/** A redis whose configuration only its own group can read, and which has a key in its dump. */
async function redisWithState() {
	const port = await freePort();
	const daemon = redis(port);
	execFileSync("chgrp", ["redis", `${daemon.folder}/redis.conf`]);
	execFileSync("chmod", ["640", `${daemon.folder}/redis.conf`]);
	const script = `cd ${daemon.folder} && printf 'SET old state\\r\\nSAVE\\r\\nSHUTDOWN NOSAVE\\r\\n' >lines; redis-server - --port 0 --unixsocket ${daemon.folder}/fill.sock --dir ${daemon.folder}/data --daemonize no </dev/null >/dev/null & until redis-cli -s ${daemon.folder}/fill.sock ping >/dev/null 2>&1; do sleep 0.05; done; redis-cli -s ${daemon.folder}/fill.sock <${daemon.folder}/lines >/dev/null; wait`;
	execFileSync("sh", ["-c", script]);
	giveTo("redis", `${daemon.folder}/data/dump.rdb`);
	const words = (name: string) => ["--name", name, "--user", "redis", "--no-selftest", "--probe", daemon.probe];
	return { port, daemon, words };
}

/** The configuration and the host's data stay unchanged, so the tests share them. */
let shared: Awaited<ReturnType<typeof redisWithState>>;
/** Numbers that new accounts would get if nothing used them. */
let [first, second] = [0, 0];
beforeAll(async () => {
	shared = await redisWithState();
	for (const name of ["cage-ded-first-id", "cage-ded-second-id"]) await systemAccounts.create(name, { taken: new Set() });
	[first, second] = [uidOf("cage-ded-first-id"), uidOf("cage-ded-second-id")];
	for (const name of ["cage-ded-first-id", "cage-ded-second-id"]) await systemAccounts.remove(name);
});

test("a daemon that starts as an account runs as the dedicated one, whose number no other cage uses, until the cage is removed", async () => {
	const { daemon, port, words } = shared;
	await preparedRedis(state);
	const manifests = `${state}/cages/redis/manifests`;
	const [name = ""] = readdirSync(manifests);
	const manifest = JSON.parse(readFileSync(`${manifests}/${name}`, "utf8"));
	writeFileSync(`${manifests}/${name}`, JSON.stringify({ ...manifest, identity: { ...manifest.identity, uid: first } }));
	const made = await make([...words("ded-redis"), "--dedicated-account", "--", ...daemon.command], { state });
	expect(account("cage-ded-redis")).toMatch(/^cage-ded-redis:x:(\d+):\d+:[^:]*:\/nonexistent:\/usr\/sbin\/nologin$/);
	expect(made.confinement.user).toBe("cage-ded-redis");
	const uid = uidOf("cage-ded-redis");
	expect(uid).not.toBe(first);
	expect(statSync(`${made.data}${daemon.folder}/data/dump.rdb`).uid).toBe(uid);

	const running = startRun("ded-redis", { state });
	expect(await eventually(() => askRedis(port, ["GET", "old"]))).toBe("state");
	expect(await askRedis(port, ["SAVE"])).toBe("OK");
	expect(uidsIn(made.root)).toContain([uid, uid, uid, uid].join("\t"));
	expect((await running.stop()).status).toBe(0);

	expect(await remove("ded-redis")).toMatchObject({ status: 0 });
	expect(account("cage-ded-redis")).toBeUndefined();
});

test.runIf(isLong)("the wizard creates the account for its build, and removes it unless the cage is saved", async () => {
	const { daemon } = shared;
	const [program = "", ...options] = daemon.command;
	const command = [`/usr/bin/${program}`, ...options];
	const answers: Answers = {
		name: "ded-wizard",
		application: { ...bareApplication, command, user: "redis", probes: [daemon.probe] },
		rules: noRules,
		dedicatedAccount: "cage-ded-wizard",
		onHost: false,
		rounds: 1,
	};
	const folder = temporaryState();
	const machine = systemMachine(folder);
	const planner = new ThreadPlanner(folder);
	const wizard = new Wizard(machine, new SystemChooser(machine, messagesIn("en")), planner, {
		writeRecord: () => "",
		terminal: "dumb",
		full: false,
		jobs: 1,
	});
	let cancelled: Promise<void> | undefined;
	try {
		wizard.listen(() => {
			// The trace ends as soon as the application answers, the first build as soon as it has the account.
			wizard.finishEarly();
			if (account("cage-ded-wizard")) cancelled ??= wizard.cancel();
		});
		await wizard.trace(answers);
		await wizard.plan(answers);
		expect(account("cage-ded-wizard")).toBeUndefined();
		await expect(wizard.buildAndTry(answers)).rejects.toThrow();
		expect(cancelled).toBeDefined();
		await cancelled;
		expect(account("cage-ded-wizard")).toBeUndefined();
		expect((await wizard.buildAndTry(answers)).answered).toBe(true);
		expect(account("cage-ded-wizard")).toMatch(/:\/usr\/sbin\/nologin$/);
		await wizard.finish(answers);
	} finally {
		await wizard.close();
	}
	expect(account("cage-ded-wizard")).toBeDefined();
	const shown = await cagewright(["show", "ded-wizard", "--json"], { state: folder });
	expect(JSON.stringify(shown.json)).toContain("cage-ded-wizard");
	expect((await cagewright(["remove", "ded-wizard", "--yes"], { state: folder })).status).toBe(0);
	expect(account("cage-ded-wizard")).toBeUndefined();
});

test("a daemon that starts as root switches to the dedicated account, with an unchanged configuration", async () => {
	const port = await freePort();
	const daemon = nginx({ port, main: ["user www-data;"] });
	const words = ["--name", "ded-nginx", "--dedicated-account", "cage-ded-web", "--probe", daemon.probe];
	const made = await make([...words, "--", ...daemon.command], { state });
	const uid = uidOf("cage-ded-web");
	const running = startRun("ded-nginx", { state });
	await eventually(() => execFileSync("sh", ["-c", daemon.probe], { stdio: "pipe" }));
	const [worker = 0] = listeners(port).filter((pid) => commandOf(pid).includes("worker"));
	expect(statusField(worker, "Uid")).toBe([uid, uid, uid, uid].join("\t"));
	expect(statusField(parentOf(worker), "Uid")).toMatch(/^0\t/);
	expect((await running.stop("SIGQUIT")).status).toBe(0);
	expect(readFileSync(`${made.root}${daemon.folder}/nginx.conf`, "utf8")).toContain("user www-data;");
	expect((await remove("ded-nginx")).status).toBe(0);
	expect(account("cage-ded-web")).toBeUndefined();
});

test.runIf(isLong)("an existing cage's state is given to its new account", async () => {
	const folder = temporaryState();
	const { daemon, made: before, port } = await preparedRedis(folder);
	const where = { state: folder };
	const words = ["--name", "redis", "--user", "redis", "--no-selftest", "--probe", daemon.probe];
	const dedicated = ["--dedicated-account", "cage-ded-later", "--", ...daemon.command];
	const dump = `${before.data}${daemon.folder}/data/dump.rdb`;
	const running = startRun("redis", where);
	await eventually(() => askRedis(port, ["SET", "newer", "state"]));
	expect(await askRedis(port, ["SAVE"])).toBe("OK");

	expect(await cagewright(["make", ...words, "--yes", "--quiet", ...dedicated], where)).toMatchObject({ status: 4, stdout: "" });
	expect(account("cage-ded-later")).toBeUndefined();
	expect(statSync(dump).uid).toBe(uidOf("redis"));
	expect((await running.stop()).status).toBe(0);

	await make([...words, ...dedicated], where);
	expect(statSync(dump).uid).toBe(uidOf("cage-ded-later"));
	const again = startRun("redis", where);
	expect(await eventually(() => askRedis(port, ["GET", "newer"]))).toBe("state");
	expect((await again.stop()).status).toBe(0);

	// The account stays the cage's if a later `make` does not name it, and with it the data that it owns.
	const third = await make([...words, "--", ...daemon.command], where);
	expect(third.confinement.user).toBe("cage-ded-later");
	expect((await cagewright(["remove", "redis", "--yes", "--keep-data"], where)).status).toBe(0);
	expect(account("cage-ded-later")).toBeDefined();
	expect(statSync(dump).uid).toBe(uidOf("cage-ded-later"));
	expect((await cagewright(["remove", "redis", "--yes"], where)).status).toBe(0);
	expect(account("cage-ded-later")).toBeUndefined();
});

describe("the number of a dedicated account", () => {
	/** Creates an account and removes it. Returns its number. */
	const numberOf = async (name: string, create = () => systemAccounts.create(name, { taken: new Set() })) => {
		await create();
		const [, , uid, gid] = account(name)?.split(":") ?? [];
		await systemAccounts.remove(name);
		expect(gid).toBe(uid);
		return Number(uid);
	};

	test.each([
		["a user", (id: number) => ["setpriv", `--reuid=${id}`, "--clear-groups"]],
		["a group", (id: number) => ["setpriv", `--regid=${id}`, "--clear-groups"]],
		["a supplementary group", (id: number) => ["setpriv", `--groups=${id}`]],
		[
			"an account of another PID namespace",
			(id: number) => ["unshare", "--pid", "--fork", "setpriv", `--reuid=${id}`, "--clear-groups"],
		],
		[
			"the owner of another user namespace",
			(id: number) => ["unshare", "--user", `--map-users=0:${id}:1`, `--map-groups=0:${id}:1`],
		],
	])("is not that of %s of a running process", async (_whose, enter) => {
		const [command = "", ...words] = enter(first);
		const holder = spawn(command, [...words, "sleep", "infinity"], { stdio: "ignore" });
		try {
			const idsOf = (pid: number) =>
				[...["Uid", "Gid", "Groups"].map((field) => statusField(pid, field)), read(pid, "uid_map")].join(" ").split(/\s+/);
			const isSeen = (pid: number) => idsOf(pid).includes(String(first));
			await eventually(() => expect(allProcesses().some(isSeen)).toBe(true));
			expect(await numberOf("cage-ded-other-id")).not.toBe(first);
		} finally {
			for (const pid of childrenOf(holder.pid ?? 0)) process.kill(pid, "SIGKILL");
			holder.kill("SIGKILL");
			if (holder.exitCode === null && holder.signalCode === null) await once(holder, "close");
		}
	});

	/** Replaces a file of this machine for one command. */
	const withFile = (path: string, text: string) => {
		const file = `${temporaryFolder("ids")}/file`;
		writeFileSync(file, text, { mode: 0o644 });
		return ["unshare", "--mount", "sh", "-c", `mount -n --bind ${file} ${path}; exec "$@"`, "sh"];
	};

	test("is outside the ranges that /etc/subuid and /etc/subgid give to containers", async () => {
		const rangeOf = (id: number) => `broken\n:::\nsomebody:${id}:1\n`;
		const enter = [...withFile("/etc/subuid", rangeOf(first)), ...withFile("/etc/subgid", rangeOf(second))];
		const create = async () => {
			const lines = `import { systemAccounts } from "./src/base/host/accounts.ts"; await systemAccounts.create("cage-ded-other-id", { taken: new Set() });`;
			const child = ownProcess(lines, [], enter);
			expect(await once(child, "close")).toEqual([0, null]);
		};
		expect([first, second]).not.toContain(await numberOf("cage-ded-other-id", create));
	});

	test.runIf(isLong)("is refused with one line if containers have every number, and nothing is created", async () => {
		const { daemon, words } = shared;
		// The trace already uses the account, so that no trace is needed.
		const user = ["--user", "cage-ded-none:redis", "--dedicated-account"];
		const { status, stderr, stdout } = await cagewright(
			["make", ...words("ded-none"), ...user, "--yes", "--quiet", "--", ...daemon.command],
			{ state, enter: withFile("/etc/subuid", "somebody:1:65535\n") },
		);
		expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
		expect(stderr.trim().split("\n").at(-1)).toMatch(/^cagewright: Cannot create account cage-ded-none: /);
		expect(account("cage-ded-none")).toBeUndefined();
	});
});

test("the account is removed again if make fails, also if the trace already used it, and an option without effect is named", async () => {
	const { daemon, port, words } = shared;
	// The host has this file, the cage does not. Without it, the probe ends the application, so that nobody waits for an answer.
	const endsInCage = `test -e "$CAGEWRIGHT_ROOT/usr/bin/env" || { redis-cli -p ${port} shutdown nosave; false; }`;
	const probes = ["--probe", endsInCage, "--rounds", "1"];
	const user = ["--user", "cage-ded-start:redis", "--dedicated-account"];
	const options = [...words("ded-start"), ...user, ...probes, "--allow-secret", "/etc/no-such.key", "--yes"];
	const { status, stderr } = await cagewright(["make", ...options, "--", ...daemon.command], { state });
	expect(status).toBe(1);
	expect(stderr).toContain("--allow-secret /etc/no-such.key has no effect");
	expect(account("cage-ded-start")).toBeUndefined();
	expect(existsSync(`${state}/cages/ded-start/account.json`)).toBe(false);
	await remove("ded-start");
});

test.runIf(isLong)("the account is removed again if make is cancelled", async () => {
	const { daemon, words } = shared;
	const probes = ["--probe", 'test -e "$CAGEWRIGHT_ROOT/usr/bin/env"', "--timeout", "60"];
	const started = begin(
		["make", ...words("ded-called-off"), ...probes, "--dedicated-account", "--yes", "--", ...daemon.command],
		{ state },
	);
	await started.says("Trial in the cage");
	expect(account("cage-ded-called-off")).toBeDefined();
	expect((await started.stop("SIGINT")).status).toBe(130);
	expect(account("cage-ded-called-off")).toBeUndefined();
});

test("a dry run and an unconfirmed plan announce the account and do not create it", async () => {
	const { daemon, words } = shared;
	const rest = ["--dedicated-account", "--", ...daemon.command];
	const dry = await inProcess(["make", ...words("ded-dry"), "--dry-run", ...rest], { state });
	expect(dry).toMatchObject({ status: 0 });
	expect(dry.stdout).toContain("cage-ded-dry");
	expect(dry.stdout).toContain("--dedicated-account cage-ded-dry");
	const shown = await cagewright(["make", ...words("ded-dry"), ...rest], { state });
	expect(shown.status).toBe(2);
	expect(shown.stdout).toContain("Account cage-ded-dry will be created on this machine");
	expect(account("cage-ded-dry")).toBeUndefined();
	expect(readdirSync(`${state}/cages`)).not.toContain("ded-dry");
});

test.each([
	["root", "used by uid 0"],
	["no/name", "Invalid account name 'no/name'"],
	["mail", "Any package may use"],
	["adm", "Cannot create account adm: a group of this name exists"],
	["redis", "used by "],
])("%s is refused as a dedicated account", async (name, says) => {
	const daemon = redis(await freePort());
	await using _holder = await processOf("redis");
	const options = ["--name", "ded-refused", "--user", "redis", "--probe", daemon.probe, "--dedicated-account", name];
	const result = await inProcess(["make", ...options, "--yes", "--quiet", "--", ...daemon.command], { state });
	expect(result).toMatchObject({ status: 2, stdout: "" });
	expect(result.stderr).toContain(says);
});

test.runIf(isLong)("the plan reports what a service would share with others", async () => {
	const folder = temporaryState();
	const { daemon, port } = await preparedRedis(folder);
	const running = startRun("redis", { state: folder });
	await eventually(() => askRedis(port, ["PING"]));
	const words = ["--name", "ded-second", "--user", "redis", "--probe", daemon.probe, "--json"];
	const shown = await cagewright(["make", ...words, "--", ...daemon.command], { state: folder });
	expect((await running.stop()).status).toBe(0);
	const { notes } = shown.json;
	expect(notes).toContainEqual({ code: "shares-port", values: { name: "redis", port: `tcp ${port}` } });
	expect(notes).toContainEqual({ code: "shares-account-cage", values: { name: "redis", account: "redis" } });
	expect(notes).toContainEqual({
		code: "shares-account-process",
		values: expect.objectContaining({ account: "redis", program: expect.stringContaining("redis") }),
	});
});
