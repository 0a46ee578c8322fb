import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { followLinks } from "../../../src/core/application/protocol.ts";

async function serve(answer: RequestListener) {
	const server = createServer(answer).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return { port, [Symbol.dispose]: () => void server.close() };
}

const follow = (port: number) => {
	const line = followLinks(`http://127.0.0.1:${port}/`, { node: process.execPath, programs: new Set() });
	return promisify(execFile)("/bin/sh", ["-c", line], { env: { NODE_DEBUG: "" } }).then(
		() => 0,
		({ code }: { code: number }) => code,
	);
};

test("a page leads to no other server and to no other protocol", async () => {
	const asked: (string | undefined)[] = [];
	// localhost differs from the page's host name.
	using other = await serve(({ headers }, response) => {
		asked.push(headers.host);
		response.end();
	});
	const leads = (to: string) =>
		serve(({ url }, response) => {
			if (url === "/away") response.writeHead(302, { location: to }).end();
			else response.end(`<a href="/away">away</a> <a href="http://localhost:${other.port}/link">x</a> <a href="/here">here</a>`);
		});
	for (const to of [`http://localhost:${other.port}/redirected`, "cluster:x", "file:///etc/passwd"]) {
		using page = await leads(to);
		expect([to, await follow(page.port), asked]).toEqual([to, 0, []]);
	}
	using page = await serve((_, response) => response.writeHead(302, { location: `http://localhost:${other.port}/` }).end());
	expect([await follow(page.port), asked]).toEqual([1, []]);
});
