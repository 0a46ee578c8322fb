import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/** Sockets and process numbers in host directories that a cage does not mount: another account's spool, and /run itself. */

let system: Booted;
const [spooled, direct, pidFile] = ["/var/spool/office/private/filter", "/run/filter.sock", "/run/filter.pid"];

/**
 * Offers both sockets, and counts signals. `/etc/filter.conf` may name a file that it puts in place of the first socket, or the
 * seconds after which it writes its number.
 */
const filter = [
	"use Socket; my $hangups = 0; $SIG{HUP} = sub { $hangups++ };",
	"my %servers; for ('SPOOLED', 'DIRECT') {",
	"    socket(my $server, AF_UNIX, SOCK_STREAM, 0) or die; unlink $_;",
	'    bind($server, pack_sockaddr_un($_)) or die "$_: $!"; listen($server, 5) or die; $servers{$_} = $server;',
	"}",
	"chown scalar(getpwnam 'office'), -1, 'SPOOLED' or die; chmod 0600, 'SPOOLED'; chmod 0666, 'DIRECT';",
	"my $other = ''; if (open(my $conf, '<', '/etc/filter.conf')) { chomp($other = <$conf>); }",
	"if ($other =~ /^\\d+$/) { sleep $other; $other = '' }",
	"open(my $pid, '>', 'PIDFILE') or die; print $pid \"$$\\n\"; close $pid;",
	"if ($other) { for ('SPOOLED', 'PIDFILE') { unlink $_; symlink $other, $_ or die } }",
	"while (1) { my $bits = ''; vec($bits, fileno $_, 1) = 1 for values %servers;",
	"    next if select($bits, undef, undef, undef) < 1;",
	"    for (values %servers) { next unless vec($bits, fileno $_, 1); accept(my $client, $_); syswrite $client, $hangups } }",
]
	.join("\n")
	.replaceAll("SPOOLED", spooled)
	.replaceAll("DIRECT", direct)
	.replaceAll("PIDFILE", pidFile);
const ask = [
	"use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;",
	"connect($s, pack_sockaddr_un(($ENV{CAGEWRIGHT_ROOT} // '') . $ARGV[0])) or die $!;",
	"sysread($s, my $answer, 99) or die; print $answer;",
].join("\n");
/** Answers only if the filter does, and keeps its state in the spool. */
const office = [
	"use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);",
	"bind($s, pack_sockaddr_in(7100, inet_aton('127.0.0.1'))) or die; listen($s, 9);",
	"while (accept(my $n, $s)) {",
	"    open(my $f, '>', '/var/spool/office/private/last') or die; close $f; socket(my $o, AF_UNIX, SOCK_STREAM, 0);",
	"    my $answer = ''; sysread($o, $answer, 99) if connect($o, pack_sockaddr_un('SPOOLED'));",
	'    syswrite $n, $answer eq "" ? "nothing\\n" : "$answer hangups\\n"; close $n }',
]
	.join("\n")
	.replaceAll("SPOOLED", spooled);
const unit = ["[Service]", "ExecStart=/usr/bin/perl /srv/filter.pl", "ExecReload=/bin/kill -HUP $MAINPID"].join("\n");

beforeAll(async () => {
	system = await boot();
	const write = (path: string, text: string, mode = 0o644) => writeFileSync(join(system.tree, path), `${text}\n`, { mode });
	write("srv/filter.pl", filter);
	write("usr/local/bin/ask", `#!/usr/bin/perl\n${ask}`, 0o755);
	write("etc/systemd/system/filter.service", unit);
	await system.must(
		[
			"useradd -r office; install -d -m 755 /var/spool/office; install -d -m 700 -o office /var/spool/office/private",
			"install -m 600 -o office /dev/null /var/spool/office/private/secret; touch /etc/filter.conf",
			"systemctl daemon-reload; systemctl start filter nginx",
		].join("\n"),
	);
	await eventually(answers);
}, bootTime);

async function answers(): Promise<void> {
	await system.query(`runuser -u office -- ask ${spooled}; runuser -u nobody -- ask ${direct}`);
}

const status = () => system.query(`stat -c '%F %U:%G %a' ${spooled} ${direct} ${pidFile}`);
const mainPid = (service: string) => system.query(`systemctl show --value --property=MainPID ${service}`);
const isGone = (path: string) => system.query(`test ! -e ${path} && test ! -L ${path}`);

