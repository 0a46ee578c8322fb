import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { configuration, type Offered, startClient, writeCompany } from "./company.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";

const answers = (port: number, words: string) =>
	`perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0);connect(S,pack_sockaddr_in(${port},inet_aton(q(127.0.0.1))))||exit 1;exit(<S>!~/${words}/)'`;

let system: Booted;
beforeAll(async () => {
	system = await boot();
	writeCompany(system.tree);
	await system.must("useradd -r office; systemctl daemon-reload; systemctl start office shop");
	for (const [name, port] of [
		["office", 7071],
		["shop", 7080],
	] as const) {
		writeFileSync(join(system.tree, `root/ask-${name}`), `#!/bin/sh\n${answers(port, name)}\n`, { mode: 0o755 });
		await eventually(() => system.query(`/root/ask-${name}`));
		await system.must(`cagewright make ${name}.service --probe /root/ask-${name} --no-selftest --yes --quiet`);
	}
	writeFileSync(join(system.tree, "root/ask-whole"), `#!/bin/sh\n${answers(7080, "shop and office")}\n`, { mode: 0o755 });
	// The cages do not know this account.
	await system.must("useradd -r visitor");
}, bootTime);

const kinds = ["socket", "abstract", "port", "log"] as const;
beforeEach(async () => {
	await system.must(`systemctl stop --quiet ${kinds.map((kind) => `visit-${kind}`).join(" ")} 2>/dev/null || :`);
	await system.must("rm -f /etc/office-watch.conf; systemctl reset-failed");
	for (const service of ["shop", "office"]) {
		if ((await run(`show ${service} --json`)).stdout.includes('"adopted"')) await must(`release ${service} --keep cage --yes`);
	}
});

const run = (line: string) => system.run(`cagewright ${line} --quiet`);
const must = (line: string) => system.must(`cagewright ${line} --quiet`);
const json = async (line: string) => describedJson(await must(`${line} --json`));
const property = (service: string, name: string) => system.query(`systemctl show --value --property=${name} ${service}`);
const isOnHost = async (service: string) => {
	const places = `/proc/${await property(service, "MainPID")}/root/. /`;
	return new Set((await system.query(`stat -L -c %d:%i ${places}`)).split("\n")).size === 1;
};

/** Starts the office on the host with one configuration, and puts another one into its cage. */
async function configure(host: Offered, cage: Offered): Promise<void> {
	for (const [place, offered] of [
		["/etc/office.conf", host],
		["/var/lib/cagewright/cages/office/current/etc/office.conf", cage],
	] as const) {
		writeFileSync(join(system.tree, "root/conf"), configuration(offered));
		await system.must(`cat /root/conf >${place}`);
	}
	await system.must("systemctl restart office");
	await eventually(() => system.query("/root/ask-office"));
}

/** A client that has connected. */
async function visit(kind: (typeof kinds)[number], user = "office"): Promise<void> {
	await system.must(startClient(kind, user));
	await eventually(() => system.query(`journalctl -q -o cat -u visit-${kind} | grep -q connected`));
}

interface Cut {
	readonly kind: (typeof kinds)[number];
	readonly user?: string;
	/** What the service does differently in its cage. */
	readonly cage: Offered;
	readonly what: string;
	readonly names: RegExp;
}

const cuts: readonly Cut[] = [
	{ what: "unix socket", kind: "socket", cage: { socket: "" }, names: /because \/run\/office\/office\.sock is gone/ },
	{ what: "file", kind: "log", cage: { mode: "600" }, names: /\/var\/lib\/office\/log/ },
	{
		what: "abstract socket",
		kind: "abstract",
		cage: { abstract: "other" },
		names: /connect to @office any more \(ECONNREFUSED\)/,
	},
	{ what: "account", kind: "abstract", user: "visitor", cage: {}, names: /closes its connections to @office at once/ },
	{ what: "address", kind: "port", cage: { port: "127.0.0.1:7070" }, names: /no longer listens on 127\.0\.0\.2:7070/ },
];

test.each(some(1, cuts))("a move that cuts a client off by its $what is taken back and names the client", async (cut) => {
	const { cage, kind, names, user } = cut;
	const socket = kind === "socket" ? {} : { socket: "" };
	await configure(socket, { ...socket, ...cage });
	await visit(kind, user);
	const { status, stderr } = await run("adopt office --yes");
	expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(names) });
	expect(stderr).toMatch(new RegExp(`^cagewright: office\\.service .*visit-${kind}\\.service \\(perl\\)[^\\n]*\\n$`));
	expect(await isOnHost("office")).toBe(true);
	await system.query("/root/ask-office");
});

