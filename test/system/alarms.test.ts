import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { begin, cagewright, type Json, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";
import { processesIn, statusField } from "./processes.ts";

/** A caged application behaves like an intruder, and the watch raises alarms. The kernel records at most ten refusals in five seconds. */

const state = temporaryState();
let port: number;
let root: string;

/** `GET /mount` mounts, and so on. At its start it asks for a namespace and continues without one, as some libraries do. */
const server = (at: number) => `
use strict; use IO::Socket::INET; $SIG{TERM} = sub { exit 0 };
syscall(272, 0x10000000);
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => ${at}, Listen => 5, ReuseAddr => 1) or die;
while (my $c = $s->accept) {
	my ($what) = (<$c> // '') =~ m{^GET /(\\w*)};
	if ($what eq 'mount') { my ($type, $place) = ("tmpfs", "/tmp"); syscall(165, $type, $place, $type, 0, 0) }
	if ($what eq 'unshare') { syscall(272, 0x10000000) }
	if ($what eq 'child') { unless (fork) { my $name = "/"; syscall(161, $name); exit } wait }
	print $c "HTTP/1.0 200 OK\\r\\n\\r\\n$$"; close $c;
}`;

/** Other records of this machine use up what the kernel allows, so these tests run by hand: `CAGEWRIGHT_ALARMS=1 npx vitest run test/system/alarms.test.ts`. */
const isWanted = process.env.CAGEWRIGHT_ALARMS !== undefined;

beforeAll(async () => {
	if (!isWanted) return;
	port = await freePort();
	const script = `${temporaryFolder("server")}/server.pl`;
	writeFileSync(script, server(port));
	const probe = `curl -sf http://127.0.0.1:${port}/`;
	root = (await make(["--name", "victim", "--probe", probe, "--", "/usr/bin/perl", script], { state })).root;
});

const request = (what: string) => fetchPage(`http://127.0.0.1:${port}/${what}`);
const alarms = (stdout: string): Json[] =>
	stdout
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Json);

/** Runs the cage and one watch per list of options. Resolves to the alarms of each watch. */
async function watched(watches: readonly (readonly string[])[], work: () => Promise<void>): Promise<Json[][]> {
	// The kernel's rate limit must not count earlier refusals.
	await sleep(5000);
	const run = startRun("victim", { state });
	await eventually(() => request(""));
	const begun = watches.map((options) => begin(["watch", "--json", ...options], { state }));
	try {
		for (const watch of begun) await watch.says("Watching");
		await work();
	} finally {
		for (const watch of begun) await watch.stop();
		await run.stop();
	}
	return Promise.all(begun.map(async ({ ended }) => alarms((await ended).stdout)));
}

test.runIf(isWanted)("an attack raises one alarm of each kind, and the application's usual calls raise none", async () => {
	const file = `${temporaryFolder("alarm")}/alarm.json`;
	const [found = []] = await watched([[], ["--on-alarm", `cat >>${file}`]], async () => {
		await request("unshare");
		for (let time = 0; time < 4; time++) await request("mount");
		await request("child");
		await eventually(() => Promise.resolve(expect(alarms(readFileSync(file, "utf8"))).toHaveLength(2)));
	});
	expect(found).toMatchObject([
		{
			...{ schema: "cagewright/alarm/1", cage: "victim", call: "mount", technique: "file-tree", severity: "high" },
			...{ result: "refused", program: "/usr/bin/perl", knownBy: "process", count: 1 },
		},
		{ cage: "victim", call: "chroot", severity: "high" },
	]);
	expect(alarms(readFileSync(file, "utf8")).map(({ call }) => call)).toEqual(["mount", "chroot"]);
	const { stdout } = await cagewright(["show", "victim", "--history"], { state });
	expect(stdout).toContain('alarm {"at":');
});

test.runIf(isWanted)("a self-test raises alarms only with --with-tests", async () => {
	const [without = [], withTests = []] = await watched([[], ["--with-tests"]], async () => {
		await cagewright(["selftest", "victim"], { state });
		await sleep(1000);
	});
	expect(without).toEqual([]);
	expect(withTests.length).toBeGreaterThan(1);
});

test.runIf(isWanted).each([
	["stop", () => expect(processesIn(root)).toEqual([])],
	["freeze", () => expect(processesIn(root).map((pid) => statusField(pid, "State").slice(0, 1))).toContain("T")],
] as const)("--on-alarm %s", async (reaction, expected) => {
	await watched([["--on-alarm", reaction]], async () => {
		await request("mount");
		await eventually(() => Promise.resolve(expected()));
		for (const pid of processesIn(root)) process.kill(pid, "SIGCONT");
	});
	const { stdout } = await cagewright(["show", "victim", "--history"], { state });
	expect(stdout).toContain(reaction === "stop" ? " stopped " : " frozen ");
});

test("a missing cage is named", async () => {
	const { status, stderr } = await cagewright(["watch", "nobody"], { state });
	expect(status).toBe(2);
	expect(stderr).toContain("nobody");
});