describe("a service whose sockets are among others' files", () => {
	test("is traced and tried without touching its running sockets", async () => {
		const before = await system.query(`stat -c '%i %Z' ${spooled} ${direct} ${pidFile}`);
		await system.must(
			`cagewright make filter.service --probe 'ask ${direct}' --exercise 'ask ${spooled}' --no-selftest --yes --quiet`,
		);
		expect(await system.query(`stat -c '%i %Z' ${spooled} ${direct} ${pidFile}`)).toBe(before);
	});

	test("keeps them at their paths, with owner and mode, and sees nothing else there", async () => {
		const before = await status();
		await system.must("cagewright adopt filter --yes --quiet");
		await answers();
		expect(await status()).toBe(before);
		const root = `/proc/${await mainPid("filter")}/root`;
		expect(await system.query(`ls ${root}/var/spool/office/private`)).toBe("filter");
		expect((await system.query(`ls ${root}/run`)).split("\n").sort()).toEqual(
			expect.arrayContaining(["filter.pid", "filter.sock"]),
		);
		await isGone(`${root}/run/nginx.pid`);
	});

	test("gives the host's tools its number on the host", async () => {
		await system.must(`kill -HUP $(cat ${pidFile})`);
		await eventually(async () => expect(await system.query(`ask ${direct}`)).toBe("1"));
		await system.must("systemctl reload filter");
		await eventually(async () => expect(await system.query(`ask ${direct}`)).toBe("2"));
		expect(await system.query(`cat /proc/$(cat ${pidFile})/cmdline | tr '\\0' ' '`)).toContain("/srv/filter.pl");
	});

	test("offers them again after a restart, a crash and a reboot, and not while it is stopped", async () => {
		await system.must("systemctl restart filter");
		await answers();
		await system.must("systemctl kill --signal=KILL filter");
		await eventually(answers);
		await system.must("systemctl stop filter");
		for (const path of [spooled, direct, pidFile, "/run/cagewright/filter.service"]) await isGone(path);
		await system.must("systemctl start filter");
		await answers();
		await system.reboot();
		await system.must("systemctl start filter");
		await answers();
	});

	test("cannot make root publish another file through a link", async () => {
		const conf = "/var/lib/cagewright/cages/filter/current/etc/filter.conf";
		await system.must(`echo /etc/passwd >${conf}; systemctl restart filter`);
		expect(await system.query("journalctl --sync; journalctl -q -o cat -u filter | grep -c cagewright-publish")).toBe("2");
		for (const path of [spooled, pidFile]) await isGone(path);
		expect(await system.query("stat -c %h /etc/passwd")).toBe("1");
		await system.query(`ask ${direct}`);
		await system.must(`: >${conf}; systemctl restart filter`);
		await answers();
	});

	test("replaces no file of others", async () => {
		await system.must(`systemctl stop filter; echo theirs >${spooled}; systemctl start filter`);
		expect(await system.query(`cat ${spooled}`)).toBe("theirs");
		await system.must(`rm ${spooled}; systemctl restart filter`);
		await answers();
	});

	test.runIf(isLong)("gives the host's tools its number even if it writes that long after its start", async () => {
		const conf = "/var/lib/cagewright/cages/filter/current/etc/filter.conf";
		await system.must(`echo 8 >${conf}; systemctl restart filter`);
		await eventually(async () =>
			expect(await system.query(`cat /proc/$(cat ${pidFile})/cmdline | tr '\\0' ' '`)).toContain("/srv/filter.pl"),
		);
		await system.must(`: >${conf}; systemctl restart filter`);
		await answers();
	});

	test.runIf(isLong)("is reached by the service whose spool it is, in each of that one's trials and in its cage", async () => {
		writeFileSync(join(system.tree, "srv/office.pl"), `${office}\n`);
		writeFileSync(
			join(system.tree, "etc/systemd/system/office.service"),
			"[Service]\nUser=office\nExecStart=/usr/bin/perl /srv/office.pl\n",
		);
		await system.must("systemctl daemon-reload; systemctl start office");
		const probe =
			"perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0);connect(S,pack_sockaddr_in(7100,inet_aton(q(127.0.0.1))))||exit 1;exit(<S>!~/hangups/)'";
		writeFileSync(join(system.tree, "usr/local/bin/ask-office"), `#!/bin/sh\n${probe}\n`, { mode: 0o755 });
		await eventually(() => system.query("ask-office"));
		await system.must(`cagewright adopt office --probe ask-office --allow socket:${spooled} --no-selftest --yes --quiet`);
		const { unitTrial } = JSON.parse(await system.must("cat /var/lib/cagewright/cages/office/cage.json"));
		expect(unitTrial).toEqual({ generation: expect.any(Number), unit: "office.service" });
		await system.query("ask-office");
		await system.must("systemctl restart filter");
		await eventually(() => system.query("ask-office"));
		await system.must("cagewright release office --yes --quiet; systemctl stop office");
	});

	test("offers them itself again after its release", async () => {
		await system.must("cagewright release filter --yes --quiet");
		await eventually(answers);
		expect(await system.query(`stat -c %h ${spooled} ${direct}`)).toBe("1\n1");
		await isGone("/run/cagewright/filter.service");
	});
});

test.runIf(isLong)("nginx reads its configuration and reopens its logs when the host's tools ask, in its cage too", async () => {
	await system.must("systemctl start nginx && cagewright adopt nginx --no-selftest --yes --quiet");
	const workers = () => system.query("pgrep -f 'nginx: worker' | sort");
	const before = await workers();
	await system.must("nginx -s reload");
	await eventually(async () => {
		const now = (await workers()).split("\n");
		expect(now.some((pid) => before.split("\n").includes(pid))).toBe(false);
	});
	await system.must("logrotate -f /etc/logrotate.d/nginx");
	await eventually(() => system.query("curl -fsS -o /dev/null http://127.0.0.1/?new; grep -q new /var/log/nginx/access.log"));
	await system.must("cagewright release nginx --yes --quiet");
});
