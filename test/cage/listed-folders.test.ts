import { expect, test } from "vitest";
import type { ManifestEntry } from "../../src/cage/manifest.ts";
import { listedFolders } from "../../src/check/host/drift.ts";
import { manifestEntry } from "../make/report/made.ts";
import { planFor, rules, trace } from "../plan/traces.ts";
import { directory, empty, tree } from "../plan/tree.ts";

const host = tree({
	...empty("/usr/bin/app", "/etc/app/app.conf", "/srv/pages/a/one.html", "/srv/pages/b/two.html", "/srv/other/file"),
	...empty("/opt/sites/a/x.conf", "/opt/sites/b/y.txt", "/usr/share/perl/5.40/unicore/Name.pm"),
	"/srv/pages/empty": directory(),
	"/usr/share/perl/5.40/strict.pm": "require 'unicore/Name.pm';",
});
const did = {
	"/usr/bin/app": "execute",
	"/etc/app": "list",
	"/etc/app/app.conf": "read",
	"/usr/share/perl/5.40/strict.pm": "read",
};

function listed(...include: string[]): string[] {
	const { entries } = planFor(host, trace(did), { rules: rules({ include }) });
	return listedFolders(entries.map(({ decision: _, ...entry }): ManifestEntry => entry)).map(({ path }) => path);
}

const perl = ["/usr/share/perl/5.40", "/usr/share/perl/5.40/unicore"];

test("a library that goes in as far as its sources name it is listed, and nothing else of a traced application", () => {
	expect(listed()).toEqual(perl);
});

test("an included folder is listed with everything below it, but nothing above it", () => {
	const folders = ["/srv/pages", "/srv/pages/a", "/srv/pages/b", "/srv/pages/empty"];
	expect(listed("/srv/pages")).toEqual([...folders, ...perl]);
});

test("a pattern is listed from its start down to its matches", () => {
	expect(listed("/opt/sites/*/*.conf")).toEqual(["/opt/sites", "/opt/sites/a", ...perl]);
});

test("a file that was named itself needs no folder", () => expect(listed("/srv/other/file")).toEqual(perl));

test("one folder with thousands of files is listed once", () => {
	const reasons = [{ kind: "rule", rule: "include", value: "/srv/many" }] as const;
	const folder = manifestEntry("/srv/many", { kind: "directory", reasons });
	const files = Array.from({ length: 5000 }, (_, index) => manifestEntry(`/srv/many/${index}`, { reasons }));
	expect(listedFolders([folder, ...files])).toEqual([folder]);
});
