import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { bindsOf } from "../../src/cage/manifest.ts";
import { isNeighbour, mayConnect } from "../../src/plan/neighbours.ts";
import { permissionWord, socketWord } from "../../src/plan/permission-words.ts";
import { asApp, asRoot, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, socket, tree } from "./tree.ts";

const account = 1000;

describe("a host service that every application may use", () => {
	test.each([
		"/run/postgresql/.s.PGSQL.5432",
		"/srv/db/.s.PGSQL.5433",
		"/run/redis/redis-server.sock",
		"/run/valkey/valkey.sock",
		"/run/memcached/memcached.sock",
		"/run/php/php8.4-fpm.sock",
		"/run/php/pool.sock",
		"/var/lib/sss/pipes/nss",
		"/run/avahi-daemon/socket",
		"/run/opendkim/opendkim.sock",
		"/run/clamav/clamd.ctl",
		"/run/rspamd/milter.sock",
		"/run/dovecot/lmtp",
		"/var/spool/postfix/private/auth",
	])("is reached at %s", (path) => {
		expect([isNeighbour(path as Path, account), isNeighbour(path as Path, 0)]).toEqual([true, true]);
	});
	test.each([
		"/run/mysqld/mysqld.sock",
		"/var/lib/mysql/mysql.sock",
		"/srv/db/mysqld.sock",
		"/run/nslcd/socket",
		"/run/slapd/ldapi",
	])("is reached at %s, but not by a root start, which it takes for its administrator", (path) =>
		expect([isNeighbour(path as Path, account), isNeighbour(path as Path, 0)]).toEqual([true, false]),
	);
});

test.each([
	"/run/docker.sock",
	"/run/containerd/containerd.sock",
	"/run/podman/podman.sock",
	"/var/lib/incus/unix.socket",
	"/run/k3s/containerd/containerd.sock",
	"/run/cri-dockerd.sock",
	"/run/virtqemud/virtqemud-sock",
	"/run/systemd/private",
	"/run/systemd/notify",
	"/run/dbus/system_bus_socket",
	"/run/udev/control",
	"/run/polkit/agent",
	"/run/supervisor/supervisor.sock",
	"/run/monit.sock",
	"/run/acpid.socket",
	"/run/frr/zebra.vty",
	"/run/asterisk/asterisk.ctl",
	"/run/uwsgi/app.sock",
	"/run/fcgiwrap.socket",
	"/run/gunicorn.sock",
	"/run/salt/master/publish_pull.ipc",
	"/run/ceph/ceph-osd.0.asok",
	"/run/dovecot/auth-master",
	"/run/dovecot/auth-userdb",
	"/var/lib/sss/pipes/private/pam",
	"/run/rspamd/controller.sock",
	"/run/haproxy/admin.sock",
	"/run/nscd/socket",
	"/run/user/1000/redis.sock",
	"/root/redis.sock",
	"/tmp/tmux-0/default",
	"/tmp/nvim.root/abc/nvim.1.0",
	"/tmp/emacs0/server",
	"/tmp/zellij-0/0.41/x",
	"/home/me/.s.PGSQL.5432",
	"/run/php/deeper/any.sock",
	"/run/postgresql-fake/x.sock",
	"/run/mysqld/../docker.sock",
])("%s is not reached without the administrator's permission", (path) => {
	expect([isNeighbour(path as Path, account), isNeighbour(path as Path, 0)]).toEqual([false, false]);
});

