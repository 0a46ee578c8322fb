import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { equivalentCommand } from "../../src/options/equivalent.ts";
import { SystemChooser } from "../../src/wizard/verbs/chooser.ts";
import { isLong, some } from "../long.ts";
import { messagesIn } from "../texts.ts";
import { cagewright, inProcess, type Json, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";

const state = temporaryState();

/** Replaces /etc/systemd/system with the test's unit files, for commands that enter the namespace. */
function withUnits(files: Readonly<Record<string, string>>): readonly string[] {
	const folder = temporaryFolder("etc-units");
	for (const [name, content] of Object.entries(files)) {
		if (name.includes("/")) mkdirSync(`${folder}/${name.slice(0, name.lastIndexOf("/"))}`);
		if (content.startsWith("-> ")) symlinkSync(content.slice(3), `${folder}/${name}`);
		else writeFileSync(`${folder}/${name}`, content);
	}
	return ["unshare", "--mount", "sh", "-c", `mount --bind ${folder} /etc/systemd/system && exec "$@"`, "sh"];
}

async function dryRun(args: readonly string[], enter: readonly string[] = []): Promise<Json> {
	const words = ["make", ...args, "--dry-run", "--json", "--quiet"];
	const { json, status, stderr } = await (enter.length ? cagewright(words, { state, enter }) : inProcess(words, { state }));
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	return json;
}

test("a start script with its own variables is followed", async () => {
	const { application } = await dryRun(["apache2.service"]);
	expect(application.command).toEqual(expect.arrayContaining(["FOREGROUND"]));
	expect(application).toMatchObject({ env: { APACHE_RUN_USER: "www-data" } });
});

describe("nginx, selected by the name of its unit", () => {
	test("is not selected by a name that a template has too, and one line says so", async () => {
		const result = await inProcess(["make", "nginx", "--dry-run"], { state });
		expect(result.stderr).toBe("'nginx' selects the template of that name. To select the systemd unit, write nginx.service.\n");
		const events = await inProcess(["make", "nginx", "--dry-run", "--events"], { state });
		expect(events.events[0]).toEqual({
			event: "warned",
			code: "template-not-unit",
			values: { template: "nginx", unit: "nginx.service" },
		});
		expect((await dryRun(["nginx"])).unit).toBeUndefined();
		expect(await dryRun(["nginx.service"])).toMatchObject({
			name: "nginx",
			unit: "nginx.service",
			command: `cagewright --state ${state} make nginx.service --yes`,
		});
	});

	test("can be changed by options", async () => {
		const { application, command } = await dryRun([
			"nginx.service",
			"--probe",
			"true",
			"--directory",
			"/run/x",
			"--user",
			"www-data",
		]);
		expect(application).toMatchObject({ user: "www-data", probes: ["true"], directories: ["/run/x"] });
		expect(command).toBe(`cagewright --state ${state} make nginx.service --user www-data --probe true --directory /run/x --yes`);
	});
});

test("a unit is found by its alias", async () => {
	expect(await dryRun(["redis.service"])).toMatchObject({ name: "redis-server", unit: "redis-server.service" });
});

test("a daemon without a template needs only its unit's name", async () => {
	const { application, unit } = await dryRun(["redis-server"]);
	expect({ unit, user: application.user, directories: application.directories }).toEqual({
		unit: "redis-server.service",
		user: "redis",
		directories: ["/run/redis"],
	});
	expect(application.service).toMatchObject({
		resourceLimits: ["--nofile=65535:65535"],
		umask: 0o7,
		pidFile: "/run/redis/redis-server.pid",
	});
});

test("a service that gets a socket from systemd gets it in the cage too", async () => {
	const { application } = await dryRun(["uuidd.service", "--probe", "true"]);
	expect(application).toMatchObject({ user: "uuidd", sockets: [expect.stringContaining("/run/uuidd/request")] });
});

describe("units that cannot be caged", () => {
	const enter = withUnits({
		"task.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
		"twice.service": "[Service]\nType=forking\nExecStart=/usr/bin/setsid -f /bin/cat\n",
		"gone.service": "[Service]\nExecStart=/opt/gone/daemon\n",
		"masked.service": "-> /dev/null",
		"each@.service": "[Service]\nExecStart=/bin/cat\n",
		"each.socket": "[Socket]\nListenStream=7\nAccept=yes\n",
		"pipe.service": "[Service]\nExecStart=/bin/cat\n",
		"pipe.socket": "[Socket]\nListenFIFO=/run/pipe\n",
		"sockets.target.wants/pipe.socket": "-> /etc/systemd/system/pipe.socket",
		"made-up.service": "[Service]\nDynamicUser=yes\nExecStart=/bin/cat\n",
	});

	test.each([
		["task", "task.service is a task that ends"],
		["gone", "gone.service starts /opt/gone/daemon, which is not installed"],
		["masked.service", "Unknown or masked systemd unit 'masked.service'"],
		["each.socket", "each.socket starts each@.service once for each connection and passes the connection as a file descriptor"],
		["pipe", "pipe.service gets the sockets pipe.socket from systemd"],
	])("%s is refused with the reason in one line (2)", async (name, says) => {
		const { status, stderr, stdout } = await cagewright(["make", name, "--probe", "true", "--yes"], { state, enter });
		expect({ status, stdout, lines: stderr.trim().split("\n").length }).toEqual({ status: 2, stdout: "", lines: 1 });
		expect(stderr).toContain(says);
	});

	test("a missing unit is refused", async () => {
		const result = await inProcess(["make", "no-such-thing", "--yes"], { state });
		expect(result).toMatchObject({ status: 2, stdout: "" });
		expect(result.stderr).toContain("Unknown template or systemd unit 'no-such-thing'");
	});

	test("a program that forks and is unknown is caged with a notice", async () => {
		const { notes } = await dryRun(["twice", "--probe", "true"], enter);
		expect(notes).toEqual([{ code: "unit-forking-unknown", values: { program: "setsid" } }]);
	});

	test("DynamicUser= without an existing account becomes a dedicated account", async () => {
		const { stdout } = await cagewright(["make", "made-up", "--probe", "true", "--dry-run", "--json"], { state, enter });
		expect(describedJson(stdout)).toMatchObject({
			application: { user: "cage-made-up", env: { USER: "cage-made-up" } },
			dedicatedAccount: "cage-made-up",
		});
	});

	test("are listed by apps with the reason, and so are damaged files", async () => {
		const damaged = withUnits({
			"broken.service": "-> /etc/systemd/system/nowhere.service",
			"task.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
			"odd.service": "[Service]\nrubbish\nExecStart='/bin/cat\nExecStart=/bin/cat\n",
		});
		const { status, stderr, stdout } = await cagewright(["apps"], { state, enter: damaged });
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
		expect(stdout).toMatch(/broken +The unit file \/etc\/systemd\/system\/broken\.service is a broken link\./);
		expect(stdout).toMatch(/task +The unit is a task that ends/);
		const { json } = await cagewright(["apps", "odd", "--json"], { state, enter: damaged });
		expect(json.applications).toEqual([
			expect.objectContaining({
				unit: "odd.service",
				file: "/etc/systemd/system/odd.service",
				enabled: false,
				notes: [{ code: "unit-lines-skipped", values: { count: 2 } }],
			}),
		]);
	});
});

test("the wizard proposes the same for a unit as make does", async () => {
	// Another test may start or stop a redis between the two look-ups, and the result depends on running processes.
	await eventually(async () => {
		const chooser = new SystemChooser(systemMachine(state), messagesIn("en"));
		const choice = (await chooser.choices()).find(({ id }) => id === "unit:redis-server.service");
		if (choice === undefined) throw new Error("not offered");
		expect(choice).toMatchObject({ kind: "unit", name: "redis-server" });
		expect(choice.detail).toMatch(/^redis-server\.service: \/usr\/bin\/redis-server /);
		const answers = await chooser.propose(choice);
		const { application, name, notes, unit } = await dryRun(["redis-server.service"]);
		expect(answers).toMatchObject({ application, name, notes, unit });
		expect(equivalentCommand(answers, await chooser.base(answers))).toBe("cagewright make redis-server.service --yes");
	});
});

test("the wizard replaces a saved template that differs only on request", async () => {
	const chooser = new SystemChooser(systemMachine(temporaryState()), messagesIn("en"));
	const choice = (await chooser.choices()).find(({ id }) => id === "template:demo");
	if (choice === undefined) throw new Error("not offered");
	const answers = await chooser.propose(choice);
	const other = { ...answers, application: { ...answers.application, cwd: "/srv" } };
	const saved = await chooser.saveTemplate("mine", answers, false);
	expect(await chooser.saveTemplate("mine", answers, false)).toEqual(saved);
	await expect(chooser.saveTemplate("mine", other, false)).rejects.toMatchObject({ code: "template-there", exit: 2 });
	expect(readFileSync(saved.path, "utf8")).not.toContain("/srv");
	await chooser.saveTemplate("mine", other, true);
	expect(readFileSync(saved.path, "utf8")).toContain("/srv");
});

test("apps NAME prints everything known about a service", async () => {
	const { stdout } = await inProcess(["apps", "redis-server"], { state });
	expect(stdout).toMatch(/^redis-server: /);
	expect(stdout).toMatch(/Unit file +\/usr\/lib\/systemd\/system\/redis-server\.service/);
	expect(stdout).toMatch(/Package +redis-server \S+/);
	expect(stdout).toMatch(new RegExp(`To cage it: cagewright --state ${state} make redis-server\\.service\n$`));
	expect(await cagewright(["apps", "no-such-thing"], { state })).toMatchObject({ status: 2, stdout: "" });
});

test.runIf(isLong)("what a start script does after the first answer belongs to the start", async () => {
	const folder = temporaryFolder("late-start");
	const port = await freePort();
	const page = `http://127.0.0.1:${port}/page`;
	const start = [
		"#!/bin/sh -e",
		`setsid python3 -m http.server ${port} --bind 127.0.0.1 --directory ${folder}/pages &`,
		"sleep 2",
		`chmod 640 ${folder}/pages/page`,
	];
	mkdirSync(`${folder}/pages`);
	writeFileSync(`${folder}/pages/page`, "late");
	writeFileSync(`${folder}/start`, `${start.join("\n")}\n`, { mode: 0o755 });
	const enter = withUnits({ "late.service": `[Service]\nType=forking\nExecStart=${folder}/start\n` });
	const seed = ["--writable", `${folder}/pages`, "--seed", `${folder}/pages`];
	const made = ["make", "late.service", "--probe", `test "$(curl -fs ${page})" = late`, ...seed, "--no-selftest", "--yes"];
	const result = await cagewright([...made, "--json", "--quiet"], { state, enter });
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	expect(existsSync(`${result.json.root}/usr/bin/chmod`)).toBe(true);
});

const stale: readonly [string, (folder: string, port: number) => string][] = [
	["in its state under another name", (folder) => `${folder}/state/.lock`],
	["below /run", (_, port) => `/run/cagewright-stale-${port}.pid`],
	["in its state", (folder) => `${folder}/state/stale.pid`],
];
test.each(some(1, stale))(
	"a service does not find the pid file of an earlier start %s, even if its unit does not name it",
	async (_, placeOf) => {
		const folder = temporaryFolder("stale-pid");
		const port = await freePort();
		const pidFile = placeOf(folder, port);
		mkdirSync(`${folder}/state`);
		const start = [
			"#!/bin/sh -e",
			`[ ! -e ${pidFile} ] || { echo "already running"; exit 1; }`,
			`echo $$ >${pidFile}`,
			`exec python3 -m http.server ${port} --bind 127.0.0.1 --directory ${folder}`,
		];
		writeFileSync(`${folder}/page`, "fresh");
		writeFileSync(`${folder}/start`, `${start.join("\n")}\n`, { mode: 0o755 });
		const enter = withUnits({ "stale.service": `[Service]\nExecStart=${folder}/start\n` });
		const page = `http://127.0.0.1:${port}/page`;
		const name = `stale-${port}`;
		const made = ["make", "stale.service", "--name", name, "--probe", `test "$(curl -fs ${page})" = fresh`];
		const options = ["--writable", `${folder}/state`, "--no-selftest", "--yes", "--quiet", "--json"];
		const result = await cagewright(made.concat(options), { state, enter });
		expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
		for (const _ of [1, 2]) {
			const run = startRun(name, { state });
			expect(await eventually(() => fetchPage(page))).toBe("fresh");
			await run.stop();
		}
	},
);

test("an account keeps what its unit gives it and it uses, and nothing else", async () => {
	const folder = temporaryFolder("ambient");
	const port = await freePort();
	const program = [
		"import socket",
		"from http.server import HTTPServer, SimpleHTTPRequestHandler",
		"socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)",
		'open("private").read()',
		`HTTPServer(("127.0.0.1", ${port}), SimpleHTTPRequestHandler).serve_forever()`,
	];
	writeFileSync(`${folder}/page`, "raw");
	writeFileSync(`${folder}/private`, "of root", { mode: 0o600 });
	writeFileSync(`${folder}/server.py`, program.join("\n"));
	const granted = "CAP_NET_RAW CAP_DAC_READ_SEARCH CAP_KILL CAP_NET_ADMIN";
	const unit = ["[Service]", "User=daemon", `WorkingDirectory=${folder}`, `AmbientCapabilities=${granted}`];
	const start = `ExecStart=/usr/bin/python3 ${folder}/server.py`;
	const enter = withUnits({ "ambient.service": `${unit.join("\n")}\n${start}\n` });
	const page = `http://127.0.0.1:${port}/page`;
	const made = ["make", "ambient.service", "--probe", `test "$(curl -fs ${page})" = raw`, "--no-selftest", "--yes", "--quiet"];
	const result = await cagewright([...made, "--json"], { state, enter });
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	expect(result.json.confinement.capabilities).toEqual(["dac_read_search", "net_raw"]);
	const run = startRun("ambient", { state });
	expect(await eventually(() => fetchPage(page))).toBe("raw");
	await run.stop();
});

test("a service that starts only with its own command is made a second time", async () => {
	const folder = temporaryFolder("own-command");
	const port = await freePort();
	const program = [
		"import sys",
		"from http.server import HTTPServer, SimpleHTTPRequestHandler",
		'if "--daemon" not in sys.argv: sys.exit(1)',
		`HTTPServer(("127.0.0.1", ${port}), SimpleHTTPRequestHandler).serve_forever()`,
	];
	writeFileSync(`${folder}/page`, "served");
	writeFileSync(`${folder}/server.py`, program.join("\n"));
	const enter = withUnits({
		"own-command.service": `[Service]\nType=forking\nWorkingDirectory=${folder}\nExecStart=/usr/bin/python3 ${folder}/server.py --daemon\n`,
	});
	const probe = `test "$(curl -fs http://127.0.0.1:${port}/page)" = served`;
	const made = ["make", "own-command.service", "--user", "daemon", "--probe", probe, "--no-selftest", "--yes"];
	for (const run of ["first", "second"]) {
		const result = await cagewright([...made, "--env", `RUN=${run}`, "--quiet"], { state, enter });
		expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	}
});

test.runIf(isLong)("a service whose program is a link in its state starts", async () => {
	const folder = temporaryFolder("linked-program");
	const port = await freePort();
	mkdirSync(`${folder}/state`);
	symlinkSync("/usr/bin/python3", `${folder}/state/server`);
	writeFileSync(`${folder}/state/page`, "linked");
	const start = `${folder}/state/server -m http.server ${port} --bind 127.0.0.1 --directory ${folder}/state`;
	const enter = withUnits({ "linked.service": `[Service]\nExecStart=${start}\n` });
	const page = `http://127.0.0.1:${port}/page`;
	const seed = ["--writable", `${folder}/state`, "--seed", `${folder}/state`];
	const made = ["make", "linked.service", "--probe", `test "$(curl -fs ${page})" = linked`, ...seed, "--no-selftest", "--yes"];
	const result = await cagewright([...made, "--quiet"], { state, enter });
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	const run = startRun("linked", { state });
	expect(await eventually(() => fetchPage(page))).toBe("linked");
	await run.stop();
});
