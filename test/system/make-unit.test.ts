import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { SystemChooser } from "../../src/cli/chooser.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { equivalentCommand } from "../../src/core/questions/equivalent.ts";
import { messagesIn } from "../texts.ts";
import { cagewright, type Json, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, redis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { ask, fetchPage, freePort, type Network, privateNetwork } from "./network.ts";
import { processesIn } from "./processes.ts";

const state = temporaryState();

interface DryRun extends Json {
	readonly name: string;
	readonly unit?: string;
	readonly command: string;
	readonly application: { readonly command: string[]; readonly user?: string; readonly directories: string[] };
	readonly notes: readonly { readonly code: string; readonly values: Record<string, string> }[];
}

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

async function dryRun(args: readonly string[], enter: readonly string[] = []): Promise<DryRun> {
	const { json, status, stderr } = await cagewright(["make", ...args, "--dry-run", "--json", "--quiet"], { state, enter });
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	return json as DryRun;
}

describe("nginx, selected by the name of its unit", () => {
	let network: Network;
	beforeAll(async () => {
		network = await privateNetwork();
	});

	test("answers from its cage without further options, and the record names unit and notes", async () => {
		const made = await make(["nginx.service", "--name", "by-unit"], { state });
		expectWellMade(made, "by-unit", state);
		const run = startRun("by-unit", { state, enter: network.enter });
		await eventually(() => fetchPage("http://127.0.0.1:80/", network));
		expectServedInside(made, 80, network);
		expect((await run.stop()).status).toBe(0);
		const record = readFileSync(made.record as string, "utf8");
		expect(record).toContain("- systemd unit: `nginx.service`");
		expect(record).toContain("with /usr/sbin/nginx -g 'daemon off; master\\_process on;'");
	});

	test("is not selected by a name that a template has too, and one line says so", async () => {
		const result = await cagewright(["make", "nginx", "--dry-run"], { state });
		expect(result.stderr).toBe("'nginx' selects the template of that name. To select the systemd unit, write nginx.service.\n");
		const events = await cagewright(["make", "nginx", "--dry-run", "--events"], { state });
		expect(JSON.parse(events.stderr)).toEqual({
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
	const { application, notes, unit } = await dryRun(["redis-server"]);
	expect({ unit, user: application.user, directories: application.directories }).toEqual({
		unit: "redis-server.service",
		user: "redis",
		directories: ["/run/redis"],
	});
	expect(notes.map(({ code }) => code)).toContain("unit-process-settings");
});

const phpUnit = readdirSync("/usr/lib/systemd/system").find((name) => /^php[\d.]+-fpm\.service$/.test(name)) ?? "php-fpm.service";

test.each([
	["a start script with its own variables", "apache2.service", ["root", "www-data"]],
	["a shell line around it", "mariadb.service", ["mysql"]],
	["nothing but a unix socket", phpUnit, ["www-data"]],
])("a server with %s is caged by the name of its unit: %s", async (_, unit, accounts) => {
	const made = await make([unit], { state });
	expectWellMade(made, unit.replace(/\.service$/, ""), state);
	expect(made.accounts.users).toEqual(expect.arrayContaining(accounts));
});

test("a service that gets a socket from systemd gets it in the cage too", async () => {
	const probe = "uuidd --random --socket $CAGEWRIGHT_ROOT/run/uuidd/request";
	const made = await make(["uuidd.service", "--probe", probe], { state });
	expectWellMade(made, "uuidd", state);
	expect(made.confinement.user).toBe("uuidd");
	const run = startRun("uuidd", { state });
	const asked = await eventually(async () => {
		const answer = await ask(["uuidd", "--random", "--socket", `${made.data}/run/uuidd/request`]);
		if (answer.status !== 0) throw new Error(answer.output);
		return answer.output;
	});
	expect(asked).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
	expect(processesIn(made.root).length).toBeGreaterThan(1);
	await run.stop();
	expect(processesIn(made.root)).toEqual([]);
});

test("a daemon that forks twice and has a PID file is followed and stopped", async () => {
	const port = await freePort();
	const daemon = redis(port, ["daemonize yes"]);
	writeFileSync(`${daemon.folder}/redis.conf`, `pidfile ${daemon.folder}/data/redis.pid\n`, { flag: "a" });
	const unit = `[Service]\nType=forking\nUser=redis\nPIDFile=${daemon.folder}/data/redis.pid\nExecStart=/usr/bin/setsid --fork ${daemon.command.join(" ")}\n`;
	const enter = withUnits({ "twice.service": unit });
	const { notes } = await dryRun(["twice", "--probe", daemon.probe], enter);
	expect(notes).toEqual([{ code: "unit-forking-unknown", values: { program: "setsid" } }]);
	const made = await make(["twice", "--probe", daemon.probe], { state, enter });
	expectWellMade(made, "twice", state);
	const run = startRun("twice", { state });
	await eventually(() => askRedis(port, ["SET", "still", "here"]));
	expectServedInside(made, port);
	expect((await run.stop()).status).toBe(0);
	expect(processesIn(made.root)).toEqual([]);
});

describe("units that cannot be caged", () => {
	const enter = withUnits({
		"task.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
		"nothing.service": "[Service]\nType=simple\n",
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
		["nothing.service", "nothing.service starts no command"],
		["gone", "gone.service starts /opt/gone/daemon, which is not installed"],
		["masked.service", "Unknown or masked systemd unit 'masked.service'"],
		["no-such-thing", "Unknown template or systemd unit 'no-such-thing'"],
		["each@", "each.socket starts each@.service once for each connection and passes the connection as a file descriptor"],
		["each.socket", "each.socket starts each@.service once for each connection and passes the connection as a file descriptor"],
		["each@1", "each.socket starts each@1.service once for each connection and passes the connection as a file descriptor"],
		["pipe", "pipe.service gets the sockets pipe.socket from systemd"],
	])("%s is refused with the reason in one line (2)", async (name, says) => {
		const { status, stderr, stdout } = await cagewright(["make", name, "--probe", "true", "--yes"], { state, enter });
		expect({ status, stdout, lines: stderr.trim().split("\n").length }).toEqual({ status: 2, stdout: "", lines: 1 });
		expect(stderr).toContain(says);
	});

	test("DynamicUser= without an existing account becomes a dedicated account", async () => {
		const { stdout } = await cagewright(["make", "made-up", "--probe", "true", "--dry-run", "--json"], { state, enter });
		expect(JSON.parse(stdout)).toMatchObject({
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

test("apps NAME prints everything known about a service", async () => {
	const { stdout } = await cagewright(["apps", "redis-server"], { state });
	expect(stdout).toMatch(/^redis-server: /);
	expect(stdout).toMatch(/Unit file +\/usr\/lib\/systemd\/system\/redis-server\.service/);
	expect(stdout).toMatch(/Package +redis-server \S+/);
	expect(stdout).toMatch(/To cage it: cagewright make redis-server\.service\n$/);
	const none = await cagewright(["apps", "no-such-thing"], { state });
	expect({ status: none.status, stdout: none.stdout }).toEqual({ status: 2, stdout: "" });
});