describe("the administrator's permission for a socket", () => {
	const files = tree({ "/run/app/control.sock": socket(), "/var/run": link("/run"), "/run/redis/redis.sock": socket() });
	const control = "/run/app/control.sock" as Path;

	test("applies to all its names, and can refuse a known service", () => {
		const may = (path: string, words: Parameters<typeof rules>[0]) =>
			mayConnect(path as Path, { uid: 0, rules: rules(words) }, files);
		expect(may(control, { allow: ["socket:/var/run/app/control.sock"] })).toBe(true);
		expect(may(control, { allow: ["socket:/run/app/control"] })).toBe(false);
		expect(may("/run/redis/redis.sock", { refuse: ["socket:/run/redis/redis.sock"] })).toBe(false);
		expect(may(control, { allow: [`socket:${control}`], refuse: [`socket:${control}`] })).toBe(false);
	});
	test.each([asRoot, asApp])("includes its directory and unix sockets, for $name", (identity) => {
		const allowed = { identity, rules: rules({ allow: [`socket:${control}`] }) };
		const made = planFor(files, trace({}), allowed);
		expect(made.shared).toMatchObject([{ path: "/run/app", kind: "socket", example: control }]);
		expect(made.permissions.unixSockets).toBe(`--allow socket:${control}`);
	});
	test("is suggested if it is missing", () => {
		const made = planFor(files, trace({ [control]: "ECONNREFUSED:connect", "/run/redis/redis.sock": "connect" }), {
			identity: asApp,
		});
		expect(made.notes).toEqual([{ code: "socket-not-reached", values: { path: control, option: `--allow socket:${control}` } }]);
	});
	test.each([
		...(["/run/systemd/private", "/run/dbus/system_bus_socket", "/run/docker.sock"] as const).map(
			(path) => [path, asRoot] as const,
		),
		...(["/run/k3s/containerd/containerd.sock", "/var/lib/incus/unix.socket"] as const).map((path) => [path, asApp] as const),
	])("is suggested for %s only with a warning, because it controls the machine", (path, identity) => {
		const made = planFor(tree({ [path]: socket() }), trace({ [path]: "ECONNREFUSED:connect" }), { identity });
		expect(made.notes).toEqual([{ code: "socket-controls-machine", values: { path, option: `--allow socket:${path}` } }]);
	});
	test("is suggested without a warning for the message bus, if polkit judges the application's account", () => {
		const path = "/run/dbus/system_bus_socket";
		const made = planFor(tree({ [path]: socket() }), trace({ [path]: "ECONNREFUSED:connect" }), { identity: asApp });
		expect(made.notes).toMatchObject([{ code: "socket-not-reached", values: { path } }]);
	});
	test("includes only the socket if the directory contains other files, and the plan says so", () => {
		const full = tree({ "/run/app/control.sock": socket(), "/run/app/token": file("secret", { mode: 0o600 }) });
		const made = planFor(full, trace({}), { identity: asApp, rules: rules({ allow: [`socket:${control}`] }) });
		expect(made.shared).toMatchObject([{ path: control, isSocket: true }]);
		expect(made.notes).toEqual([{ code: "socket-alone", values: { path: control } }]);
	});
	test("does not suffice if others can replace the socket, and the plan says so", () => {
		const open = tree({
			"/run/app": directory({ mode: 0o777 }),
			[control]: socket(),
			"/run/app/token": file("x", { mode: 0o600 }),
		});
		const made = planFor(open, trace({}), { identity: asApp, rules: rules({ allow: [`socket:${control}`] }) });
		expect(made.shared).toEqual([]);
		expect(made.notes).toEqual([{ code: "socket-not-shared", values: { path: control, directory: "/run/app" } }]);
	});
	test.each(["/run/docker.sock", "/run/systemd/private"])("is a consent for %s alone, which controls the machine", (path) => {
		const nodes = tree({ [path]: socket(), "/run/systemd/notify": socket(), "/run/other.sock": socket() });
		const made = planFor(nodes, trace({ [path]: "connect", "/run/other.sock": "connect" }), {
			rules: rules({ allow: [`socket:${path}`] }),
		});
		expect(made.rules.binds).toEqual([{ path, access: "ro", isSocket: true }]);
		expect(bindsOf(made)).toEqual([{ path, access: "ro", consent: true, isSocket: true }]);
		const without = planFor(nodes, trace({ [path]: "connect" }));
		expect(without.rules.binds).toEqual([]);
	});
	test.each([
		"socket:",
		"socket:run/x",
		"socket:/",
		"socket:/run/../x",
		"socket:/run//x",
		"socket:/run/x/",
		"socket:/a\nb",
		"socket:/a\x1b",
	])("cannot be written as %j", (word) => expect(permissionWord(word)).toBeUndefined());
	test("has one form", () => {
		expect(permissionWord("socket:/run/a b/c.sock")).toBe("socket:/run/a b/c.sock");
		expect(socketWord(control)).toBe(`socket:${control}`);
	});
});
