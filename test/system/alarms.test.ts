import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { begin, cagewright, type Json, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";
import { processesIn, statusField } from "./processes.ts";

/** An application does in its cage what an intruder would do, and the watch notices. The kernel records ten refusals in five seconds at most. */

const state = temporaryState();
let port: number;
let root: string;

/** `GET /mount` mounts, and so on. It asks for a namespace at its start and does without, as some libraries do. */
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

beforeAll(async () => {
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

async function watched(options: readonly string[], work: () => Promise<void>): Promise<Json[]> {
	const run = startRun("victim", { state });
	await eventually(() => request(""));
	const watch = begin(["watch", "--json", ...options], { state });
	try {
		await watch.says("Watching");
		await work();
	} finally {
		await watch.stop();
		await run.stop();
	}
	return alarms((await watch.ended).stdout);
}

test("an attack raises an alarm within a second; what the application always does raises none", async () => {
	const found = await watched([], async () => {
		await request("unshare");
		await request("mount");
		await request("child");
		await sleep(1000);
	});
	expect(found).toMatchObject([
		{
			schema: "cagewright/alarm/1",
			cage: "victim",
			call: "mount",
			technique: "file-tree",
			severity: "high",
			result: "refused",
			knownBy: "process",
			count: 1,
		},
		{ cage: "victim", call: "chroot", severity: "high" },
	]);
	expect(found[0]?.program).toBe("/usr/bin/perl");
	const { stdout } = await cagewright(["show", "victim", "--history"], { state });
	expect(stdout).toContain('alarm {"at":');
});

test("the same alarm again is counted and not repeated", async () => {
	const found = await watched([], async () => {
		for (let time = 0; time < 5; time++) await request("mount");
		await sleep(1000);
	});
	expect(found).toHaveLength(1);
});

test("a trial or a self-test is no attack, unless it is asked for", async () => {
	const test = async () => void (await cagewright(["selftest", "victim"], { state }));
	expect(await watched([], test)).toEqual([]);
	await sleep(5000);
	expect((await watched(["--with-tests"], test)).length).toBeGreaterThan(1);
});

test.each([
	["stop", () => expect(processesIn(root)).toEqual([])],
	["freeze", () => expect(processesIn(root).map((pid) => statusField(pid, "State").slice(0, 1))).toContain("T")],
] as const)("--on-alarm %s", async (reaction, expected) => {
	await sleep(5000);
	await watched(["--on-alarm", reaction], async () => {
		await request("mount");
		await eventually(() => Promise.resolve(expected()));
		for (const pid of processesIn(root)) process.kill(pid, "SIGCONT");
	});
	const { stdout } = await cagewright(["show", "victim", "--history"], { state });
	expect(stdout).toContain(reaction === "stop" ? " stopped " : " frozen ");
});

test("--on-alarm COMMAND gets the alarm as JSON", async () => {
	const file = `${temporaryFolder("alarm")}/alarm.json`;
	await sleep(5000);
	await watched(["--on-alarm", `cat >${file}`], async () => {
		await request("mount");
		await eventually(() => Promise.resolve(expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ call: "mount" })));
	});
});

test("another cage's alarms are not reported, and a cage that is not there is named", async () => {
	const { status, stderr } = await cagewright(["watch", "nobody"], { state });
	expect(status).toBe(2);
	expect(stderr).toContain("nobody");
});
