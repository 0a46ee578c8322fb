import { expect, test } from "vitest";
import { make, startRun, temporaryState } from "./cagewright.ts";
import { bind9, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { ask, freePort } from "./network.ts";

const state = temporaryState();

test("bind9 answers for its zone from a cage made from a command and a probe alone", async () => {
	const port = await freePort();
	const daemon = bind9(port);
	const made = await make(["--name", "names", "--user", "bind", ...wordsOf(daemon)], { state });
	expectWellMade(made, "names", state);
	expect(made.confinement).toMatchObject({ user: "bind", capabilities: [] });

	const run = startRun("names", { state });
	const question = ["dig", "+short", "+time=2", "+tries=1", "-p", String(port), "@127.0.0.1", "www.example.test", "A"];
	await eventually(async () => expect(await ask(question)).toEqual({ status: 0, output: "192.0.2.7" }));
	expectServedInside(made, port);
	expect((await run.stop()).status).toBe(0);
});

test("bind9 started as root switches to its account in the cage too", async () => {
	const port = await freePort();
	const daemon = bind9(port);
	const command = [...daemon.command, "-u", "bind"];
	const made = await make(["--name", "from-root", "--probe", daemon.probe, "--", ...command], { state });
	expectWellMade(made, "from-root", state);
	expect(made.confinement.user).toBe("root");
	expect(made.accounts.users).toContain("bind");
	const run = startRun("from-root", { state });
	await eventually(async () => expect((await ask(["sh", "-c", daemon.probe])).status).toBe(0));
	expectServedInside(made, port);
	expect((await run.stop()).status).toBe(0);
});
