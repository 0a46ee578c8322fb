import { describe, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { serverSignals } from "../../src/service/signals.ts";
import { rotationText } from "../../src/unit/engine/log-rotation.ts";
import { copiedCertificates, deployHook } from "../../src/unit/hooks.ts";
import { logDirectories, logRotation } from "../../src/unit/rotation.ts";
import { manifestEntry } from "../make/report/made.ts";
import { application } from "../plan/traces.ts";
import { type Node, tree } from "../plan/tree.ts";

interface Given {
	readonly program?: string;
	readonly writable?: Readonly<Record<string, { gid?: number; mode?: number }>>;
	readonly host?: Readonly<Record<string, Node>>;
	readonly data?: string;
	/** For a start as root. */
	readonly capabilities?: readonly string[];
}

const writableOf = (all: Given["writable"] = {}) =>
	Object.entries(all).map(([path, { gid = 4, mode = 0o750 }]) => ({
		path: pathFromText(path),
		mode,
		uid: 33,
		gid,
		reasons: [],
		seeds: [],
	}));

const root = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };

function rotation({
	capabilities,
	data = "/state/cages/web/data",
	host = {},
	program = "/usr/sbin/nginx",
	writable,
}: Given): string {
	const names = capabilities ?? ["dac_override"];
	return logRotation({
		cage: { name: "web", application: { ...application, command: [program] } },
		manifest: {
			writable: writableOf(writable),
			identity: root,
			permissions: { capabilities: names.map((name) => ({ name, why: "a test" })) },
		},
		data: pathFromText(data),
		files: tree(Object.fromEntries(Object.entries(host).map(([name, text]) => [`/etc/logrotate.d/${name}`, text]))),
		program: ["/usr/bin/node", "/opt/cagewright.js", "--state", "/state"],
	});
}
const nginx = { "/var/log/nginx": {}, "/run": {} };
const lines = (text: string) => text.split("\n").map((line) => line.trim());
const signals = (text: string) => [...text.matchAll(/signal web (\w+)/g)].map(([, signal]) => signal);

