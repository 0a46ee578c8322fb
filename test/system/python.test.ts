import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { pythonPages } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, freePort } from "./network.ts";

const state = temporaryState();
let made: Made;
let port: number;

beforeAll(async () => {
	port = await freePort();
	const { command, probe } = pythonPages(port);
	made = await make(["--name", "pages", "--user", "nobody", "--probe", probe, "--", ...command], { state });
});

test("python3 -m http.server works in a cage, with its documents below /tmp", async () => {
	expectWellMade(made, "pages", state);
	const run = startRun("pages", { state });
	const page = await eventually(() => fetchPage(`http://127.0.0.1:${port}/index.html`));
	expect(page).toBe("a page of the test");
	expectServedInside(made, port);
	// The program does not handle SIGTERM, and would survive it as the first process of its namespace.
	expect((await run.stop()).status).toBe(143);
});

test("the caged python3 server ends on INT too", async () => {
	const run = startRun("pages", { state });
	await eventually(() => fetchPage(`http://127.0.0.1:${port}/index.html`));
	expect((await run.stop("SIGINT")).status).toBe(0);
});

test("the unit's account can start the init", () => {
	const init = `${state}/cages/pages/launcher`;
	const mount = `mount -n --bind '${init}' /mnt && exec setpriv --reuid nobody --regid nogroup --clear-groups env /mnt/cagewright-init / /bin/true`;
	execFileSync("unshare", ["--mount", "sh", "-euc", mount]);
});
