import { expect, test } from "vitest";
import type { Client, Offer, OfferedPath } from "../../../src/adopt/clients.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import { showProbe } from "../../../src/probe/lines.ts";
import { proposeClientProbes } from "../../../src/unit/engine/client-probes.ts";

const socket = pathFromText("/run/redis/redis.sock");
const offered = (path: string): OfferedPath => ({
	path: pathFromText(path),
	kind: "socket",
	found: { uid: 9, gid: 9, mode: 0o140770 },
	isOwn: true,
});
const connected = (offer: Offer, uid = 33): Client => ({
	name: "app.service",
	relation: "connected",
	offer,
	processes: [{ pid: 7, uid, gid: 33, groups: [33, 9], connections: [] }],
});
const bySocket = connected({ kind: "socket", path: socket });

const proposed = (clients: readonly Client[], paths: readonly OfferedPath[] = [], command = ["/usr/bin/redis-server"]) =>
	proposeClientProbes({
		command,
		probes: [],
		served: { clients, paths },
		users: [{ name: "www-data", uid: 33 }],
		tools: { node: "node", programs: new Set(["redis-cli", "mariadb-admin"]) },
	});

test("a service is asked with each client's account, and over the client's socket or port", () => {
	const [bySocketAgain, byPort] = proposed([bySocket, connected({ kind: "port", address: "127.0.0.1", port: 6379 })]);
	expect(bySocketAgain?.[0]).toMatch(/^setpriv --reuid=www-data --regid=33 --groups=33,9 -- sh -c .*\/run\/redis\/redis\.sock/s);
	expect(byPort?.[0]).toMatch(/^setpriv --reuid=www-data .*redis-cli -h 127\.0\.0\.1 -p 6379 SET/s);
});

test("root asks at each socket, unless the service has many, which speak other protocols", () => {
	expect(proposed([], [offered("/run/redis/redis.sock")]).map(([line]) => line)).toEqual([
		expect.stringMatching(/^node -e .*"\$CAGEWRIGHT_ROOT"\/run\/redis\/redis\.sock 0 /s),
	]);
	expect(proposed([], ["/run/a/1", "/run/a/2", "/run/a/3"].map(offered))).toEqual([]);
});

test("an account without a name is asked for by its number", () => {
	expect(proposed([connected({ kind: "socket", path: socket }, 4711)])[0]?.[0]).toMatch(/^setpriv --reuid=4711 /);
});

test("the same account asks once at one place", () => {
	expect(proposed([bySocket, { ...bySocket, name: "other.service" }])).toHaveLength(1);
});

test("a server that knows clients by their account is asked in the client's name", () => {
	const postgres = connected({ kind: "socket", path: pathFromText("/run/postgresql/.s.PGSQL.5432") });
	expect(proposed([postgres], [], ["/usr/lib/postgresql/17/bin/postgres"])[0]?.[0]).toContain("www-data");
	const maria = proposed(
		[connected({ kind: "socket", path: pathFromText("/run/mysqld/mysqld.sock") })],
		[],
		["/usr/sbin/mariadbd"],
	);
	expect(maria[0]).toEqual([expect.stringContaining("status"), expect.stringContaining("ping")]);
});

test.each([
	["an unknown protocol", ["/usr/bin/unknown"], bySocket],
	["a protocol of datagrams", ["/usr/sbin/named"], connected({ kind: "port", address: "127.0.0.1", port: 53 })],
	[
		"a configured client, whose account is not known",
		["/usr/bin/redis-server"],
		{ ...bySocket, relation: "configured" } as const,
	],
	["an abstract socket", ["/usr/bin/redis-server"], connected({ kind: "abstract", name: "redis" })],
])("nobody asks for %s", (_, command, client) => {
	expect(proposed([client], [], command)).toEqual([]);
});

test("a message shows the account and what it asks", () => {
	const [[line = ""] = []] = proposed([bySocket]);
	expect(showProbe(line)).toMatch(/^www-data: unix \/run\/redis\/redis\.sock: SET /);
});