describe("a cage's logs", () => {
	test("are rotated as in the host's file, with the cage's paths and signal", () => {
		const kept = "\tdaily\n\trotate 14\n\tcreate 0640 www-data adm\n\tsharedscripts\n";
		const scripts = "\tprerotate\n\t\trun-parts x\n\tendscript\n\tpostrotate\n\t\tinvoke-rc.d nginx rotate\n\tendscript\n";
		const host = { nginx: `/var/log/nginx/*.log {\n${kept}${scripts}}\n`, other: "/var/log/other.log {\nyearly\n}\n" };
		const signal = "/usr/bin/node /opt/cagewright.js --state /state signal web USR1";
		expect(rotation({ writable: nginx, host })).toBe(`# Logs of cage web, in its data on the host.

# Based on this host's /etc/logrotate.d/nginx.
"/state/cages/web/data/var/log/nginx/*.log" {
${kept}\tmissingok
\tpostrotate
\t\tsaid=$(${signal} 2>&1) || [ $? -eq 1 ] || { echo "$said" >&2; exit 1; }
\tendscript
}
`);
	});

	test("in a directory below a writable one are left out, and the file explains the risk of a link", () => {
		const patterns = "/var/log/app/*.log /var/log/app/sub/*.log /var/log/app/*/x.log /var/log/other/sub/*.log";
		const text = rotation({ writable: { "/var/log/app": {} }, host: { app: `${patterns} {\n\tdaily\n}\n` } });
		expect(lines(text).filter((line) => line.startsWith('"'))).toEqual(['"/state/cages/web/data/var/log/app/*.log" {']);
		expect(lines(text).filter((line) => line.startsWith("# Left out"))).toEqual([
			expect.stringMatching(
				/^# Left out: \/var\/log\/app\/sub\/\*\.log of \/etc\/logrotate\.d\/app; .* Let it log into \/var\/log\/app\.$/,
			),
			expect.stringContaining("/var/log/app/*/x.log"),
		]);
	});

	test("are created for the group root if the master keeps no other right of root", () => {
		const host = { nginx: "/var/log/nginx/*.log {\n\tcreate 0640 www-data adm\n}\n" };
		const made = (capabilities: string[]) =>
			lines(rotation({ writable: nginx, host, capabilities })).find((line) => /^create/.test(line));
		expect(made(["chown", "dac_override"])).toBe("create 0640 www-data adm");
		expect(made(["setuid"])).toBe("create 0660 www-data root");
	});

	test("get defaults if the host has no stanza", () => {
		const text = rotation({ writable: { "/var/log/web": {} } });
		expect(lines(text)).toEqual(expect.arrayContaining(["weekly", "missingok", "create"]));
		expect(text).toContain('"/state/cages/web/data/var/log/web/*.log" {');
	});

	test("must exist", () => expect(() => rotation({ writable: { "/var/lib/web": {} } })).toThrow(Failure));

	test("may be anywhere in its data", () => {
		const host = { app: "/srv/app/*.log /var/log/elsewhere.log {\nweekly\n}\n" };
		const text = rotation({ writable: { "/srv/app": {} }, host });
		expect(text).toContain('"/state/cages/web/data/srv/app/*.log" {');
		expect(text).not.toContain("elsewhere");
	});

	test("must be directly in a directory that the application cannot replace", () => {
		const host = { app: "/srv/app/*/deep.log {\n}\n/srv/app/sub/x.log {\n}\n/srv/*/x.log {\n}\n" };
		expect(() => rotation({ writable: { "/srv/app": {}, "/srv/app/sub": {} }, host })).toThrow(Failure);
		const writable = writableOf({ "/var/log/a": {}, "/var/log/a/b": {}, "/srv": {} });
		expect(logDirectories({ writable })).toEqual(["/var/log/a"]);
	});

	test.each(["nginx.dpkg-old", "nginx~", "nginx.rpmsave", "nginx.disabled"])("ignore %s, as logrotate itself", (name) => {
		const host = { [name]: "/var/log/nginx/*.log {\nyearly\n}\n" };
		expect(lines(rotation({ writable: nginx, host }))).not.toContain("yearly");
	});

	test("take directives from the host that mean the same here, and none that runs programs or sends mail", () => {
		const directives = "mail root\nolddir /var/log/old\nsu www-data adm\nsize=1M\ntabooext + .x\n";
		const text = rotation({ writable: nginx, host: { nginx: `/var/log/nginx/*.log {\n${directives}}\n` } });
		expect(lines(text)).toContain("size 1M");
		expect(text).not.toMatch(/mail|olddir|su www|taboo/);
	});
});

describe("the application is notified", () => {
	const stanza = (script: string) => `/var/log/app/*.log {\npostrotate\n${script}\nendscript\n}\n`;
	const app = (script: string) =>
		rotation({ program: "/usr/bin/app", writable: { "/var/log/app": {} }, host: { app: stanza(script) } });

	test.each([
		["/usr/sbin/apache2", ["USR1"]],
		["/usr/sbin/named", ["HUP"]],
		["/usr/sbin/php-fpm8.4", ["USR1"]],
		["/usr/bin/redis-server", []],
	])("by the signal of %s", (program, expected) => {
		const text = rotation({ program, writable: { "/var/log/x": {} } });
		expect(signals(text)).toEqual(expected);
		expect(text).not.toContain("copytruncate");
	});

	test.each([
		["kill -HUP `cat /run/app.pid`", "HUP"],
		["kill -s SIGUSR1 $(cat /run/app.pid)", "USR1"],
		["systemctl kill --signal=USR2 app", "USR2"],
		["/bin/kill -USR1 1", "USR1"],
	])("by the signal in the host's script: %s", (script, signal) => expect(signals(app(script))).toEqual([signal]));

	test("by copying and truncating if no signal is known", () => {
		for (const text of [
			app("invoke-rc.d app rotate"),
			app("kill -9 1; app --HUPPLA"),
			rotation({ program: "/usr/bin/app", writable: { "/var/log/app": {} } }),
		]) {
			expect(lines(text)).toContain("copytruncate");
			expect(signals(text)).toEqual([]);
			expect(lines(text)).not.toContain("create");
		}
	});

	test("not at all if the host's file needs no script", () => {
		const host = { app: "/var/log/app/*.log {\nweekly\n}\n" };
		const text = rotation({ program: "/usr/bin/app", writable: { "/var/log/app": {} }, host });
		expect(text).not.toMatch(/copytruncate|postrotate/);
	});

	test("not at all if the host's file copies and truncates", () => {
		const host = { nginx: "/var/log/nginx/*.log {\ncopytruncate\n}\n" };
		const found = lines(rotation({ writable: nginx, host })).filter((line) => /copytruncate|postrotate/.test(line));
		expect(found).toEqual(["copytruncate"]);
	});
});

