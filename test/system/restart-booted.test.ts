import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/**
 * A service that others depend on, directly and through others, is stopped and started by updates and moves. Whatever fails, everything
 * that ran before runs afterwards.
 */

/** Serves port 7100. Its configuration names a port that it needs, or one for which it waits before it answers. */
const server = String.raw`use strict; use Socket; $SIG{PIPE} = "IGNORE"; my %c;
open(my $f, "<", "/etc/store.conf") or die "conf: $!"; while (<$f>) { my ($k, $v) = split; $c{$k} = $v if defined $v } close $f;
sub at { socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); return unless bind($s, pack_sockaddr_in($_[0], inet_aton("127.0.0.1"))) && listen($s, 9); $s }
my ($needed, $awaited); if ($c{needs}) { $needed = at($c{needs}) or die "needs: $!" }
if ($c{awaits}) { until ($awaited = at($c{awaits})) { select undef, undef, undef, 0.1 } }
my $s = at(7100) or die "bind: $!"; while (accept(my $n, $s)) { syswrite $n, "store\n"; close $n }
`;

/** Takes a port as soon as nobody else has it. */
const occupier = `use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
until (bind($s, pack_sockaddr_in($ARGV[0], inet_aton("127.0.0.1"))) && listen($s, 9)) { select undef, undef, undef, 0.01 }
sleep 9 while 1;
`;

const ask = `#!/bin/sh
perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0);connect(S,pack_sockaddr_in(7100,inet_aton(q(127.0.0.1))))||exit 1;exit(<S>!~/store/)'
`;

/** `%%` and `$$` are for systemd. */
const isCaged =
	'test "$$(stat -L -c %%i /proc/$$(systemctl show --value --property=MainPID store)/root/.)" != "$$(stat -c %%i /)"';

/** Fails if a file says so: once the store is in its cage, or always. */
const app = `[Unit]
BindsTo=store.service
After=store.service
StartLimitIntervalSec=0
[Service]
ExecStartPre=/bin/sh -c 'test ! -e /run/fails'
ExecStart=/bin/sh -c 'test ! -e /run/picky || { ${isCaged} && exit 1; }; exec sleep infinity'
`;

const units = {
	"store.service": `[Unit]
PropagatesStopTo=told.service
[Service]
User=store
ExecStart=/usr/bin/perl /opt/store/server.pl
`,
	"app.service": app,
	"worker.service": "[Unit]\nPartOf=app.service\n[Service]\nExecStart=sleep infinity\n",
	"told.service": "[Service]\nExecStart=sleep infinity\n",
	"stack.target": "[Unit]\nRequires=store.service\nWants=unwanted.service\n",
	"unwanted.service": "[Service]\nExecStart=sleep infinity\n",
};
const dependents = ["app.service", "worker.service", "told.service", "stack.target"];
const cage = "/var/lib/cagewright/cages/store";

let system: Booted;
beforeAll(async () => {
	system = await boot();
	const at = (path: string) => join(system.tree, path);
	await system.must("useradd -r store; mkdir /opt/store");
	writeFileSync(at("opt/store/server.pl"), server);
	writeFileSync(at("opt/store/occupier.pl"), occupier);
	writeFileSync(at("etc/store.conf"), "#\n");
	writeFileSync(at("root/ask"), ask, { mode: 0o755 });
	for (const [name, text] of Object.entries(units)) writeFileSync(at(`etc/systemd/system/${name}`), text);
	await system.must("systemctl daemon-reload; systemctl start store");
	await eventually(() => system.query("/root/ask"));
	const ports = "--allow port:7101 --allow port:7102";
	await system.must(`cagewright make store.service --probe /root/ask ${ports} --no-selftest --yes --quiet`);
}, bootTime);

const cagewright = (line: string) => system.run(`cagewright ${line}`);
const property = (unit: string, name: string) => system.query(`systemctl show --value --property=${name} ${unit}`);
const rootOf = async () => system.query(`stat -L -c %d:%i /proc/${await property("store", "MainPID")}/root/.`);
const rootOfCage = () => system.query(`stat -L -c %d:%i ${cage}/current/`);
const rootOfHost = () => system.query("stat -c %d:%i /");
const isAdopted = async () => (await system.run(`grep -q '"phase":"adopted"' ${cage}/adoption.json`)).status === 0;
const occupy = (port: number) => system.must(`systemd-run --quiet --unit=occupier perl /opt/store/occupier.pl ${port}`);
const configure = (line: string) => system.must(`echo '${line}' >/etc/store.conf`);
/** The state of the store and of everything that depends on it. */
const states = async () => (await system.run(`systemctl is-active store ${dependents.join(" ")}`)).stdout.trim();
const allRun = ["store", ...dependents].map(() => "active").join("\n");

beforeEach(async () => {
	await system.must("systemctl stop --quiet occupier 2>/dev/null; rm -f /run/fails /run/picky; echo '#' >/etc/store.conf");
	await system.must("rm -rf /run/systemd/system/app.service.d; systemctl daemon-reload");
	await system.must(`systemctl reset-failed; systemctl start store ${dependents.join(" ")}; systemctl stop unwanted`);
	await eventually(() => system.query("/root/ask"));
});
const inCage = async () => {
	if (!(await isAdopted())) await system.must("cagewright adopt store --yes --quiet");
};
const onHost = async () => {
	if (await isAdopted()) await system.must("cagewright release store --yes --quiet");
};

