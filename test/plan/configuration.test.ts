import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { accountsIn, configurationLines, pathsIn } from "../../src/plan/configuration.ts";
import { tree } from "./tree.ts";

describe("a line of configuration", () => {
	test("names accounts after a key, also after a prefix of it", () => {
		expect(accountsIn('force user = "guest"; x-group www-data; run_as_uid: app, owner')).toEqual(["guest", "www-data", "app"]);
	});
	test("names absolute paths without a final stop", () => {
		expect(pathsIn("see /etc/a.conf, or /srv/b...")).toEqual(["/etc/a.conf", "/srv/b"]);
	});
	// Far longer than reading takes, and far shorter than a search that begins again at each character.
	test.each(["a", "user-", "."])("with one long word of %s is read", { timeout: 60_000 }, (piece) => {
		const path = pathFromText("/etc/app/app.conf");
		const long = `/${piece.repeat(200_000 / piece.length)}!`;
		const lines = configurationLines(path, tree({ [path]: long }));
		expect(lines.flatMap(accountsIn)).toEqual([]);
		expect(lines.flatMap(pathsIn)).toHaveLength(1);
	});
});
