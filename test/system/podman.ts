import { writeFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { temporaryFolder } from "./cagewright.ts";
import { type Answer, ask, type Network } from "./network.ts";

/** A podman with its own storage. It needs no cgroups of the service manager, no limits, no network plugins, and no overlay. */
export function ownPodman(network: Network): Podman {
	const folder = temporaryFolder("podman");
	const engine = [
		'runtime="runc"',
		'cgroup_manager="cgroupfs"',
		'events_logger="none"',
		'lock_type="file"',
		`tmp_dir="${folder}/tmp"`,
	];
	writeFileSync(
		`${folder}/containers.conf`,
		["[containers]", 'log_driver="k8s-file"', "pids_limit=0", "[engine]", ...engine, ""].join("\n"),
	);
	const env = [`CONTAINERS_CONF=${folder}/containers.conf`, "PODMAN_IGNORE_CGROUPSV1_WARNING=1"];
	const storage = ["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
	const run = (...words: readonly string[]) => ask(["env", ...env, "podman", ...storage, ...words], network);
	const podman = {
		folder,
		run,
		async must(...words: readonly string[]) {
			const { output, status } = await run(...words);
			expect(status, `podman ${words.join(" ")}: ${output}`).toBe(0);
			return output;
		},
	};
	afterAll(async () => {
		await podman.must("rm", "--all", "--force", "--volumes", "--time", "0");
	});
	return podman;
}

export interface Podman {
	readonly folder: string;
	run(...words: readonly string[]): Promise<Answer>;
	/** Must succeed. Resolves to its output. */
	must(...words: readonly string[]): Promise<string>;
}
