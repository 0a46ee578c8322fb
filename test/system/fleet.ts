import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installCollection } from "./ansible-collection.ts";
import { type Booted, boot } from "./booted.ts";
import { buildPackage } from "./packages-built.ts";

/** Booted systems that Ansible reaches over ssh, with Cagewright's package and collection. */

export interface Fleet {
	readonly systems: readonly Booted[];
	/** Path of the Debian package. */
	readonly deb: string;
	/** Runs a playbook of the collection or in the folder. */
	play(playbook: string, variables?: object, ...options: readonly string[]): Promise<Played>;
}

interface Played {
	readonly status: number;
	readonly output: string;
	/** Changed tasks by host. A host that was not reached is absent. */
	readonly changes: Readonly<Record<string, number>>;
	readonly failed: readonly string[];
}

/** Boots systems named `one`, `two` and so on. */
export async function fleet(folder: string, names: readonly string[]): Promise<Fleet> {
	const { env: found } = installCollection(folder);
	const deb = buildPackage("deb", folder);
	const key = join(folder, "key");
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
	const systems = await Promise.all(names.map(() => boot({ services: ["ssh"] })));
	for (const { tree } of systems) {
		mkdirSync(join(tree, "root/.ssh"), { mode: 0o700, recursive: true });
		cpSync(`${key}.pub`, join(tree, "root/.ssh/authorized_keys"));
		// The program under test, which other tests start. The role installs the package.
		rmSync(join(tree, "usr/local/bin/cagewright"));
	}
	const hosts = names.map((name, index) => [
		name,
		{
			ansible_ssh_common_args: [
				`-o ProxyCommand='nsenter --net=${systems[index]?.network()} busybox nc 127.0.0.1 22'`,
				"-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
			].join(" "),
			ansible_user: "root",
			ansible_ssh_private_key_file: key,
			ansible_python_interpreter: "/usr/bin/python3",
		},
	]);
	const inventory = join(folder, "inventory.json");
	// JSON is YAML.
	writeFileSync(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(hosts) } }));
	const env = { ...found, ANSIBLE_PIPELINING: "1" };
	return {
		systems,
		deb,
		play: (playbook, variables = {}, ...options) =>
			new Promise((resolve) => {
				const words = ["-i", inventory, "-e", JSON.stringify(variables), ...options, playbook];
				execFile("ansible-playbook", words, { cwd: folder, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
					const recap = [...stdout.matchAll(/^(\w+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)/gm)];
					resolve({
						status: error ? Number(error.code) : 0,
						output: stdout + stderr,
						changes: Object.fromEntries(recap.map(([, name = "", changed]) => [name, Number(changed)])),
						failed: recap.flatMap(([, name = "", , unreachable, failed]) =>
							unreachable !== "0" || failed !== "0" ? [name] : [],
						),
					});
				});
			}),
	};
}