test.each<[string, { gid?: number; mode?: number }, boolean]>([
	["its group", { mode: 0o770 }, true],
	["everybody", { mode: 0o757, gid: 0 }, true],
	["the group root", { mode: 0o770, gid: 0 }, false],
	["nobody else", { mode: 0o755 }, false],
])("a directory that %s can write to is rotated as root", (_, directory, runsAsRoot) => {
	const text = rotation({ writable: { "/var/log/web": directory } });
	expect(lines(text).includes(`su 0 ${directory.gid ?? 4}`)).toBe(runsAsRoot);
});

describe("the certbot hook", () => {
	test("is a script that sends the signal", () => {
		const text = deployHook({ program: ["/usr/bin/node", "/a b/it's.js", "--state", "/s"], name: "web", signal: "HUP" });
		expect(text.startsWith("#!/bin/sh\n")).toBe(true);
		expect(text).toContain(`$(/usr/bin/node '/a b/it'\\''s.js' --state /s signal web HUP 2>&1)`);
	});
	test("does not affect a certificate that the cage has as a copy", () => {
		const copied = "/etc/letsencrypt/archive/site/cert1.pem";
		const folder = manifestEntry("/etc/letsencrypt", { kind: "directory" });
		const entries = [folder, manifestEntry(copied), manifestEntry("/etc/letsencryptx")];
		expect(copiedCertificates({ entries })).toEqual([copied]);
	});
});

test("a known server that reads its configuration only at its start differs from an unknown program", () => {
	expect(serverSignals(["/usr/sbin/nginx"])).toMatchObject({ reload: "HUP", reopen: "USR1" });
	expect(serverSignals(["/usr/sbin/nginx"])?.forLogs).toEqual(["chown", "dac_override"]);
	expect(serverSignals(["/usr/sbin/dnsmasq"])).toEqual({ reopen: "USR2" });
	expect(serverSignals(["/usr/sbin/mariadbd"])?.reload).toBeUndefined();
	expect(serverSignals(["/opt/own/service"])).toBeUndefined();
});

test("logs in place are left to the host's own files", () => {
	const writable = writableOf({ "/var/log/web": {}, "/var/lib/web": {} });
	const manifest = { name: "web", generation: 1, writable, binds: [], entries: [], permissions: { capabilities: [] } };
	const store = { root: () => "/state/cages/web/generations/1", data: () => "/state/cages/web/data" };
	const machine = { store, files: tree({}), program: () => ["cagewright"] };
	const text = (stateInPlace: readonly string[]) =>
		rotationText(
			{ machine } as never,
			{ name: "web", application, stateInPlace } as never,
			{ ...manifest, identity: root, accounts: { users: [], groups: [] } } as never,
		);
	expect(text(["/var/lib/web"])).toContain("/var/log/web/*.log");
	expect(() => text(["/var/lib/web", "/var/log/web"])).toThrow("logs-in-place");
});
