import { connect } from "node:net";

/** A server that keeps nothing, so that the disk has no say. */
export function redisCommand(port: number): string[] {
	return ["/usr/bin/redis-server", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", "/tmp"];
}

/** Resolves with the first answer to PING; asks every millisecond or two. */
export async function firstAnswer(port: number): Promise<void> {
	for (let tries = 0; tries < 20_000; tries++) {
		if (await ping(port)) return;
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	throw new Error(`nothing answers on port ${port}`);
}

/** Resolves once nobody answers any more: what ends a server may be over a moment before the server is. */
export async function silence(port: number): Promise<void> {
	while (await ping(port)) await new Promise((resolve) => setTimeout(resolve, 5));
}

function ping(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
		socket.on("data", (data) => {
			socket.destroy();
			resolve(data.toString().startsWith("+PONG"));
		});
		// Where it ends just then, it hangs up without an error.
		socket.on("close", () => resolve(false));
		socket.on("error", () => resolve(false));
	});
}
