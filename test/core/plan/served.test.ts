import { describe, expect, test } from "vitest";
import { servedTrees } from "../../../src/core/plan/served.ts";
import { unprovenPrograms } from "../../../src/core/plan/unproven-programs.ts";
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
		"/etc/index.html": file("", { mode: 0o644 }),
		"/usr/lib/node_modules/app/a.js": file("", { mode: 0o644 }),
	});
	test("goes in whole once a page was asked for, by its own place and by that of links", () => {
		const trees = servedTrees(trace({ "/usr/share/radio/web/status.xsl": "read", "/etc/radio/radio.xml": "read" }), files);
		expect(trees).toEqual([
			{ top: "/etc/radio/web", paths: ["/etc/radio/web/status.xsl", "/etc/radio/web/style.css"] },
			{ top: "/usr/share/radio/web", paths: ["/usr/share/radio/web/status.xsl", "/usr/share/radio/web/style.css"] },
		]);
	});
	test("neither everybody's directory nor one that the application writes", () => {
		const seen = trace({ "/etc/index.html": "read", "/etc/radio/web/status.xsl": "read write" });
		expect(servedTrees(seen, files)).toEqual([]);
	});
});

describe("programs that no request started", () => {
	const files = tree({
		"/etc/agent.cfg": file("# run=/usr/lib/agent/old\nload=/usr/lib/agent/check_load -w 5\ndisk=/usr/lib/agent/check_disk\n", {
			mode: 0o644,
		}),
		"/usr/lib/agent/check_load": file("#!/bin/sh\n", { mode: 0o755 }),
		"/usr/lib/agent/check_disk": file("#!/bin/sh\n", { mode: 0o755 }),
		"/usr/lib/agent/old": file("#!/bin/sh\n", { mode: 0o755 }),
		"/usr/lib/agent/module.so": file("", { mode: 0o755 }),
		"/etc/plugins/load": link("/usr/lib/agent/check_load"),
	});
	test("are named with the configuration or the directory that has them", () => {
		const seen = trace(
			{ "/etc/agent.cfg": "read", "/etc/plugins": "list" },
			{ programs: new Set(["/usr/lib/agent/check_disk" as never]) },
		);
		expect(unprovenPrograms(seen, files)).toEqual([
			{ code: "unproven-programs", values: { place: "/etc/agent.cfg", paths: "/usr/lib/agent/check_load", count: 1 } },
			{ code: "unproven-programs", values: { place: "/etc/plugins", paths: "/etc/plugins/load", count: 1 } },
		]);
	});
	test("a program that was started is proven", () => {
		const programs = new Set(["/usr/lib/agent/check_disk", "/usr/lib/agent/check_load"] as never[]);
		expect(unprovenPrograms(trace({ "/etc/agent.cfg": "read", "/etc/plugins": "list" }, { programs }), files)).toEqual([]);
	});
});
