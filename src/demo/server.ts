import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

/**
 * The demonstration: an application small enough to see through, and yet with everything that a cage is about: it listens, keeps
 * state, logs, and ends on a signal. Needs Node alone.
 */
const host = process.env.HOST ?? "127.0.0.1";
const port = Number(process.env.PORT ?? 8085);
// systemd hands over the directory that it made for the service; elsewhere it is where systemd would have made it.
const directory = process.env.STATE_DIRECTORY ?? "/var/lib/cagewright-demo";
const counter = `${directory}/counter`;
const started = Date.now();

function countVisit(): number {
	let visits = 0;
	try {
		visits = Number.parseInt(readFileSync(counter, "utf8"), 10) || 0;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		mkdirSync(directory, { recursive: true });
	}
	writeFileSync(counter, `${visits + 1}\n`);
	return visits + 1;
}

const server = createServer((request, response) => {
	let status = 200;
	let body: string;
	if (request.url !== "/") {
		status = 404;
		body = "there is only /\n";
	} else {
		try {
			const seconds = Math.round((Date.now() - started) / 1000);
			body = `hello from the cage\nup for ${seconds} s, visit ${countVisit()}\n`;
		} catch (error) {
			// Without its state it does not work, and a probe must see that.
			status = 500;
			body = `the counter cannot be kept: ${(error as Error).message}\n`;
		}
	}
	response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
	console.log(`${new Date().toISOString()} ${request.method} ${JSON.stringify(request.url)} ${status}`);
});

server.on("error", (error) => {
	console.error(error.message);
	process.exit(1);
});
server.listen(port, host, () => console.log(`listening on http://${host}:${port}/`));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
	process.once(signal, () => {
		server.close(() => process.exit(0));
		// Clients that keep their connection open would keep us here.
		server.closeAllConnections();
	});
}
