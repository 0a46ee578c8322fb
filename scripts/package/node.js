import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { crossCompilers } from "../native.js";
import { readJson, root } from "../project.js";

/** The Node.js of packages for systems without a recent one: packages of npm's registry, whose checksums packaging/node.json pins. */

export const runtime = readJson("packaging/node.json");
export const privateNode = "/usr/lib/cagewright/bin/node";

/** Puts the executable for a processor at this path, without its debugging symbols. */
export function addNode(processor, place) {
	mkdirSync(dirname(place), { recursive: true });
	extract(processor, "package/bin/node", place);
	execFileSync(processor === process.arch ? "strip" : crossCompilers[processor].replace(/gcc$/, "strip"), [
		"--strip-unneeded",
		"--remove-section=.comment",
		"--remove-section=.note",
		place,
	]);
}

/** Licences of Node.js and of the libraries in it. */
export function nodeLicence(processor) {
	return execFileSync("tar", ["-xzOf", archive(processor), "package/LICENSE"], { encoding: "utf8" });
}

function extract(processor, member, place) {
	const part = mkdtempSync(`${dirname(place)}/.node-`);
	execFileSync("tar", ["-xzf", archive(processor), "-C", part, "--no-same-owner", member]);
	renameSync(join(part, member), place);
	rmSync(part, { recursive: true });
}

/** Path of the downloaded package. Throws if it is not the pinned one. */
function archive(processor) {
	const name = `node-linux-${processor}`;
	const folder = join(root, "node_modules", ".cache", "cagewright-node");
	const file = join(folder, `${name}-${runtime.version}.tgz`);
	if (!existsSync(file)) {
		mkdirSync(folder, { recursive: true });
		const part = mkdtempSync(`${folder}/.part-`);
		const args = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", part, `${name}@${runtime.version}`];
		execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
		renameSync(join(part, basename(file)), file);
		rmSync(part, { recursive: true });
	}
	const [algorithm, expected] = runtime.integrity[processor].split(/-(.*)/);
	const found = createHash(algorithm).update(readFileSync(file)).digest("base64");
	if (found === expected) return file;
	rmSync(file);
	throw new Error(`${name} ${runtime.version} has the checksum ${algorithm}-${found}, not the one in packaging/node.json`);
}
