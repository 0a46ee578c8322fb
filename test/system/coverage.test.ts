import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cagewright, type Json, temporaryState } from "./cagewright.ts";
import { apache } from "./more-daemons.ts";
import { freePort } from "./network.ts";

const untouched = ({ coverage }: Json) => (coverage as { modules: { untouched: string[] } }).modules.untouched;

test("apache2's unused modules are listed, without those that an exercise uses", async () => {
	const state = temporaryState();
	const port = await freePort();
	const { command, folder, probe } = apache(port);
	mkdirSync(`${folder}/mods`);
	appendFileSync(`${folder}/apache.conf`, `IncludeOptional ${folder}/mods/*.conf\n`);
	const module = (name: string) => `/usr/lib/apache2/modules/mod_${name}.so`;
	const first = await cagewright(["trace", "--name", "apache", "--json", "--quiet", "--probe", probe, "--", ...command], {
		state,
	});
	expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: "" });
	expect(untouched(first.json)).toEqual(expect.arrayContaining([module("status"), module("proxy"), module("ssl")]));
	for (const name of ["rewrite", "cgid", "mime"]) expect(untouched(first.json)).not.toContain(module(name));
	expect(first.json.next).toContainEqual(expect.objectContaining({ kind: "modules", directory: "/usr/lib/apache2/modules" }));
	expect(first.json.life).toContainEqual({ stage: "reload", cameUp: true, by: "SIGUSR1" });

	writeFileSync(
		`${folder}/mods/status.conf`,
		`LoadModule status_module ${module("status")}\n<Location /state>\nSetHandler server-status\n</Location>\n`,
	);
	const exercise = `curl -sf http://127.0.0.1:${port}/state`;
	const second = await cagewright(["trace", "apache", "--add", "--exercise", exercise, "--json", "--quiet"], { state });
	expect(untouched(second.json)).not.toContain(module("status"));
	expect(untouched(second.json)).toContain(module("proxy"));
	expect((second.json.added as { paths: string[] }).paths).toContain(module("status"));
	const shown = await cagewright(["plan", "apache"], { state });
	expect(shown.stdout).toMatch(/Used from apache2-bin: .*modules \d+ of \d+/);
	expect(shown.stdout).toContain("Traced: start, reload (SIGUSR1), log reopening (SIGUSR1), stop, second start");
	expect(shown.stdout).toMatch(/trace apache --add --exercise 'curl /);
}, 240_000);
