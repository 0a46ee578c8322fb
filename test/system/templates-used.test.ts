import { copyFileSync, mkdirSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { cagewright, make, startRun, temporaryState } from "./cagewright.ts";
import { nginx } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, freePort } from "./network.ts";

test("a template saved from a cage makes the same cage in another state without a question", async () => {
	const state = temporaryState();
	const port = await freePort();
	const daemon = nginx({ port });
	const options = ["--name", "site", "--user", "www-data", "--include", `${daemon.folder}/pages`, "--probe", daemon.probe];
	const first = await make([...options, "--", ...daemon.command], { state });

	const saved = await cagewright(["template", "save", "site", "--as", "my-site", "--json"], { state });
	expect(saved.status).toBe(0);
	const file = saved.json.path as string;
	expect((await cagewright(["template", "check", file], { state })).status).toBe(0);
	expect((await cagewright(["template", "list"], { state })).stdout).toContain("my-site");

	const other = temporaryState();
	mkdirSync(`${other}/templates`, { mode: 0o700 });
	copyFileSync(file, `${other}/templates/${basename(file)}`);
	const second = await make(["my-site"], { state: other });
	expectWellMade(second, "my-site", other);
	expect({ files: second.files, bytes: second.bytes }).toEqual({ files: first.files, bytes: first.bytes });
	expect(second.confinement).toEqual(first.confinement);

	const run = startRun("my-site", { state: other });
	expect(await eventually(() => fetchPage(`http://127.0.0.1:${port}/`))).toBe("a page of the test");
	expectServedInside(second, port);
	expect((await run.stop("SIGQUIT")).status).toBe(0);
});

test("every built-in template is valid", async () => {
	const state = temporaryState();
	const { json } = await cagewright(["template", "list", "--json"], { state });
	const templates = json.templates as { name: string; path: string }[];
	expect(templates.map(({ name }) => name)).toEqual(expect.arrayContaining(["bind9", "demo", "nginx", "redis"]));
	for (const { path } of templates) expect((await cagewright(["template", "check", path], { state })).status, path).toBe(0);
});
