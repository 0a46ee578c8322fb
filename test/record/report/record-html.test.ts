import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sha256 } from "../../../src/base/host/hash.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import { dependenciesOf } from "../../../src/record/packages.ts";
import { recordHtml } from "../../../src/record/report/html.ts";
import { made, manifestEntry } from "../../make/report/made.ts";
import { messagesIn } from "../../texts.ts";
import { recordFor } from "./records.ts";

const page = (...parts: Parameters<typeof recordFor>) => recordHtml(recordFor(...parts), messagesIn("en"), sha256);
const needs = (path: string, ...by: string[]) =>
	manifestEntry(path, {
		reasons: by.map((one) => ({ kind: "needed-by" as const, by: pathFromText(one) })),
		package: { name: path, version: "1" },
	});

/** Returns elements that load or run something or link to another page. */
function active(html: string): string[] {
	return [...html.matchAll(/<(script|img|link|iframe|object|embed|base|form|input|a|image|use|foreignObject)\b[^>]*>/gi)]
		.map(([tag]) => tag)
		.filter((tag) => !/^<a href="#[a-z-]+">$/.test(tag));
}

test("the page loads nothing, and its policy permits only its own style", () => {
	const html = page();
	expect(active(html)).toEqual([]);
	expect(html).not.toMatch(/\son[a-z]+=|\sstyle=|url\(|@import|https?:\/\//i);
	const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
	const hash = createHash("sha256").update(style).digest("base64");
	expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri`);
});

test("a hostile name cannot become markup in any place of the page", () => {
	const evil = `"><script>alert(1)</script><img src=x onerror=y>&lt;'\x1b[2J\u202e</title></style>`;
	const application = { ...made().cage.application, command: [evil] };
	const file = manifestEntry("/x", { path: pathFromText(`/${evil}`), package: { name: evil, version: evil } });
	const parts: Parameters<typeof made>[0] = {
		cage: { name: evil, template: evil, unit: evil, accepted: [evil], application },
		entries: [file, needs(evil, evil)],
		trial: { added: [evil], probes: [{ command: evil, ok: false }] },
		plan: { notes: [{ code: "shares-port", values: { name: evil, port: evil } }] },
	};
	const values: Parameters<typeof recordFor>[3] = {
		responsible: { purpose: evil, initiatedBy: evil, approved: { by: evil, at: evil, generation: 1 } },
		configuration: [{ path: pathFromText(evil), state: "edited", against: "host", difference: [`+${evil}`] }],
		adopted: { service: evil, since: evil },
	};
	const html = page(parts, [evil], { root: evil, data: evil, who: evil }, values);
	expect(active(html)).toEqual([]);
	expect(html.match(/<\/style>/g)).toHaveLength(1);
	expect(html.includes("\u202e") || html.includes("\x1b")).toBe(false);
	expect(html.match(/<section /g)).toHaveLength(19);
	expect(html.match(/<\/section>/g)).toHaveLength(19);
});

test("the log's actions are shown in words, also unknown ones", () => {
	const at = "2026-01-01T00:00:00.000Z";
	const html = page({}, [
		`${at} made {"generation":1,"bytes":2000000,"answered":true}`,
		`${at} approved {"approved":{"by":"Cy","generation":1}}`,
		`${at} dreamt {"of":["a","b"]}`,
		"torn line",
	]);
	const rows = [...(html.split('id="history"')[1] ?? "").matchAll(/<tr>(<td>.*?)<\/tr>/g)].map(([, cells = ""]) =>
		cells.replace(/<\/td>/g, "|").replace(/<[^>]*>/g, ""),
	);
	expect(rows).toEqual([
		"2026-01-01 00:00:00 UTC|made|generation: 1, size: 2 MB, answered: yes|",
		"2026-01-01 00:00:00 UTC|approved|by: Cy, generation: 1|",
		"2026-01-01 00:00:00 UTC|dreamt|of: a, b|",
		"||torn line|",
	]);
});

test("every action of the log has a word", () => {
	const actions = messagesIn("en").record.log.actions;
	const source = `${import.meta.dirname}/../../../src`;
	const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
	const used = files.flatMap((name) =>
		[...readFileSync(`${source}/${name}`, "utf8").matchAll(/\.log\([\w.]+, "([a-z-]+)"/g)].map(([, action]) => action ?? ""),
	);
	expect(used.length).toBeGreaterThan(10);
	expect(used.filter((action) => !Object.hasOwn(actions, action))).toEqual([]);
});

test("the graph shows packages instead of many libraries, and only the most needed of very many", () => {
	const graphOf = (count: number) => {
		const libraries = Array.from({ length: count }, (_, index) => needs(`/lib/${index}`, "/bin/app"));
		return dependenciesOf(made({ entries: [manifestEntry("/bin/app"), ...libraries] }).manifest);
	};
	expect(graphOf(5)).toMatchObject({ of: "files", rest: 0 });
	expect(graphOf(5).nodes).toHaveLength(6);
	expect(graphOf(100)).toMatchObject({ of: "packages", rest: 65 });
	expect(graphOf(100).nodes).toHaveLength(36);
});

test("libraries that need each other do not loop", () => {
	const { edges, nodes } = dependenciesOf(made({ entries: [needs("/lib/a", "/lib/b"), needs("/lib/b", "/lib/a")] }).manifest);
	expect(nodes).toHaveLength(2);
	expect(edges).toHaveLength(2);
});
