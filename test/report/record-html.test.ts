import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/core/path/path.ts";
import { dependenciesOf } from "../../src/core/record/packages.ts";
import { recordHtml } from "../../src/report/record/html.ts";
import { messagesIn } from "../texts.ts";
import { made, manifestEntry } from "./made.ts";
import { recordFor } from "./records.ts";

const page = (...parts: Parameters<typeof recordFor>) => recordHtml(recordFor(...parts), messagesIn("en"));
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

describe("a hostile name cannot become markup", () => {
	const hostile = `"><script>alert(1)</script><img src=x onerror=y>&lt;'\x1b[2J\u202e</title></style>`;
	test("in any place of the page", () => {
		const html = page(
			{
				cage: {
					name: hostile,
					template: hostile,
					unit: hostile,
					accepted: [hostile],
					application: { ...made().cage.application, command: [hostile] },
				},
				entries: [
					manifestEntry("/x", { path: pathFromText(`/${hostile}`), package: { name: hostile, version: hostile } }),
					needs(hostile, hostile),
				],
				trial: { added: [hostile], probes: [{ command: hostile, ok: false }] },
				plan: { notes: [{ code: "shares-port", values: { name: hostile, port: hostile } }] },
			},
			[hostile],
			{ root: hostile, data: hostile, who: hostile },
			{
				responsible: { purpose: hostile, initiatedBy: hostile, approved: { by: hostile, at: hostile, generation: 1 } },
				configuration: [{ path: pathFromText(hostile), state: "edited", against: "host", difference: [`+${hostile}`] }],
				adopted: { service: hostile, since: hostile },
			},
		);
		expect(active(html)).toEqual([]);
		expect(html.match(/<\/style>/g)).toHaveLength(1);
		expect(html.includes("\u202e") || html.includes("\x1b")).toBe(false);
		expect(html.match(/<section /g)).toHaveLength(19);
		expect(html.match(/<\/section>/g)).toHaveLength(19);
	});
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
	const source = `${import.meta.dirname}/../../src`;
	const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
	const used = files.flatMap((name) =>
		[...readFileSync(`${source}/${name}`, "utf8").matchAll(/\.log\([\w.]+, "([a-z-]+)"/g)].map(([, action]) => action ?? ""),
	);
	expect(used.length).toBeGreaterThan(10);
	expect(used.filter((action) => !Object.hasOwn(actions, action))).toEqual([]);
});

test("the graph shows packages instead of many libraries, and only the most needed of very many", () => {
	const graphOf = (count: number) =>
		dependenciesOf(
			made({
				entries: [manifestEntry("/bin/app"), ...Array.from({ length: count }, (_, index) => needs(`/lib/${index}`, "/bin/app"))],
			}).manifest,
		);
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
