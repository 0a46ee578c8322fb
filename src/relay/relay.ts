import { createServer } from "node:net";

/**
 * A separate process in the network namespace of a sandbox. It accepts connections at loopback ports and passes each, still unread,
 * to its parent process, which connects it to the host's port. The arguments are the ports. It ends with its parent.
 */
const ports = process.argv.slice(2).map(Number);
const addresses = ["127.0.0.1", "::1"];

void Promise.all(ports.flatMap((port) => addresses.map((host) => listen(port, host))));
process.send?.({ listening: true });
process.on("disconnect", () => process.exit(0));

/** Without IPv6, there is no address to listen at. */
function listen(port: number, host: string): Promise<void> {
	return new Promise((resolve) => {
		const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
			// A client may hang up before its connection is passed on.
			socket.on("error", () => socket.destroy());
			process.send?.({ port }, socket, { keepOpen: false }, () => {});
		});
		server.once("error", () => resolve());
		server.listen({ port, host }, () => resolve());
	});
}
