import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "../set-up.js";

/** What a package says about itself, from package.json and CHANGELOG.md. */

const { author, bugs, repository, version } = readJson("package.json");

export const maintainer = author;
/** Undefined as long as package.json does not name them. */
export const homepage = repository?.url?.replace(/^git\+/, "").replace(/\.git$/, "");
export const bugTracker = bugs?.url ?? bugs?.email;

/** Returns why nobody could tell the publisher about a hole in a release, or undefined. */
export function contactProblem() {
	const missing = [
		...(homepage ? [] : ["repository"]),
		...(bugTracker ? [] : ["bugs"]),
		...(/\.invalid>$/.test(author) ? ["author with an address"] : []),
	];
	return missing.length ? `package.json names no ${missing.join(", no ")}` : undefined;
}

/**
 * Releases in CHANGELOG.md, newest first: version, date (seconds since 1970) and changes. An older `only` version is given to the newest
 * release, so that tests can build an upgrade.
 */
export function releases(only = version) {
	const text = readFileSync(join(root, "CHANGELOG.md"), "utf8");
	const sections = text.split(/^## (?!Unreleased\n)/m).slice(1);
	const found = sections.map(parse);
	if (found[0]?.version !== version) throw new Error(`CHANGELOG.md does not begin with version ${version}`);
	return found.map((one, index) => (index ? one : { ...one, version: only }));
}

/** One section of CHANGELOG.md, without its marks. Its headings are for readers of that page. */
export function parse(section) {
	const [, name, day] = /^(\S+) \((\d{4}-\d\d-\d\d)\)\n/.exec(section) ?? [];
	if (!day) throw new Error(`CHANGELOG.md: no version and date in '${section.split("\n")[0]}'`);
	const changes = section
		.replaceAll(/^###.*$/gm, "")
		.split(/^- /m)
		.slice(1)
		.map((change) => change.trim().replace(/\s+/g, " "));
	return { version: name, date: Date.parse(`${day}T12:00:00Z`) / 1000, changes };
}

/** Lines of at most 76 characters, the first with a mark. */
export function wrapped(text, mark) {
	const lines = [mark];
	for (const word of text.split(" ")) {
		const line = lines.at(-1);
		if (line.length + word.length < 76) lines[lines.length - 1] = line === mark ? mark + word : `${line} ${word}`;
		else lines.push(" ".repeat(mark.length) + word);
	}
	return lines.join("\n");
}