describe("units that systemd stops with a service", () => {
	test("run again after each move, however they depend on it, and a target starts nothing that was stopped", async () => {
		await onHost();
		await system.must("cagewright adopt store --yes --quiet");
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfCage()]);
		await system.must("cagewright release store --yes --quiet");
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfHost()]);
		expect(await property("unwanted", "ActiveState")).toBe("inactive");
	});
});

describe("an adoption that a dependent service does not survive", () => {
	test("is undone, and the dependent service runs again although it failed too often", async () => {
		await onHost();
		await system.must("touch /run/picky; mkdir -p /run/systemd/system/app.service.d");
		const limit = "[Unit]\\nStartLimitIntervalSec=infinity\\nStartLimitBurst=1\\n";
		await system.must(`printf '${limit}' >/run/systemd/system/app.service.d/limit.conf; systemctl daemon-reload`);
		await system.must("systemctl reset-failed app");
		const { status, stderr } = await cagewright("adopt store --yes --quiet");
		expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("runs on the host as before") });
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfHost()]);
	});

	test.runIf(isLong)("is undone with a warning if it fails on the host too, and later commands leave it alone", async () => {
		await onHost();
		await system.must("touch /run/fails");
		const { status, stderr } = await cagewright("adopt store --yes");
		expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("runs on the host as before") });
		expect(stderr).toMatch(/app\.service/);
		const invocation = await property("store", "InvocationID");
		expect(await cagewright("list --quiet")).toMatchObject({ status: 0, stderr: "" });
		expect([await property("store", "InvocationID"), await rootOf()]).toEqual([invocation, await rootOfHost()]);
	});
});

describe.runIf(isLong)("an adoption whose probe passes neither in the cage nor on the host afterwards", () => {
	test("ends on the host with a warning, and the next command has nothing to do", async () => {
		await onHost();
		await system.must("rm -f /run/silent /run/events");
		const adopted =
			"cagewright adopt store --probe 'test ! -e /run/silent' --timeout 5 --events --yes 2>/run/events & adoption=$!";
		const silenced = "until grep -qs service-stopped /run/events; do sleep 0.05; done; touch /run/silent; wait $adoption";
		expect(await system.run(`${adopted}; ${silenced}`)).toMatchObject({ status: 1 });
		await system.must("rm /run/silent; grep -q undone-unanswered /run/events");
		expect(await cagewright("list --quiet")).toMatchObject({ status: 0, stderr: "" });
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfHost()]);
	});
});

describe("the next command after an interrupted adoption", () => {
	test("does not stop a service that already runs on the host, whatever is wrong with other cages", async () => {
		await inCage();
		await system.must(`cp ${cage}/adoption.json /root/adoption.json`);
		await onHost();
		const invocation = await property("store", "InvocationID");
		await system.must(`sed 's/"phase":"adopted"/"phase":"starting"/' /root/adoption.json >${cage}/adoption.json`);
		await system.must(
			"cp -a /var/lib/cagewright/cages/store /var/lib/cagewright/cages/another; echo '{' >/var/lib/cagewright/cages/another/adoption.json",
		);
		try {
			const { stderr } = await cagewright("list --quiet");
			expect(stderr).toMatch(/store\.service runs on the host/);
			expect(stderr).toMatch(/cages\/another\/adoption\.json/);
		} finally {
			await system.must("rm -r /var/lib/cagewright/cages/another");
		}
		expect([await property("store", "InvocationID"), await states()]).toEqual([invocation, allRun]);
		expect(await cagewright("list --quiet")).toMatchObject({ status: 0, stderr: "" });
	});
});

describe("an update of an adopted service", () => {
	test("is undone if it exits in the new generation, and everything that stopped runs again", async () => {
		await inCage();
		await occupy(7101);
		await configure("needs 7101");
		const { status, stderr } = await cagewright("update store --no-selftest --yes --quiet");
		expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/runs generation \d+ again/) });
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfCage()]);
		await system.query(`/root/ask; test ! -e ${cage}/switching.json`);
	});

	test.runIf(isLong)("says if the service is down in the previous generation too, and the next command starts it", async () => {
		await inCage();
		await occupy(7100);
		await configure("# another generation");
		const { status, stderr } = await cagewright("update store --no-selftest --yes");
		expect({ status, stderr }).toEqual({
			status: 1,
			stderr: expect.stringMatching(/does not answer in the previous generation[\s\S]*neither in the new generation nor/),
		});
		expect(await property("store", "ActiveState")).toBe("failed");
		await system.must("systemctl stop occupier");
		expect((await cagewright("list")).stderr).toMatch(/Restarted: store\.service/);
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfCage()]);
		expect(await cagewright("list --quiet")).toMatchObject({ status: 0, stderr: "" });
	});

	test.runIf(isLong)("waits for the service as long as its adoption did, whatever its cage says", async () => {
		await onHost();
		await system.must("cagewright adopt store --timeout 600 --yes --quiet");
		await configure("awaits 7102");
		await system.must("cagewright update store --no-restart --no-selftest --yes --quiet");
		await occupy(7102);
		await system.must(`sed -i 's/"timeout": *[0-9]*/"timeout": 1/' ${cage}/cage.json`);
		const updated = "cagewright update store --events --yes 2>/run/events & update=$!";
		const freed =
			"until grep -q service-started /run/events; do sleep 0.1; done; sleep 15; systemctl stop occupier; wait $update || { cat /run/events >&2; exit 1; }";
		expect(await system.run(`: >/run/events; ${updated}; ${freed}`)).toMatchObject({ status: 0 });
		expect([await states(), await rootOf()]).toEqual([allRun, await rootOfCage()]);
	});
});
