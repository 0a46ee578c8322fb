import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { smallest } from "../core/template/corpus.ts";
import { cagewright, home, temporaryState } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

it("asks for consent and parameters of an imported template, and prints the equivalent command", async () => {
	const state = temporaryState();
	mkdirSync(`${state}/templates`, { mode: 0o700 });
	const title = { en: "Folder of pages", de: "Ordner mit Seiten" };
	const pages = {
		...smallest,
		name: "pages",
		parameters: { folder: { title, kind: "path" }, port: { title: { en: "Port", de: "Port" }, kind: "port", default: "8080" } },
		application: {
			command: ["/usr/bin/busybox", "httpd", "-f", "-p", `\${port}`, "-h", `\${folder}`],
			probes: [`curl -fsS http://127.0.0.1:\${port}/`],
		},
	};
	writeFileSync(`${state}/templates/pages.json`, JSON.stringify(pages));
	expect((await cagewright(["make", "pages", "--set", "folder=/srv/x", "--yes"], { state })).stderr).toContain(
		"template accept pages",
	);

	const wizard = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), "--state", state], { columns: 80, rows: 24 });
	running = wizard;
	await wizard.sees(/❯ demo\s+demo/);
	wizard.press(`/pages${keys.enter}`);
	await wizard.sees(/❯ pages/);
	wizard.press(keys.enter);
	await wizard.sees(`curl -fsS http://127.0.0.1:\${port}/`);
	wizard.press("y");
	await wizard.sees("Folder of pages:");
	wizard.press(`/srv/my-pages${keys.enter}`);
	await wizard.sees("Port: 8080");
	wizard.press(`\x159090${keys.enter}`);
	await wizard.sees("/usr/bin/busybox httpd -f -p 9090 -h /srv/my-pages");
	wizard.press(keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);

	expect(readdirSync(`${state}/templates/accepted`)).toHaveLength(1);
	const dry = await cagewright(["make", "pages", "--set", "folder=/srv/my-pages", "--set", "port=9090", "--dry-run", "--json"], {
		state,
	});
	expect(dry.json.command).toContain("make pages --set folder=/srv/my-pages --set port=9090 --yes");
});
