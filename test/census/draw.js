// Draws daemons at random: node test/census/draw.js SEED [COUNT]
//
// Prints names of packages of this Debian in an order that only the seed determines, with their descriptions. Candidates depend on
// init-system-helpers, or their tags call them a daemon or a server. Packages of a spec, in specs/ or samples/, are known.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [seed, count = "60"] = process.argv.slice(2);
if (seed === undefined) {
	console.error("Usage: node test/census/draw.js SEED [COUNT]");
	process.exit(2);
}
const folder = import.meta.dirname;
const specs = ["specs", "samples"].flatMap((name) => readdirSync(join(folder, name), { recursive: true, withFileTypes: true }));
const known = new Set(
	specs
		.filter((entry) => entry.isFile())
		.flatMap(
			({ name, parentPath }) => /^packages="([^"]*)"/m.exec(readFileSync(join(parentPath, name), "utf8"))?.[1].split(/\s+/) ?? [],
		),
);
const isDaemon = (text) =>
	/^(Pre-)?Depends:.*\binit-system-helpers\b/m.test(text) || /\b(interface::daemon|network::server)\b/.test(text);
const available = execFileSync("apt-cache", ["dumpavail"], { encoding: "utf8", maxBuffer: 2 ** 30 });
const candidates = new Map();
for (const text of available.split("\n\n")) {
	const name = /^Package: (.*)$/m.exec(text)?.[1];
	if (name === undefined || known.has(name) || !isDaemon(text)) continue;
	candidates.set(name, /^Description(?:-en)?: (.*)$/m.exec(text)?.[1] ?? "");
}
const place = (name) => createHash("sha256").update(`${seed} ${name}`).digest("hex");
const drawn = [...candidates.keys()].sort((a, b) => (place(a) < place(b) ? -1 : 1)).slice(0, Number(count));
for (const name of drawn) console.log(`${name}\t${candidates.get(name)}`);
