import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/core/machine/facts.ts";
import { pathFromText } from "../../../src/core/path/path.ts";
import { servedTrees } from "../../../src/core/plan/shared.ts";
import { trace } from "./traces.ts";
import { file, link, tree } from "./tree.ts";

describe("a directory of pages", () => {
	const files = tree({
		"/etc/radio/web/status.xsl": file("<x/>", { mode: 0o644 }),
		"/etc/radio/web/style.css": file("a{}", { mode: 0o644 }),
		"/etc/radio/web/private.xsl": file("secret", { mode: 0o640 }),
		"/etc/radio/radio.xml": file("<radio/>", { mode: 0o644 }),
		"/usr/share/radio/web/status.xsl": link("/etc/radio/web/status.xsl"),
		"/usr/share/radio/web/style.css": link("/etc/radio/web/style.css"),
		"/etc/radio/web/.git/config": file("[core]", { mode: 0o644 }),
		"/etc/radio/web/.env": file("A=b", { mode: 0o644 }),
		"/etc/radio/web/.well-known/security.txt": file("x", { mode: 0o644 }),
		"/etc/radio/web/planted.css": link("/etc/radio/web/private.xsl"),
		"/etc/index.html": file("", { mode: 0o644 }),
		"/usr/lib/node_modules/app/a.js": file("", { mode: 0o644 }),
	});
	test("goes in completely once a page was requested, by its own path or a link's", () => {
		const trees = servedTrees(trace({ "/usr/share/radio/web/status.xsl": "read", "/etc/radio/radio.xml": "read" }), files);
		expect(trees).toEqual([
			{
				top: "/etc/radio/web",
				paths: ["/etc/radio/web/status.xsl", "/etc/radio/web/style.css", "/etc/radio/web/.well-known/security.txt"],
			},
			{ top: "/usr/share/radio/web", paths: ["/usr/share/radio/web/status.xsl", "/usr/share/radio/web/style.css"] },
		]);
	});
	test("is searched completely, however many directories it has", () => {
		const page = tree({ "/srv/web/index.html": file("", { mode: 0o644 }) });
		const inside = (path: string) => path.startsWith("/srv/web/") && !path.endsWith(".html");
		let listed = 0;
		const endless: Files = {
			...page,
			list: () => (listed++ > 5000 ? [] : ["a", "b"].map(pathFromText)),
			status: (path) => page.status(inside(path) ? pathFromText("/srv/web") : path),
		};
		expect(servedTrees(trace({ "/srv/web/index.html": "read" }), endless)).toEqual([]);
		expect(listed).toBeLessThan(3000);
	});
	test("is not a directory for everybody or one that the application writes", () => {
		const seen = trace({ "/etc/index.html": "read", "/etc/radio/web/status.xsl": "read write" });
		expect(servedTrees(seen, files)).toEqual([]);
	});
});
