import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { home } from "./cagewright.ts";

const text = readFileSync(join(home, "docs/security.md"), "utf8");

/** Reads the document's last table row by row. It names tests as in `` `file`: title · title; `file`: title ``. */
function promised(): { file: string; title: string }[] {
	const rows = text
		.slice(text.lastIndexOf("| promise | test |"))
		.split("\n")
		.slice(2)
		.filter((row) => row !== "");
	return rows.flatMap((row) => {
		const named = row.split(" | ")[1]?.replace(/ \|$/, "") ?? "";
		return named.split("; ").flatMap((part) => {
			const [, file = "", titles = ""] = /^`([^`]+)`: ?(.*)$/.exec(part) ?? [];
			const path = file.includes("/") ? file : `test/system/${file}`;
			return titles.split(" · ").map((title) => ({ file: path, title }));
		});
	});
}

test("each promise of the security page names existing tests", () => {
	const all = promised();
	expect(all.length).toBeGreaterThan(40);
	const unprotected = all.filter(
		({ file, title }) => !existsSync(join(home, file)) || !readFileSync(join(home, file), "utf8").includes(title),
	);
	expect(unprotected).toEqual([]);
});

test("each test file that the security page names exists", () => {
	const files = [...text.matchAll(/`([\w/-]+\.test\.tsx?)`/g)].map(([, file = ""]) => file);
	const folders = ["", "test", "test/system"];
	expect(files.filter((file) => !folders.some((folder) => existsSync(join(home, folder, file))))).toEqual([]);
});
