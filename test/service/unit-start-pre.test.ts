// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such variables are systemd's, not ours
import { describe, expect, it } from "vitest";
import { directoriesOf, parseTmpfiles } from "../../src/service/created-directory.ts";
import { applicationFromUnit } from "../../src/service/unit-application.ts";
import { judgeBeforeStart } from "../../src/service/unit-commands.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";

describe("commands before a start", () => {
	it.each([
		[
			"/bin/mkdir -m 740 -p /var/log/mosquitto",
			{ kind: "directories", directories: [{ path: "/var/log/mosquitto", mode: 0o740 }] },
		],
		[
			"/usr/bin/install -Z -m 02755 -o debian-tor -g debian-tor -d /run/tor",
			{ kind: "directories", directories: [{ path: "/run/tor", mode: 0o755, owner: "debian-tor:debian-tor" }] },
		],
		[
			"install -m 755 -o mysql -g root -d /run/a /run/b",
			{ kind: "directories", directories: ["/run/a", "/run/b"].map((path) => ({ path, mode: 0o755, owner: "mysql:root" })) },
		],
		["/usr/bin/install -m 600 /etc/a /run/a", { kind: "other" }],
		["mkdir -p relative", { kind: "other" }],
		["/bin/chown a:a /run/a", { kind: "ownership", paths: ["/run/a"], change: { owner: "a:a" } }],
		["chmod 0750 /run/a", { kind: "ownership", paths: ["/run/a"], change: { mode: 0o750 } }],
		["chown -R a /run/a /run/b", { kind: "ownership", paths: ["/run/a", "/run/b"], change: { owner: "a" } }],
		["/usr/sbin/nginx -t -q", { kind: "check" }],
		["/usr/sbin/haproxy -f /c -c", { kind: "check" }],
		["/opt/a -c /etc/a.conf", { kind: "other" }],
		["/usr/sbin/proftpd --configtest -c /c", { kind: "check" }],
		["postfix check", { kind: "check" }],
		["/bin/sh -c check", { kind: "other" }],
		["/usr/sbin/update-exim4.conf", { kind: "other" }],
	])("%s", (line, judged) => expect(judgeBeforeStart(line.split(" "))).toEqual(judged));

	it("are shown without values of variables, which may be secrets", () => {
		const text =
			"[Service]\nEnvironment=KEY=secret D=/run/a\nExecStart=/bin/a\nExecStartPre=/bin/b ${KEY}\nExecStartPre=mkdir -m 0700 ${D}\n";
		const { application, notes } = applicationFromUnit(parseServiceUnit("a.service", [text]));
		expect(notes.map(({ values }) => values.command)).toEqual(["/bin/b '${KEY}'", "mkdir -m 0700 '${D}'"]);
		expect(application.directories).toEqual(["/run/a:0700"]);
	});

	it("create the application's directories, and a changed owner needs no note", () => {
		const text =
			"[Service]\nExecStart=/bin/a\nExecStartPre=mkdir -p /var/run/a\nExecStartPre=chown a /var/run/a\nExecStartPre=chown a /srv\n";
		const { application, notes } = applicationFromUnit(parseServiceUnit("a.service", [text]));
		expect(application.directories).toEqual(["/run/a:0755:a"]);
		expect(notes.map(({ code, values }) => [code, values.command])).toEqual([
			["unit-start-pre-directories", "mkdir -p /var/run/a"],
			["unit-start-pre", "chown a /srv"],
		]);
	});
});

describe("commands that run in the cage", () => {
	const settingsOf = (lines: readonly string[], scripts: Readonly<Record<string, string>> = {}) =>
		applicationFromUnit(parseServiceUnit("a.service", [["[Service]", "ExecStart=/bin/a", ...lines].join("\n")]), {
			read: (path) => scripts[path],
		}).application.service ?? {};

	it("keep their words, with variables expanded except that of the main process", () => {
		const lines = [
			"Environment=D=/srv",
			"ExecStartPre=/opt/b ${D}",
			"ExecStartPost=-/opt/c $MAINPID",
			"ExecReload=/opt/d -p${MAINPID}",
		];
		expect(settingsOf(lines)).toMatchObject({
			before: [["/opt/b", "/srv"]],
			after: [["-/opt/c", "$MAINPID"]],
			reload: [["/opt/d", "-p$MAINPID"]],
		});
	});

	it.each([
		["ExecStartPre=+/opt/b"],
		["ExecStartPre=!/opt/b"],
		["ExecStartPre=/sbin/modprobe b"],
		["ExecStartPre=/bin/sh -c b"],
		["ExecStartPre=/opt/script"],
		["ExecStartPre=/opt/env-script"],
		["ExecStartPost=/usr/bin/systemctl start b"],
		["ExecReload=/opt/ctl", "ExecReload=/opt/script"],
		["ExecReload=/opt/ctl", "ExecReload=/bin/kill -HUP $MAINPID"],
	])("do not include %s", (...lines) => {
		const { after, before, reload } = settingsOf(lines, {
			"/opt/script": "#!/bin/sh -e\n",
			"/opt/env-script": "#!/usr/bin/env bash\n",
		});
		expect([before, after, reload]).toEqual([undefined, undefined, undefined]);
	});

	it("may be scripts of other languages", () => {
		expect(settingsOf(["ExecReload=/opt/ctl"], { "/opt/ctl": "#!/usr/bin/perl\n" }).reload).toEqual([["/opt/ctl"]]);
	});
});

describe("tmpfiles.d(5)", () => {
	it("has directories of all types, with specifiers, and other lines, which are skipped", () => {
		const text = [
			"# d /run/no",
			"d /run/mysqld 0750 mysql root -",
			"    D!\t%t/php/  0755 www-data www-data - -",
			'd "/run/with blank"',
			"d relative",
			"d /run/../etc",
			"f /run/file",
			"C /etc/secret 600 - - - /proc/sys/kernel/random/uuid",
			"d /var/run/old",
		].join("\n");
		expect(parseTmpfiles("a.conf", text)).toEqual(
			["/run/mysqld", "/run/php", "/run/with blank", "/run/old"].map((path, at) => ({
				path,
				mode: at === 0 ? 0o750 : 0o755,
				owner: at === 0 ? "mysql:root" : at === 1 ? "www-data:www-data" : "root:root",
				file: "a",
			})),
		);
	});

	it("assigns directories to the service with the file's or the directory's name", () => {
		const all = [
			{ path: "/run/mysqld", mode: 0o755, owner: "u:g", file: "mariadb" },
			{ path: "/run/postgresql", mode: 0o1775, owner: "u:g", file: "postgresql-common" },
			{ path: "/var/lib/libuuid", mode: 0o755, owner: "u:g", file: "uuidd-tmpfiles" },
			{ path: "/run/other", mode: 0o755, owner: "u:g", file: "other" },
			{ path: "/tmp", mode: 0o755, owner: "u:g", file: "mariadb" },
			{ path: "/run", mode: 0o755, owner: "u:g", file: "mariadb" },
		];
		expect(directoriesOf(all, new Set(["mariadb", "postgresql", "uuidd"]))).toEqual([
			"/run/mysqld:0755:u:g",
			"/run/postgresql:1775:u:g",
			"/var/lib/libuuid:0755:u:g",
		]);
	});
});
