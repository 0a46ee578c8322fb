import { describe, expect, test } from "vitest";
import {
	type Client,
	cutOffClients,
	holdsConnection,
	mergeClients,
	type ObservedClients,
	type OfferedPath,
	orderByUse,
} from "../../src/adopt/clients.ts";
import { pathFromText } from "../../src/base/path/path.ts";

const path = pathFromText("/run/x/x.sock");
const there: OfferedPath = { path, kind: "socket", found: { uid: 0, gid: 33, mode: 0o140660 }, isOwn: true };
const process = (pid: number, ...connections: string[]) => ({ pid, uid: 33, gid: 33, groups: [], connections });
const client: Client = { name: "app.service", program: "app", relation: "connected", offer: { kind: "socket", path } };
const served = (values: Partial<ObservedClients>): ObservedClients => ({
	clients: [],
	paths: [],
	ports: [],
	own: [],
	isPartial: false,
	...values,
});
const codes = (before: ObservedClients, now: ObservedClients) => cutOffClients(before, now).map(({ code }) => code);

describe("clients are cut off", () => {
	const before = served({ clients: [client], paths: [there] });

	test.each([
		["if their socket is gone", served({ paths: [{ path, kind: "socket", isOwn: false }] }), "client-path-gone"],
		["if nobody looked at it", served({}), "client-path-gone"],
		["if its mode changed", served({ paths: [{ ...there, found: { uid: 0, gid: 33, mode: 0o140600 } }] }), "client-path-changed"],
		["if its group changed", served({ paths: [{ ...there, found: { uid: 0, gid: 0, mode: 0o140660 } }] }), "client-path-changed"],
	])("%s", (_, now, code) => {
		expect(codes(before, now)).toEqual([code]);
	});

	test("by another file at the same path", () => {
		const file: OfferedPath = { ...there, kind: "file" };
		const reader: Client = { ...client, relation: "opened", offer: { kind: "file", path } };
		expect(codes(served({ clients: [reader], paths: [file] }), served({ paths: [{ ...file, isOwn: false }] }))).toEqual([
			"client-file-differs",
		]);
	});

	const port = { address: "127.0.0.2", port: 80, transport: "tcp", isOffered: true } as const;

	test("by another address, but not by all addresses", () => {
		const user = served({ clients: [{ ...client, offer: { kind: "port", address: "127.0.0.2", port: 80 } }], ports: [port] });
		expect(codes(user, served({ ports: [{ ...port, address: "127.0.0.1" }] }))).toEqual(["client-port-gone", "adopt-port-gone"]);
		expect(codes(user, served({ ports: [{ ...port, address: "0.0.0.0" }] }))).toEqual([]);
	});

	test("by an offered port on which nobody listens any more, even if nobody is connected", () => {
		expect(codes(served({ ports: [port] }), served({}))).toEqual(["adopt-port-gone"]);
		expect(codes(served({ ports: [{ ...port, isOffered: false }] }), served({}))).toEqual([]);
	});

	test("not by a socket that each start names after its process id", () => {
		const own = pathFromText("/run/x/worker.4711.sock");
		expect(codes(served({ paths: [{ ...there, path: own }], own: [4711] }), served({}))).toEqual([]);
		expect(codes(served({ paths: [{ ...there, path: own }], own: [11] }), served({}))).toEqual(["adopt-path-gone"]);
	});

	test("by a file below /run that is gone or another one, even if nobody is known to read it", () => {
		const key: OfferedPath = {
			path: pathFromText("/run/x/key"),
			kind: "file",
			found: { uid: 33, gid: 33, mode: 0o100600 },
			isOwn: true,
		};
		expect(codes(served({ paths: [key] }), served({}))).toEqual(["adopt-path-gone"]);
		const other = served({ paths: [{ ...key, isOwn: false }] });
		expect(codes(served({ paths: [key] }), other)).toEqual(["adopt-file-differs"]);
		expect(codes(served({ paths: [{ ...key, path: pathFromText("/var/lib/x/key") }] }), served({}))).toEqual([]);
	});

	test("if the service no longer sees a socket that it uses, but not if that socket is gone from the host too", () => {
		const used: OfferedPath = { ...there, kind: "used" };
		const now = (values: Partial<OfferedPath>) => served({ paths: [{ ...used, ...values }] });
		expect(codes(now({}), now({ isOwn: false }))).toEqual(["adopt-used-hidden"]);
		expect(codes(now({}), now({}))).toEqual([]);
		expect(codes(now({}), served({ paths: [{ path, kind: "used", isOwn: false }] }))).toEqual([]);
		expect(codes(now({ isOwn: false }), now({ isOwn: false }))).toEqual([]);
	});

	test("not by a pid file that nobody uses", () => {
		expect(codes(served({ paths: [{ ...there, kind: "pid-file" }] }), served({}))).toEqual([]);
	});

	test("as a unit that no longer runs", () => {
		const unit: Client = { name: "after.service", relation: "required" };
		expect(codes(served({ clients: [unit] }), served({}))).toEqual(["client-down"]);
		expect(codes(served({ clients: [unit] }), served({ clients: [unit] }))).toEqual([]);
	});
});

test("a client holds a connection if the same one is there later", () => {
	const now = (...connections: string[]) => served({ clients: [{ ...client, processes: [process(1, ...connections)] }] });
	expect(holdsConnection({ ...client, processes: [process(1, "7")] }, now("7"))).toBe(true);
	expect(holdsConnection({ ...client, processes: [process(1, "7")] }, now("8"))).toBe(false);
});

test("the processes of a client are listed together", () => {
	const merged = mergeClients([
		{ ...client, processes: [process(1, "7")] },
		{ ...client, processes: [process(2, "8")] },
		{ ...client, processes: [process(1, "9")] },
	]);
	expect(merged).toEqual([{ ...client, processes: [process(1, "7", "9"), process(2, "8")] }]);
});

describe("services move", () => {
	const uses = (...pairs: [string, string[]][]) => new Map(pairs);

	test("after those that they use", () => {
		expect(orderByUse(["web", "php", "db"], uses(["web", ["php"]], ["php", ["db"]]))).toEqual(["db", "php", "web"]);
	});

	test("in the given order if nothing relates them, or all use each other", () => {
		expect(orderByUse(["b", "a"], uses())).toEqual(["b", "a"]);
		expect(orderByUse(["a", "b"], uses(["a", ["b"]], ["b", ["a"]]))).toHaveLength(2);
	});
});
