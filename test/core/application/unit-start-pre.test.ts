import { describe, expect, it } from "vitest";
import { directoriesOf, parseTmpfiles } from "../../../src/core/application/tmpfiles.ts";
import { applicationFromUnit } from "../../../src/core/application/unit-application.ts";
import { parseServiceUnit } from "../../../src/core/application/unit-file.ts";
import { judgeBeforeStart } from "../../../src/core/application/unit-start-pre.ts";

describe("what comes before a start", () => {
	it.each([
		["/bin/mkdir -m 740 -p /var/log/mosquitto", { kind: "directories", directories: ["/var/log/mosquitto"] }],
		["/usr/bin/install -Z -m 02755 -o debian-tor -g debian-tor -d /run/tor", { kind: "directories", directories: ["/run/tor"] }],
		["install -m 755 -o mysql -g root -d /run/a /run/b", { kind: "directories", directories: ["/run/a", "/run/b"] }],
		["/usr/bin/install -m 600 /etc/a /run/a", { kind: "other" }],
		["mkdir -p relative", { kind: "other" }],
		["/bin/chown a:a /run/a", { kind: "ownership", paths: ["/run/a"] }],
		["/usr/sbin/nginx -t -q", { kind: "check" }],
		["/usr/sbin/haproxy -f /c -c", { kind: "check" }],
		["/opt/a -c /etc/a.conf", { kind: "other" }],
		["/usr/sbin/proftpd --configtest -c /c", { kind: "check" }],
		["postfix check", { kind: "check" }],
		["/bin/sh -c check", { kind: "other" }],
		["/usr/sbin/update-exim4.conf", { kind: "other" }],
	])("%s", (line, judged) => {
		expect(judgeBeforeStart(line.split(" "))).toEqual(judged);
	});

	it("directories come into the application, and their owner needs no word", () => {
		const text =
			"[Service]\nExecStart=/bin/a\nExecStartPre=mkdir -p /var/run/a\nExecStartPre=chown a /var/run/a\nExecStartPre=chown a /srv\n";
		const { application, notes } = applicationFromUnit(parseServiceUnit("a.service", [text]));
		expect(application.directories).toEqual(["/run/a"]);
		expect(notes.map(({ code, values }) => [code, values.command])).toEqual([
			["unit-start-pre-directories", "mkdir -p /var/run/a"],
			["unit-start-pre", "chown a /srv"],
		]);
	});
});

describe("tmpfiles.d(5)", () => {
	it("directories of all types, with specifiers; other lines are passed over", () => {
		const text = [
			"# d /run/no",
			"d /run/mysqld 0755 mysql root -",
			"    D!\t%t/php/  0755 www-data www-data - -",
			'd "/run/with blank"',
			"d relative",
			"d /run/../etc",
			"f /run/file",
			"C /etc/secret 600 - - - /proc/sys/kernel/random/uuid",
			"d /var/run/old",
		].join("\n");
		expect(parseTmpfiles("a.conf", text)).toEqual(
			["/run/mysqld", "/run/php", "/run/with blank", "/run/old"].map((path) => ({ path, file: "a" })),
		);
	});

	it("belong to the service whose name the file or the directory has", () => {
		const all = [
			{ path: "/run/mysqld", file: "mariadb" },
			{ path: "/run/postgresql", file: "postgresql-common" },
			{ path: "/var/lib/libuuid", file: "uuidd-tmpfiles" },
			{ path: "/run/other", file: "other" },
			{ path: "/tmp", file: "mariadb" },
			{ path: "/run", file: "mariadb" },
		];
		expect(directoriesOf(all, new Set(["mariadb", "postgresql", "uuidd"]))).toEqual([
			"/run/mysqld",
			"/run/postgresql",
			"/var/lib/libuuid",
		]);
	});
});