test.runIf(isLong)("a move after which nobody listens on a port is taken back, although no client is connected", async () => {
	await configure({ socket: "" }, { socket: "", port: "" });
	expect(await run("adopt office --yes")).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(/no longer listens on 127\.0\.0\.2:7070/),
	});
	expect(await isOnHost("office")).toBe(true);
});

test.runIf(isLong)("a move after which a tool finds no process id is taken back and names the tool's configuration", async () => {
	await configure({ socket: "" }, { socket: "", pid: "" });
	await system.must("echo 'check pid /run/office/office.pid' >/etc/office-watch.conf");
	const { status, stderr } = await run("adopt office --yes");
	expect({ status, stderr }).toEqual({
		status: 1,
		stderr: expect.stringMatching(/\/etc\/office-watch\.conf is cut off.*\/run\/office\/office\.pid/),
	});
	expect(await isOnHost("office")).toBe(true);
});

test("clients that connect again are listed, and a client probe is asked before and after, and at each update", async () => {
	await configure({ socket: "" }, { socket: "" });
	await visit("port");
	await visit("abstract");
	const invocation = await property("office", "InvocationID");
	expect(await run("adopt office --client-probe 'echo closed today; false' --yes")).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(/^cagewright: A client probe fails before the move.*closed today\.?\n$/),
	});
	expect(await property("office", "InvocationID")).toBe(invocation);
	const open = "test ! -e /run/closed && runuser -u visitor -- /usr/bin/test -e /etc/office.conf";
	const adopted = await json(`adopt office --client-probe '${open}' --yes`);
	expect(adopted).toMatchObject({ schema: "cagewright/adopt/1", clientProbes: [open], away: [] });
	expect(adopted.clients).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ name: "visit-port.service", offer: { kind: "port", address: "127.0.0.2", port: 7070 } }),
			expect.objectContaining({ name: "visit-abstract.service", offer: { kind: "abstract", name: "office" } }),
		]),
	);
	// Twice the whole limit: the update waits for the client, and so does its rollback.
	if (!isLong) return;
	await system.must("touch /run/closed; echo '# new' >>/opt/office/server.pl");
	try {
		expect(await run("update office --no-selftest --yes")).toMatchObject({
			status: 1,
			stderr: expect.stringContaining("/run/closed"),
		});
		expect(await json("show office")).toMatchObject({ generation: 1 });
	} finally {
		await system.must("rm /run/closed");
	}
	await system.query("/root/ask-office");
});

test.runIf(isLong)("a client probe shows what the cage needs, and a person's home is shared or not given at all", async () => {
	const notes = [
		"use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);",
		"bind($s, pack_sockaddr_in(7090, inet_aton('127.0.0.1'))) or die; listen($s, 9);",
		"while (accept(my $n, $s)) { my $line = <$n>; my $note = $line =~ /^note/;",
		"    if ($note) { open(my $f, '>>', '/home/ana/notes') or next; print $f $line; close $f }",
		'    syswrite $n, $note ? "noted\\n" : "notes\\n"; close $n }',
	];
	const ask = (line: string, answer: string) =>
		`perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0);connect(S,pack_sockaddr_in(7090,inet_aton(q(127.0.0.1))))||exit 1;syswrite S,"${line}\\n";exit(<S>!~/${answer}/)'`;
	writeFileSync(join(system.tree, "opt/office/notes.pl"), notes.join("\n"));
	writeFileSync(
		join(system.tree, "etc/systemd/system/notes.service"),
		"[Service]\nExecStart=/usr/bin/perl /opt/office/notes.pl\n",
	);
	writeFileSync(join(system.tree, "root/ask-notes"), `#!/bin/sh\n${ask("hello", "notes")}\n`, { mode: 0o755 });
	writeFileSync(join(system.tree, "root/take-note"), `#!/bin/sh\n${ask("note", "noted")}\n`, { mode: 0o755 });
	await system.must("useradd --create-home --shell /bin/sh ana; systemctl daemon-reload; systemctl start notes");
	await eventually(() => system.query("/root/ask-notes"));
	const adopt = "adopt notes --probe /root/ask-notes --client-probe /root/take-note --no-selftest --yes";
	expect(await run(adopt)).toMatchObject({
		status: 4,
		stderr: /\/home\/ana, the homes of persons.* --bind \/home:rw --allow-write \/home\. .* --allow-write \/home\/ana\.\n$/,
	});
	await must(`${adopt} --allow-write /home/ana`);
	await system.must("rm /home/ana/notes; /root/take-note; grep -qx note /home/ana/notes");
	await must("release notes --yes");
	await system.must("systemctl stop notes");
});

