import { connect } from "node:net";

/** A server that stores nothing, so that the disk does not matter. */
export function redisCommand(port: number): string[] {
	return ["/usr/bin/redis-server", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", "/tmp"];
}

/** Resolves with the first answer to PING; asks every one or two milliseconds. */
export async function firstAnswer(port: number): Promise<void> {
	for (let tries = 0; tries < 20_000; tries++) {
		if (await ping(port)) return;
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	throw new Error(`nothing answers on port ${port}`);
}

/** Resolves once nothing answers, because the stopping command may return before the server has stopped. */
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
		// If the server stops just then, it closes the connection without an error.
		socket.on("close", () => resolve(false));
		socket.on("error", () => resolve(false));
	});
}
