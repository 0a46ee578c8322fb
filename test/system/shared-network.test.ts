import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { type SharedNetwork, shareNetwork, writeNetwork } from "../../src/launch/host/network.ts";
import { temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ask } from "./network.ts";

const servers: Server[] = [];
const shared: SharedNetwork[] = [];
afterEach(async () => {
	for (const one of shared.splice(0)) await one.dispose();
	for (const server of servers.splice(0)) {
		server.close();
		await once(server, "close");
	}
});

/** A service on the host, and its port in a separate network. */
async function service(
	onConnection: (socket: Socket) => void,
	address = "127.0.0.1",
): Promise<{ port: number; enter: string[] }> {
	const server = createServer({ allowHalfOpen: true }, onConnection).listen(0, address);
	await once(server, "listening");
	servers.push(server);
	const bound = server.address();
	const port = typeof bound === "object" && bound ? bound.port : 0;
	const network = await shareNetwork([{ address, port }], pathFromText(writeNetwork(temporaryFolder("network"))));
	shared.push(network);
	return { port, enter: ["nsenter", `--net=/proc/${network.pid}/ns/net`, "--"] };
}

/** Runs a client in Python. Resolves to what it printed. */
const talk = async (enter: readonly string[], ...lines: string[]) =>
	(await ask([...enter, "python3", "-c", ["import socket, struct", ...lines].join("\n")])).output;

test("an answer after the end of the request arrives completely", async () => {
	const { enter, port } = await service((socket) => {
		socket.resume();
		socket.on("end", () => socket.end("x".repeat(120_000)));
	});
	const lines = [
		"s.sendall(b'q'); s.shutdown(socket.SHUT_WR); n = 0",
		"while (part := s.recv(65536)): n += len(part)",
		"print(n)",
	];
	expect(await talk(enter, `s = socket.create_connection(('127.0.0.1', ${port}))`, ...lines)).toBe("120000");
});

test("connections that are reset do not affect others", async () => {
	const { enter, port } = await service((socket) => {
		socket.on("error", () => socket.destroy());
		socket.resume();
		socket.end("hello");
	});
	const output = await talk(
		enter,
		"for _ in range(200):",
		`    s = socket.create_connection(('127.0.0.1', ${port}))`,
		"    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
		"    s.sendall(b'q'); s.close()",
		`print(socket.create_connection(('127.0.0.1', ${port})).recv(10).decode())`,
	);
	expect(output).toBe("hello");
});

test("a service that keeps its connections open does not delay the end", async () => {
	const held = new Set<Socket>();
	const { enter, port } = await service((socket) => {
		held.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("end", () => socket.destroy());
		socket.on("close", () => held.delete(socket));
		socket.resume();
		socket.write("hi");
	});
	expect(await talk(enter, `print(socket.create_connection(('127.0.0.1', ${port})).recv(10).decode())`)).toBe("hi");
	await shared.pop()?.dispose();
	await eventually(() => expect(held.size).toBe(0));
});

test("a service at another address of the loopback is reached there only", async () => {
	const { enter, port } = await service((socket) => socket.end("hello"), "127.0.0.9");
	const client = (address: string) => [
		`try: print(socket.create_connection(('${address}', ${port})).recv(10).decode())`,
		"except OSError as e: print(e.errno)",
	];
	expect(await talk(enter, ...client("127.0.0.9"), ...client("127.0.0.1"))).toBe("hello\n111");
});

test("a server's port is free again as soon as it ends, although it closed connections first", async () => {
	const { enter } = await service(() => {});
	const output = await talk(
		enter,
		"def serve():",
		"    s = socket.socket(); s.bind(('127.0.0.1', 5011)); s.listen(); return s",
		"server = serve(); client = socket.create_connection(('127.0.0.1', 5011))",
		"server.accept()[0].close(); client.recv(1); client.close(); server.close()",
		"print(serve().getsockname()[1])",
	);
	expect(output).toBe("5011");
});
