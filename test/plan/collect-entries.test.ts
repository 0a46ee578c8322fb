import { expect, test } from "vitest";
import { namedLocales } from "../../src/plan/collect-entries.ts";
import { included, planFor, reads, trace } from "./traces.ts";
import { empty, file, tree } from "./tree.ts";

const settings = "/etc/db/db.conf";
const host = (text: string, more: Parameters<typeof tree>[0] = {}) =>
	tree({
		...empty(
			"/usr/lib/locale/C.utf8/LC_CTYPE",
			"/usr/lib/locale/C.utf8/LC_MESSAGES/SYS_LC_MESSAGES",
			"/usr/lib/locale/de_DE/LC_TIME",
		),
		[settings]: text,
		"/etc/services": "C.UTF-8",
		...more,
	});
const named = (...given: Parameters<typeof host>) =>
	namedLocales(trace(reads(settings, "/etc/services")), host(...given)).map(({ top }) => top);

test("a locale that the configuration names goes in as a whole", () => {
	const plan = planFor(host("lc_messages = 'C.UTF-8'\n# lc_time = 'de_DE'\n"), trace(reads(settings)));
	expect(Object.keys(included(plan)).filter((path) => path.startsWith("/usr/lib/locale/"))).toEqual([
		"/usr/lib/locale/C.utf8",
		"/usr/lib/locale/C.utf8/LC_CTYPE",
		"/usr/lib/locale/C.utf8/LC_MESSAGES",
		"/usr/lib/locale/C.utf8/LC_MESSAGES/SYS_LC_MESSAGES",
	]);
});

test("an archive goes in for a locale without a directory, unless it is very large", () => {
	const archive = (size: number) => ({ "/usr/lib/locale/locale-archive": file("", { size }) });
	expect(named("locale=fr_FR.UTF-8", archive(3e6))).toEqual(["/usr/lib/locale/locale-archive"]);
	expect(named("locale=fr_FR.UTF-8", archive(3e8))).toEqual([]);
	expect(named("locale=de_DE.UTF-8 de_DE", archive(3e6))).toEqual(["/usr/lib/locale/de_DE", "/usr/lib/locale/locale-archive"]);
	expect(named("C is a letter", archive(3e6))).toEqual([]);
});
