import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readJson, root } from "../set-up.js";

/** The Node.js of packages for systems without a recent one: a package of npm's registry, whose checksum packaging/node.json pins. */

export const runtime = readJson("packaging/node.json");
export const privateNode = "/usr/lib/cagewright/bin/node";

/** Puts the executable at this path, without its debugging symbols. */
export function addNode(place) {
	mkdirSync(dirname(place), { recursive: true });
	extract("package/bin/node", place);
	execFileSync("strip", ["--strip-unneeded", "--remove-section=.comment", "--remove-section=.note", place]);
}

/** Licences of Node.js and of the libraries in it. */
export function nodeLicence() {
	return execFileSync("tar", ["-xzOf", archive(), "package/LICENSE"], { encoding: "utf8" });
}

function extract(member, place) {
	const part = mkdtempSync(`${dirname(place)}/.node-`);
	execFileSync("tar", ["-xzf", archive(), "-C", part, "--no-same-owner", member]);
	renameSync(join(part, member), place);
	rmSync(part, { recursive: true });
}

/** Path of the downloaded package. Throws if it is not the pinned one. */
function archive() {
	const folder = join(root, "node_modules", ".cache", "cagewright-node");
	const file = join(folder, `${runtime.name}-${runtime.version}.tgz`);
	if (!existsSync(file)) {
		mkdirSync(folder, { recursive: true });
		const part = mkdtempSync(`${folder}/.part-`);
		const args = [
			"pack",
			"--ignore-scripts",
			"--loglevel=error",
			"--pack-destination",
			part,
			`${runtime.name}@${runtime.version}`,
		];
		execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
		renameSync(join(part, basename(file)), file);
		rmSync(part, { recursive: true });
	}
	const [algorithm, expected] = runtime.integrity.split(/-(.*)/);
	const found = createHash(algorithm).update(readFileSync(file)).digest("base64");
	if (found === expected) return file;
	rmSync(file);
	throw new Error(
		`${runtime.name} ${runtime.version} has the checksum ${algorithm}-${found}, not the one in packaging/node.json`,
	);
}
