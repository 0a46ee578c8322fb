import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function markdownBelow(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return /^(\..*|node_modules|dist)$/.test(entry.name) ? [] : markdownBelow(path);
		return entry.isFile() && entry.name.endsWith(".md") ? [path] : [];
	});
}

const withoutCode = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```$/gm, "");

/** The anchors of headings as GitHub derives them: a repeated heading gets a number. */
function anchorsOf(markdown: string): Set<string> {
	const anchors = new Set<string>();
	for (const [, heading = ""] of withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
		const slug = heading
			.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
			.trim()
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
			.replaceAll(" ", "-");
		let anchor = slug;
		for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
		anchors.add(anchor);
	}
	return anchors;
}

function relativeLinksOf(markdown: string): string[] {
	return [
		...withoutCode(markdown)
			.replace(/`[^`\n]*`/g, "code")
			.matchAll(/\]\(([^)\s]+)\)/g),
	]
		.map(([, target = ""]) => target)
		.filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** Returns the reason why a link is broken, or undefined. */
function problemOf(file: string, target: string): string | undefined {
	const [path = "", anchor] = target.split("#");
	const linked = path ? join(dirname(file), decodeURIComponent(path)) : file;
	if (relative(root, linked).startsWith("..") || !existsSync(linked)) return `${target}: no such file`;
	if (anchor === undefined) return;
	if (!statSync(linked).isFile() || !anchorsOf(readFileSync(linked, "utf8")).has(anchor)) return `${target}: no such heading`;
}

const files = markdownBelow(root);

describe("files that a page names exist", () => {
	it.each(files.map((file) => [relative(root, file), file]))("%s", (_, file) => {
		const named = readFileSync(file, "utf8").matchAll(
			/`((?:src|test|bench|scripts|packaging|integrations|templates)\/[\w./-]+)`/g,
		);
		const missing = [...named].map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)));
		expect(missing).toEqual([]);
	});
});

describe("relative links resolve, anchors included", () => {
	it.each(files.map((file) => [relative(root, file), file]))("%s", (_, file) => {
		const problems = relativeLinksOf(readFileSync(file, "utf8")).map((target) => problemOf(file, target));
		expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
	});
});

test("every page of docs is linked from another page", () => {
	const linked = new Set(
		files.flatMap((file) =>
			relativeLinksOf(readFileSync(file, "utf8"))
				.map((target) => target.split("#")[0])
				.filter((path) => path)
				.map((path) => join(dirname(file), path ?? ""))
				.filter((path) => path !== file),
		),
	);
	const pages = files.filter((file) => relative(root, file).startsWith("docs/") && basename(file) !== "README.md");
	expect(pages.filter((page) => !linked.has(page)).map((page) => relative(root, page))).toEqual([]);
});

test("the README has at most 200 lines", () => {
	expect(readFileSync(join(root, "README.md"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(200);
});
