import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { accountsIn, configurationLines, pathsIn, readConfiguration } from "../../src/plan/configuration.ts";
import { reads, trace } from "./traces.ts";
import { tree } from "./tree.ts";

describe("a line of configuration", () => {
	test("names accounts after a key, also after a prefix of it", () => {
		expect(accountsIn('force user = "guest"; x-group www-data; run_as_uid: app, owner')).toEqual(["guest", "www-data", "app"]);
	});
	test("names absolute paths without a final stop", () => {
		expect(pathsIn("see /etc/a.conf, or /srv/b...")).toEqual(["/etc/a.conf", "/srv/b"]);
	});
	test("names paths in URLs, and not what follows a host", () => {
		const line = "sqlite:////var/lib/a/db unix:///run/a.sock file:///srv/a http://localhost/b https://x.test:80/c //d /e//f";
		expect(pathsIn(line)).toEqual(["/var/lib/a/db", "/run/a.sock", "/srv/a", "/e"]);
	});
	// Far longer than reading takes, and far shorter than a search that begins again at each character.
	test.each(["a", "user-", "."])("with one long word of %s is read", { timeout: 60_000 }, (piece) => {
		const path = pathFromText("/etc/app/app.conf");
		const long = `/${piece.repeat(200_000 / piece.length)}!`;
		const lines = configurationLines(path, tree({ [path]: long }));
		expect(lines.flatMap(accountsIn)).toEqual([]);
		expect(lines.flatMap(pathsIn)).toHaveLength(1);
	});
});

describe("a file directly in /etc", () => {
	const isOwn = (program: string, name: string) => {
		const seen = trace(reads(`/etc/${name}`), { programs: new Set([pathFromText(program)]) });
		return readConfiguration(seen, [program]).length > 0;
	};
	test.each([
		["/usr/sbin/app", "app.conf"],
		["/usr/sbin/app", "app_keys"],
		["/usr/sbin/named", "named.conf.options"],
		["/usr/sbin/ntpd", "ntp.conf"],
		["/usr/sbin/vnstatd", "vnstat.conf"],
		["/usr/bin/rsync", "rsyncd.conf"],
		["/usr/bin/redis-server", "redis.conf"],
		["/usr/sbin/inetutils-inetd", "inetd.conf"],
		["/usr/sbin/pynslcd", "nslcd.conf"],
		["/usr/lib/cyrus/bin/master", "cyrus.conf"],
	])("is %s's own if it is %s", (program, name) => expect(isOwn(program, name)).toBe(true));
	test.each([
		["/usr/bin/sh", "shadow"],
		["/usr/bin/sh", "shells"],
		["/usr/bin/host", "hosts"],
		["/usr/bin/app", "apparmor.conf"],
		["/usr/bin/shadowsocks-server", "shadow"],
		["/usr/sbin/rpc.yppasswdd", "passwd"],
		["/usr/sbin/rpc.yppasswdd", "rpc"],
		["/usr/sbin/in.tftpd", "in.conf"],
		["/usr/lib/app/run", "lib.conf"],
		["/usr/bin/app", "other.conf"],
	])("is not %s's own if it is %s", (program, name) => expect(isOwn(program, name)).toBe(false));
	test("is the application's own if its command names it, as is a file elsewhere", () => {
		const seen = trace(reads("/etc/other.conf", "/srv/app.ini", "/srv/other.ini"));
		const command = ["/usr/bin/app", "-c", "/etc/other.conf", "--more=/srv/app.ini"];
		expect(readConfiguration(seen, command)).toEqual(["/etc/other.conf", "/srv/app.ini"]);
	});
});
