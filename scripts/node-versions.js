import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./set-up.js";

/** Path of the newest executable of this version of Node.js, e.g. `24` or `24.21.0`. It comes from npm's registry. Throws if that has none. */
export function nodeOf(version) {
	const name = `node-linux-${process.arch}`;
	const folder = join(root, "node_modules/.cache", `${name}-${version}`);
	if (!existsSync(folder)) {
		mkdirSync(dirname(folder), { recursive: true });
		const part = mkdtempSync(`${folder}-`);
		try {
			const words = ["pack", "--json", "--ignore-scripts", `${name}@${version}`];
			const [{ filename }] = JSON.parse(
				execFileSync("npm", words, { cwd: part, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
			);
			execFileSync("tar", ["-xzf", filename, "--no-same-owner", "package/bin/node"], { cwd: part });
			rmSync(join(part, filename));
			renameSync(part, folder);
		} finally {
			rmSync(part, { recursive: true, force: true });
		}
	}
	return join(folder, "package/bin/node");
}
