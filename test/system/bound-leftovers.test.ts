import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { editJson } from "./archives.ts";
import { make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";

/** A start removes a service's pid file in a directory of the host only if the application could remove it itself. */

const state = temporaryState();
const folder = temporaryFolder("bound-leftovers");

test("root removes no file of a bind that the application's account could not remove", async () => {
	const [own, others] = [join(folder, "own"), join(folder, "others")];
	const [ownFile, othersFile] = [join(own, "a.pid"), join(others, "index.pid")];
	for (const directory of [own, others]) mkdirSync(directory);
	for (const file of [ownFile, othersFile]) writeFileSync(file, "7\n");
	execFileSync("chown", ["nobody", own]);
	const port = String(await freePort());
	const page = `http://127.0.0.1:${port}/page`;
	writeFileSync(join(others, "page"), "served");
	const server = ["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", others, port];
	const binds = [own, others].flatMap((directory) => ["--bind", `${directory}:rw`]);
	const accepted = ["way-sticky", "account-used-outside"].flatMap((name) => ["--accept-finding", name]);
	const options = ["--user", "nobody", "--probe", `curl -fsS --noproxy '*' ${page}`].concat(binds, accepted, "--", server);
	await make(["--name", "bound"].concat(options), { state });
	editJson(`${state}/cages/bound/cage.json`, (json) =>
		Object.assign(json.application ?? {}, { service: { pidFiles: [othersFile, ownFile] } }),
	);
	const run = startRun("bound", { state });
	// The last removal of the start.
	await eventually(() => expect(existsSync(ownFile)).toBe(false));
	await eventually(() => execFileSync("curl", ["-fsS", "--noproxy", "*", page], { stdio: "pipe" }));
	await run.stop();
	expect(existsSync(othersFile)).toBe(true);
});
