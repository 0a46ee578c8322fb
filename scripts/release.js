import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { crossCompilers } from "./native.js";
import { buildPackages } from "./package/build.js";
import { provenance } from "./package/provenance.js";
import { contactProblem } from "./package/release.js";
import { readJson, root, say, setUp } from "./set-up.js";

/**
 * `npm run release -- --key FILE`: makes a folder with everything that is published: archive for npm, packages, bill of materials,
 * provenance, checksums and their signature. Prints the folder.
 */
const { values } = parseArgs({
	options: {
		/** An SSH key, which signs. */
		key: { type: "string" },
		/** Also the packages with a private Node.js. */
		"with-node": { type: "boolean", default: false },
		/** A new or empty folder. */
		output: { type: "string" },
		/** For tests: without a contact, from changed sources, and without a key. */
		unpublished: { type: "boolean", default: false },
		/** For tests: only this kind of package, and only this processor. */
		kind: { type: "string", multiple: true, default: ["deb", "rpm"] },
		processor: { type: "string", multiple: true, default: Object.keys(crossCompilers) },
	},
});
const { version } = readJson("package.json");
const output = resolve(values.output ?? join(root, "release", version));
const namespace = "cagewright-release";

const problem = values.unpublished ? undefined : releaseProblem();
if (problem) {
	say(problem);
	process.exit(2);
}
if (!existsSync(join(root, "node_modules", "esbuild"))) setUp();
mkdirSync(output, { recursive: true });
const npmOptions = ["--silent", "--offline", "--cache", join(root, "node_modules/.cache/npm"), "--pack-destination", output];
execFileSync("npm", ["pack", ...npmOptions], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
for (const kind of values.kind)
	for (const withNode of values["with-node"] ? [false, true] : [false])
		buildPackages(kind, { output, processors: values.processor, withNode });
copyFileSync(join(root, "dist/bom.json"), join(output, `cagewright-${version}.cdx.json`));
const made = checksums();
writeFileSync(join(output, `cagewright-${version}.provenance.json`), provenance(made));
writeFileSync(join(output, "SHA256SUMS"), [...checksums()].map(([name, sum]) => `${sum}  ${name}\n`).join(""));
if (values.key) sign(values.key);
process.stdout.write(`${output}\n`);

function releaseProblem() {
	if (!values.key) return "name the SSH key that signs: npm run release -- --key FILE";
	if (existsSync(output) && readdirSync(output).length > 0) return `${output} is not empty: name another folder with --output`;
	const changed = execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
	if (changed) return "commit your changes, so that everybody can build the same bytes";
	const contact = contactProblem();
	return contact && `${contact}: nobody could tell you about a hole`;
}

/** SHA-256 of each file, by name. */
function checksums() {
	const sum = (name) =>
		createHash("sha256")
			.update(readFileSync(join(output, name)))
			.digest("hex");
	return new Map(
		readdirSync(output)
			.sort()
			.map((name) => [name, sum(name)]),
	);
}

/** Writes SHA256SUMS.sig, and the line with which others verify it. */
function sign(key) {
	const sums = join(output, "SHA256SUMS");
	rmSync(`${sums}.sig`, { force: true });
	execFileSync("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", namespace, sums], { stdio: ["inherit", "ignore", "inherit"] });
	const [type, data] = readFileSync(`${key.replace(/\.pub$/, "")}.pub`, "utf8").split(" ");
	writeFileSync(join(output, "allowed_signers"), `cagewright namespaces="${namespace}" ${type} ${data?.trim()}\n`);
	say(`signed with ${basename(key)}. Publish ${join(output, "allowed_signers")} in a place of its own, for those who verify`);
}
