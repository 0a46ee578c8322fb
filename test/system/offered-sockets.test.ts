import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";

/** Clients of a service on the host find its sockets at the same paths, whether or not it runs in a cage. */

let system: Booted;
const socket = "/run/redis/redis.sock";

/** Answers with the name of the account that asks (SO_PEERCRED in unix(7)). */
const asked = [
	"use Socket; open(my $log, '>>', '/var/log/asked.log') or die $!; $log->autoflush;",
	"socket(my $server, AF_UNIX, SOCK_STREAM, 0) or die; unlink '/run/asked/a.sock';",
	"bind($server, pack_sockaddr_un('/run/asked/a.sock')) or die $!; chmod 0666, '/run/asked/a.sock'; listen($server, 5) or die;",
	"while (accept(my $client, $server)) {",
	"    my (undef, $uid) = unpack('i3', getsockopt($client, SOL_SOCKET, 17));",
	'    print $log "asked by $uid\\n";',
	"    syswrite($client, getpwuid($uid) // 'unknown');",
	"}",
].join("\n");
const ask = [
	"use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;",
	"connect($s, pack_sockaddr_un(($ENV{CAGEWRIGHT_ROOT} // '') . '/run/asked/a.sock')) or die $!;",
	"sysread($s, my $name, 99) or die; print $name;",
].join("\n");
const unit = ["[Service]", "User=games", "ExecStart=/usr/bin/perl /srv/asked.pl"].join("\n");

beforeAll(async () => {
	system = await boot();
	await system.must(
		[
			`sed -i 's|^# *unixsocket .*|unixsocket ${socket}|; s|^# *unixsocketperm .*|unixsocketperm 770|' /etc/redis/redis.conf`,
			"systemctl start redis-server",
			`cat >/srv/asked.pl <<'X'\n${asked}\nX`,
			`cat >/usr/local/bin/ask <<'X'\n#!/usr/bin/perl\n${ask}\nX`,
			"chmod 755 /usr/local/bin/ask",
			`cat >/etc/systemd/system/asked.service <<'X'\n${unit}\nX`,
			"printf 'd /run/asked 0751 games daemon\\nf /var/log/asked.log 0640 games adm\\n' >/etc/tmpfiles.d/asked.conf && systemd-tmpfiles --create asked.conf",
			"systemctl daemon-reload && systemctl start asked",
		].join("\n"),
	);
	await eventually(() => system.query(`test "$(redis-cli -s ${socket} ping)" = PONG && ask`));
}, bootTime);

const adopt = (service: string, more = "") => system.must(`cagewright adopt ${service} --yes --no-selftest --quiet ${more}`);
const status = (path: string) => system.query(`stat -c '%F %U:%G %a' ${path}`);
const answers = () => eventually(() => system.query(`test "$(redis-cli -s ${socket} ping)" = PONG`));
const mainPid = (service: string) => system.query(`systemctl show --value --property=MainPID ${service}`);

describe.runIf(isLong)("a service with RuntimeDirectory=", () => {
	test("is traced and tried without touching its running socket", async () => {
		const before = await system.query(`stat -c '%i %Z' ${socket}`);
		await system.must("cagewright make redis-server.service --yes --no-selftest --quiet");
		expect(await system.query(`stat -c '%i %Z' ${socket}`)).toBe(before);
	});

	test("keeps its socket at its path, with its owner and mode, and sees nothing else of /run", async () => {
		const before = [await status("/run/redis"), await status(socket)];
		await adopt("redis-server");
		await answers();
		expect([await status("/run/redis"), await status(socket)]).toEqual(before);
		const inside = await system.query(`ls /proc/${await mainPid("redis-server")}/root/run`);
		expect(inside.split("\n").filter((name) => !["redis", "systemd", "host"].includes(name))).toEqual([]);
		const plan = describedJson(await system.query("cagewright plan redis-server --json"));
		expect(plan.offeredSockets).toEqual([{ path: socket, reach: "host" }]);
	});

	test("offers it again after a restart, a crash and a stop, which removes the directory", async () => {
		await system.must("systemctl restart redis-server");
		await answers();
		await system.must("systemctl kill --signal=KILL redis-server");
		await answers();
		await system.must("systemctl stop redis-server; ! test -e /run/redis; systemctl start redis-server");
		await answers();
	});

	test("offers it again after its release", async () => {
		await system.must("cagewright release redis-server --yes --quiet");
		await answers();
	});
});

test("a service that asks who connects gets the client's name, in a directory that it finds or that is missing after a boot", async () => {
	const before = await status("/run/asked");
	await system.must("cagewright make asked.service --probe ask --yes --no-selftest --quiet");
	const refused = await system.run("cagewright run asked");
	expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining("listens on /run/asked/a.sock") });
	await system.query("ask");
	await adopt("asked", "--probe ask");
	const names = async () => [await system.query("ask"), await system.query("runuser -u nobody -- ask")];
	await eventually(() => system.query("ask"));
	expect(await names()).toEqual(["root", "unknown"]);
	await system.must("rm /etc/tmpfiles.d/asked.conf");
	await system.reboot();
	expect(await system.query("test -e /run/asked || echo missing")).toBe("missing");
	await system.must("systemctl start asked");
	await eventually(() => system.query("ask"));
	expect(await status("/run/asked")).toBe(before);
	const passwd = await system.query(`cat /proc/${await mainPid("asked")}/root/etc/passwd`);
	expect(passwd).toContain("root:x:0:0::/nonexistent:/usr/sbin/nologin");
});

test("its log directly in /var/log stays where the host's tools read and rotate it, and no other log is in the cage", async () => {
	const lines = (path: string) => system.query(`grep -c '^asked by' ${path} || :`);
	const before = Number(await lines("/var/log/asked.log"));
	await system.query("ask");
	expect(Number(await lines("/var/log/asked.log"))).toBe(before + 1);
	expect(await status("/var/log/asked.log")).toBe("regular file games:adm 640");
	expect(await system.query(`ls /proc/${await mainPid("asked")}/root/var/log`)).toBe("asked.log");
	await system.must("mv /var/log/asked.log /var/log/asked.log.1; systemctl restart asked");
	await eventually(() => system.query("ask"));
	expect([await lines("/var/log/asked.log"), await lines("/var/log/asked.log.1")]).toEqual(["1", String(before + 1)]);
	await system.must("cagewright release asked --yes --quiet");
	await eventually(() => system.query("ask"));
	expect(Number(await lines("/var/log/asked.log"))).toBeGreaterThan(1);
});
