import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { home, program, temporaryFolder, temporaryState } from "./cagewright.ts";

/** Runs the collection of integrations/ansible as it is installed. */

const state = temporaryState();
const folder = temporaryFolder("ansible");
const collection = join(folder, "ansible_collections/cagewright/cage");
/** Unlike a folder in /tmp, its files are visible in cages as they are. */
const served = mkdtempSync("/srv/cagewright-ansible-");
chmodSync(served, 0o755);
afterAll(() => rmSync(served, { recursive: true }));
mkdirSync(join(collection, ".."), { recursive: true });
cpSync(join(home, "integrations/ansible"), collection, { recursive: true });
const env = {
	...process.env,
	// Ansible's modules need Debian's Python.
	PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
	LC_ALL: "C.UTF-8",
	ANSIBLE_HOME: join(folder, "home"),
	ANSIBLE_COLLECTIONS_PATH: folder,
	ANSIBLE_NOCOLOR: "1",
};

test("ansible-lint accepts the collection in its production profile", () => {
	const { status, stdout } = spawnSync("ansible-lint", ["--offline", "--nocolor", "--profile", "production"], {
		cwd: collection,
		encoding: "utf8",
		env,
	});
	expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

test("a playbook creates a cage once, predicts it, updates it, and a broken update leaves it as it was", () => {
	const executable = join(folder, "cagewright");
	writeFileSync(executable, `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
	chmodSync(executable, 0o755);
	const greeting = join(served, "greeting");
	writeFileSync(greeting, "good\n");
	const common = { state_folder: state, executable };
	const cage = {
		...common,
		name: "redis",
		template: "redis",
		options: [
			"--no-selftest",
			"--include",
			greeting,
			"--probe",
			`redis-cli PING | grep -q PONG && grep -q good "$CAGEWRIGHT_ROOT${greeting}"`,
		],
	};
	const module = "cagewright.cage.cage";
	const write = (content: string) => ({ "ansible.builtin.copy": { content, dest: greeting, mode: "0644" } });
	const updated = { [module]: { ...cage, state: "updated" } };
	const info = { "cagewright.cage.cage_info": { ...common, record: true } };
	const steps = {
		predicted: { [module]: cage, check_mode: true },
		created: { [module]: cage },
		same: updated,
		broken: write("bad\n"),
		refused: { ...updated, ignore_errors: true },
		kept: info,
		repaired: write("good again\n"),
		foreseen: { ...updated, check_mode: true },
		replaced: updated,
		gathered: info,
		missing: { [module]: { ...cage, state: "absent" }, check_mode: true },
		removed: { [module]: { ...cage, state: "absent" } },
		gone: { [module]: { ...cage, state: "absent" } },
	};
	const results = join(folder, "results.json");
	const content = `{{ {${Object.keys(steps).map((name) => `"${name}": ${name}`)}} | to_json }}`;
	const tasks = [
		...Object.entries(steps).map(([register, task]) => ({ ...task, register })),
		{ "ansible.builtin.copy": { content, dest: results, mode: "0644" } },
	];
	const playbook = join(folder, "playbook.yml");
	// JSON is YAML.
	writeFileSync(playbook, JSON.stringify([{ hosts: "all", gather_facts: false, tasks }]));
	const words = ["-c", "local", "-i", "localhost,", "-e", "ansible_python_interpreter=/usr/bin/python3", playbook];
	const { status, stdout } = spawnSync("ansible-playbook", words, { cwd: folder, encoding: "utf8", env });
	expect(status, stdout).toBe(0);
	const result = JSON.parse(readFileSync(results, "utf8"));
	const changes = Object.entries(result).map(([name, one]) => [name, (one as { changed: boolean }).changed]);
	expect(Object.fromEntries(changes)).toEqual({
		predicted: true,
		created: true,
		same: false,
		broken: true,
		refused: false,
		kept: false,
		repaired: true,
		foreseen: true,
		replaced: true,
		gathered: false,
		missing: true,
		removed: true,
		gone: false,
	});
	expect(result.refused).toMatchObject({ failed: true, msg: expect.stringContaining("redis") });
	expect(result.kept.cages).toMatchObject([{ name: "redis", generation: 1, check: { outdated: true } }]);
	expect(result.foreseen).toMatchObject({ verb: "update", diff: { after: { changed: [{ path: greeting }] } } });
	expect(result.gathered.cages).toMatchObject([
		{ name: "redis", check: { outdated: false }, record: { schema: "cagewright/record/1" } },
	]);
	expect(result.gathered.cages[0].generation).toBeGreaterThan(1);
});
