import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Offer } from "../../src/adopt/clients.ts";
import { parsePeers } from "../../src/adopt/host/host-processes.ts";
import { connectAs } from "../../src/adopt/host/service-clients.ts";
import { pathFromText } from "../../src/base/path/path.ts";

const folder = mkdtempSync(join(tmpdir(), "connect-as-"));
chmodSync(folder, 0o711);
const servers: Server[] = [];
afterAll(() => {
	for (const server of servers) server.close();
	rmSync(folder, { recursive: true });
});

/** A socket that keeps its connections or closes them at once. */
async function socket(name: string, mode: number, keeps: boolean): Promise<Offer> {
	const path = join(folder, name);
	const server = createServer((connection) => {
		connection.on("error", () => {});
		if (!keeps) connection.end("no\n");
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(path, resolve));
	chmodSync(path, mode);
	return { kind: "socket", path: pathFromText(path) };
}

const nobody = { pid: process.pid, uid: 65534, gid: 65534, groups: [], connections: [] };

describe("a connection as another account", () => {
	test("is open, closed at once, or refused", async () => {
		expect(await connectAs(nobody, await socket("open", 0o666, true))).toBe("open");
		expect(await connectAs(nobody, await socket("closed", 0o666, false))).toBe("closed");
		expect(await connectAs(nobody, await socket("private", 0o600, true))).toBe("EACCES");
		expect(await connectAs({ ...nobody, uid: 0, gid: 0 }, await socket("own", 0o600, true))).toBe("open");
		expect(await connectAs(nobody, { kind: "socket", path: pathFromText(join(folder, "gone")) })).toBe("ENOENT");
		expect(await connectAs(nobody, { kind: "abstract", name: "cagewright-test-nobody-listens" })).toBe("ECONNREFUSED");
		expect(await connectAs(nobody, { kind: "port", address: "127.0.0.1", port: 1 })).toBe("ECONNREFUSED");
	});

	test.each(["127.0.0.1", "::1"])("reaches a port of %s", async (address) => {
		const server = createServer((connection) => connection.on("error", () => {}));
		await new Promise<void>((resolve) => server.listen(0, address, resolve));
		const { port } = server.address() as AddressInfo;
		const offer: Offer = { kind: "port", address, port };
		expect(await connectAs(nobody, offer)).toBe("open");
		server.close();
		expect(await connectAs(nobody, offer)).toBe("ECONNREFUSED");
	});

	test("reaches an abstract socket, whatever its name has", async () => {
		const name = `cagewright test ${process.pid}, ü`;
		const listen =
			"import socket,sys;s=socket.socket(1);s.bind('\\0'+sys.argv[1]);s.listen();print(flush=True);c=s.accept();sys.stdin.read()";
		const server = spawn("python3", ["-c", listen, name], { stdio: ["pipe", "pipe", "inherit"] });
		try {
			await once(server.stdout, "data");
			expect(await connectAs(nobody, { kind: "abstract", name })).toBe("open");
		} finally {
			server.kill();
		}
	});

	test("proves nothing for a file", async () => {
		expect(await connectAs(nobody, { kind: "file", path: pathFromText("/etc/passwd") })).toBeUndefined();
	});
});

test("peers of unix sockets are read, whatever their names", () => {
	const lines = [
		"Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port",
		"u_str ESTAB  0      0                     * 11            * 12",
		"u_str ESTAB  0      0       /run/a b 3.sock 12            * 11",
		"u_str LISTEN 0      128     /run/a b 3.sock 13            * 0",
		"u_dgr ESTAB  0      0               @x y 14   /run/z q 15",
	];
	expect([...parsePeers(lines.join("\n"))]).toEqual([
		["11", "12"],
		["12", "11"],
		["14", "15"],
	]);
});
