import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { smallest } from "../template/corpus.ts";
import { keys } from "./terminal.ts";
import { leave, openWizard } from "./wizards.ts";

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
	const refused = await cagewright(["make", "pages", "--set", "folder=/srv/x", "--yes"], { state });
	expect(refused.stderr).toContain("template accept pages");

	const wizard = openWizard(state);
	await wizard.pressAt(/❯ demo\s+Demonstration/, `/pages${keys.enter}`);
	await wizard.pressAt(/❯ pages/, keys.enter);
	await wizard.pressAt(`curl -fsS http://127.0.0.1:\${port}/`, "y");
	await wizard.pressAt("Folder of pages:", `/srv/my-pages${keys.enter}`);
	await wizard.pressAt("Port: 8080", `\x159090${keys.enter}`);
	await wizard.sees("/usr/bin/busybox httpd -f -p 9090 -h /srv/my-pages");
	await leave(wizard);

	expect(readdirSync(`${state}/templates/accepted`)).toHaveLength(1);
	const words = ["make", "pages", "--set", "folder=/srv/my-pages", "--set", "port=9090"];
	const dry = await cagewright([...words, "--dry-run", "--json"], { state });
	expect(dry.json.command).toContain(`${words.join(" ")} --yes`);
});
