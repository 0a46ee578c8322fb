import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { installCollection } from "./ansible-collection.ts";
import { program, temporaryFolder, temporaryState } from "./cagewright.ts";

/** Runs the collection of integrations/ansible as it is installed. */

const state = temporaryState();
const folder = temporaryFolder("ansible");
const { collection, env } = installCollection(folder);
/** Unlike a folder in /tmp, its files are visible in cages as they are. */
const served = mkdtempSync("/srv/cagewright-ansible-");
chmodSync(served, 0o755);
afterAll(() => rmSync(served, { recursive: true }));

test.runIf(isLong)("ansible-lint accepts the collection in its production profile", () => {
	const { status, stdout } = spawnSync("ansible-lint", ["--offline", "--nocolor", "--profile", "production"], {
		cwd: collection,
		encoding: "utf8",
		env,
	});
	expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

/** The other sanity tests install Python packages that Debian does not have in the required versions. */
const offline = [
	"action-plugin-docs",
	"compile",
	"empty-init",
	"ignores",
	"line-endings",
	"no-assert",
	"no-get-exception",
	"no-illegal-filenames",
	"no-smart-quotes",
	"replace-urlopen",
	"shebang",
	"symlinks",
	"use-argspec-type-path",
	"use-compat-six",
];

test.runIf(isLong)("the sanity tests of Ansible accept the collection as far as they need no network", () => {
	const words = ["sanity", "--python", "default", ...offline.flatMap((name) => ["--test", name])];
	const options = { cwd: collection, encoding: "utf8", env: { ...env, HOME: folder } } as const;
	const { status, stderr, stdout } = spawnSync("ansible-test", words, options);
	expect(status, stdout + stderr).toBe(0);
});

test("the role finds the drop-in of a service that is named with and without its suffix", () => {
	const playbook = join(folder, "names.yml");
	const file = join(collection, "roles/cage/vars/main.yml");
	const tasks = [{ "ansible.builtin.include_vars": { file } }, { "ansible.builtin.debug": { var: "cage_dropin" } }];
	const plays = ["redis-server", "redis-server.service"].map((name) => ({
		hosts: "all",
		gather_facts: false,
		vars: { cage_adopt: name },
		tasks,
	}));
	writeFileSync(playbook, JSON.stringify(plays));
	const words = ["-c", "local", "-i", "localhost,", playbook];
	const { stdout } = spawnSync("ansible-playbook", words, { cwd: folder, encoding: "utf8", env });
	const dropins = stdout.match(/"cage_dropin": ".*"/g);
	expect(dropins).toEqual(Array(2).fill('"cage_dropin": "/etc/systemd/system/redis-server.service.d/zz-cagewright.conf"'));
});

test.runIf(isLong)("a playbook creates a cage once, predicts it, updates it, and a broken update leaves it as it was", () => {
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
	const writing = { ...cage, options: [...cage.options, "--bind", "/home:rw"] };
	const info = { "cagewright.cage.cage_info": { ...common, record: true } };
	const steps = {
		predicted: { [module]: cage, check_mode: true },
		forbidden: { [module]: writing, check_mode: true, ignore_errors: true },
		permitted: { [module]: { ...writing, allow_write: ["/home"] }, check_mode: true },
		created: { [module]: cage },
		same: updated,
		broken: write("bad\n"),
		refused: { ...updated, ignore_errors: true },
		kept: info,
		repaired: write("good again\n"),
		foreseen: { ...updated, check_mode: true },
		replaced: updated,
		gathered: info,
		returned: { "ansible.builtin.command": `${executable} --state ${state} rollback redis`, changed_when: true },
		remade: { [module]: cage, check_mode: true },
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
		forbidden: false,
		permitted: true,
		created: true,
		same: false,
		broken: true,
		refused: false,
		kept: false,
		repaired: true,
		foreseen: true,
		replaced: true,
		gathered: false,
		returned: true,
		// The present generation is no longer the result of the request.
		remade: true,
		missing: true,
		removed: true,
		gone: false,
	});
	expect(result.forbidden).toMatchObject({ failed: true, msg: expect.stringContaining("--allow-write") });
	expect(result.refused).toMatchObject({ failed: true, msg: expect.stringContaining("redis") });
	expect(result.kept.cages).toMatchObject([{ name: "redis", generation: 1, check: { outdated: true } }]);
	expect(result.foreseen).toMatchObject({ verb: "update", diff: { after: { changed: [{ path: greeting }] } } });
	expect(result.gathered.cages).toMatchObject([
		{ name: "redis", check: { outdated: false }, record: { schema: "cagewright/record/1" } },
	]);
	expect(result.gathered.cages[0].generation).toBeGreaterThan(1);
});