test.runIf(isLong)("a service stays on the host if its cage fails an exercise that passed in the trace", async () => {
	const greeter = [
		"use Socket; my %s; for my $port (7095, 7096) { socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);",
		"bind($s, pack_sockaddr_in($port, inet_aton('127.0.0.1'))) or die; listen($s, 9); $s{$port} = $s }",
		"while (1) { my $r = ''; vec($r, fileno($_), 1) = 1 for values %s; select($r, undef, undef, undef);",
		"for my $port (keys %s) { next unless vec($r, fileno($s{$port}), 1); accept(my $n, $s{$port});",
		"    if ($port == 7095) { syswrite $n, qq(hello\\n) } elsif (open(my $f, '<', '/etc/greeting')) { syswrite $n, scalar <$f> } } }",
	];
	writeFileSync(join(system.tree, "opt/office/greeter.pl"), greeter.join("\n"));
	writeFileSync(join(system.tree, "etc/greeting"), "welcome\n");
	const unit = "[Service]\nUser=office\nExecStart=/usr/bin/perl /opt/office/greeter.pl\n";
	writeFileSync(join(system.tree, "etc/systemd/system/greeter.service"), unit);
	writeFileSync(join(system.tree, "root/ask-greeter"), `#!/bin/sh\n${answers(7095, "hello")}\n`, { mode: 0o755 });
	writeFileSync(join(system.tree, "root/ask-greeting"), `#!/bin/sh\n${answers(7096, "welcome")}\n`, { mode: 0o755 });
	await system.must("systemctl daemon-reload; systemctl start greeter");
	await eventually(() => system.query("/root/ask-greeting"));
	const invocation = await property("greeter", "InvocationID");
	const adopt = "adopt greeter --probe /root/ask-greeter --exercise /root/ask-greeting --no-selftest --yes";
	const { status, stderr } = await run(`${adopt} --exclude /etc/greeting`);
	expect({ status, stderr }).toEqual({
		status: 4,
		stderr: expect.stringMatching(/\/etc\/greeting.*Probe: \/root\/ask-greeting/),
	});
	expect(await property("greeter", "InvocationID")).toBe(invocation);
	await must(adopt);
	await system.must("/root/ask-greeting; cagewright release greeter --yes --quiet; systemctl stop greeter");
});

test.runIf(isLong)("several services move whoever is used first", async () => {
	await configure({ socket: "" }, { socket: "" });
	const preview = await json("adopt shop office --copy-data --dry-run");
	expect(preview.services).toContainEqual(expect.objectContaining({ name: "office", places: ["/var/lib/office"], inPlace: [] }));
	const adopted = await json("adopt shop office --client-probe /root/ask-whole --yes");
	expect(adopted.services).toMatchObject([{ service: "office.service" }, { service: "shop.service" }]);
	expect([await isOnHost("office"), await isOnHost("shop")]).toEqual([false, false]);
	const released = await json("release shop office --yes");
	expect(released.services).toMatchObject([{ name: "shop" }, { name: "office" }]);
	expect([await isOnHost("office"), await isOnHost("shop")]).toEqual([true, true]);
});

test("several services that move return if one of them fails", async () => {
	await configure({ socket: "" }, { socket: "" });
	const program = "/var/lib/cagewright/cages/shop/current/opt/office/shop.pl";
	await system.must(`mv ${program} /var/shop.pl`);
	try {
		expect(await run("adopt office shop --yes")).toMatchObject({
			status: 1,
			stderr: expect.stringMatching(/^cagewright: shop\.service failed, so office\.service moved back to the host too: .*\n$/),
		});
	} finally {
		await system.must(`mv /var/shop.pl ${program}`);
	}
	expect([await isOnHost("office"), await isOnHost("shop")]).toEqual([true, true]);
	await system.query("/root/ask-whole");
});

test.runIf(isLong)("a kill between two moves leaves each service whole, and the next command says where", async () => {
	await configure({ socket: "" }, { socket: "" });
	const killed = `cagewright adopt office shop --yes --events 2>/run/events & adoption=$!`;
	const second =
		"until [ $(grep -c service-stopped /run/events) = 2 ]; do sleep 0.05; done; kill -KILL $adoption; wait $adoption";
	expect((await system.run(`rm -f /run/events; touch /run/events; ${killed}; ${second}`)).status).toBe(137);
	const { stderr } = await system.run("cagewright list");
	expect(stderr).toMatch(/office\.service runs in its cage office/);
	expect(stderr).toMatch(/shop\.service runs (in its cage|on the host)/);
	await system.query("/root/ask-whole");
});
