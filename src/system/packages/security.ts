import type { PackageRef } from "../../core/plan/plan.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";

/**
 * Names of those packages whose given version apt(8) knows from an archive of security updates. Empty where there is no apt, or its lists are
 * not there: then nothing is claimed.
 */
export async function securityUpdates(packages: readonly PackageRef[]): Promise<ReadonlySet<string>> {
	const tool = findTool("apt-cache");
	if (tool === undefined || !packages.length) return new Set();
	const { execa } = await import("execa");
	const asked = await execa(tool, ["policy", "--", ...packages.map(({ name }) => name)], {
		env: toolEnvironment,
		extendEnv: false,
		reject: false,
		timeout: 20_000,
		stdin: "ignore",
	});
	return asked.exitCode === 0 ? parsePolicy(asked.stdout, packages) : new Set();
}

/**
 * `apt-cache policy`: for each package its name with a colon, then a table of versions, each line of a version (`     2.41-12 500`, with `***`
 * where it is installed) followed by the archives that have it (`        500 http://… trixie-security/main amd64 Packages`).
 */
export function parsePolicy(text: string, packages: readonly PackageRef[]): ReadonlySet<string> {
	const found = new Set<string>();
	const wanted = new Map(packages.map(({ name, version }) => [name, version]));
	let [name, version] = ["", ""];
	for (const line of text.split("\n")) {
		const [, header] = /^(\S+):$/.exec(line) ?? [];
		const [, row] = /^ (?:\*\*\*| {3}) (\S+) -?\d+$/.exec(line) ?? [];
		const [, suite] = /^ {8,}-?\d+ \S+ (\S+) /.exec(line) ?? [];
		if (header !== undefined) [name, version] = [header, ""];
		else if (row !== undefined) version = row;
		else if (suite !== undefined && wanted.get(name) === version && /-security(\/|$)/.test(suite)) found.add(name);
	}
	return found;
}
