import { createServer } from "node:net";

/**
 * A process of its own, in the network namespace of a sandbox: takes connections at ports of the loopback there and hands each, still unread, to the process
 * that started it, which leads it to the host's. Arguments are the ports. Ends with that process.
 */
const ports = process.argv.slice(2).map(Number);
const addresses = ["127.0.0.1", "::1"];

void Promise.all(ports.flatMap((port) => addresses.map((host) => listen(port, host))));
process.send?.({ listening: true });
process.on("disconnect", () => process.exit(0));

/** Where there is no IPv6, there is nothing to listen on. */
function listen(port: number, host: string): Promise<void> {
	return new Promise((resolve) => {
		const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
			// A client may hang up before it is handed over.
			socket.on("error", () => socket.destroy());
			process.send?.({ port }, socket, { keepOpen: false }, () => {});
		});
		server.once("error", () => resolve());
		server.listen({ port, host }, () => resolve());
	});
}
