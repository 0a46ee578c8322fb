import { createServer } from "node:net";

/**
 * A separate process in the network namespace of a sandbox. It accepts connections at addresses of host services and passes each,
 * still unread, to its parent process, which connects it to the service. Each argument is an address, a space and a port. It ends
 * with its parent.
 */
const loopback = "127.0.0.1";

void Promise.all(process.argv.slice(2).flatMap(listenFor)).then(() => process.send?.({ listening: true }));
process.on("disconnect", () => process.exit(0));

function listenFor(peer: string): Promise<void>[] {
	const [address = loopback, port] = peer.split(" ");
	return (address === loopback ? [address, "::1"] : [address]).map((host) => listen(Number(port), host, peer));
}

/** Without IPv6, there is no address to listen at. */
function listen(port: number, host: string, peer: string): Promise<void> {
	return new Promise((resolve) => {
		const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
			// A client may hang up before its connection is passed on.
			socket.on("error", () => socket.destroy());
			process.send?.({ peer }, socket, { keepOpen: false }, () => {});
		});
		server.once("error", () => resolve());
		server.listen({ port, host }, () => resolve());
	});
}
