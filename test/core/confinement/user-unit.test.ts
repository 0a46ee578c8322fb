import { expect, test } from "vitest";
import { userUnit } from "../../../src/core/confinement/unit/unit.ts";

test("a user's unit starts the program whatever its words contain", () => {
	const unit = userUnit("site", ["/usr/bin/node", "/opt/a b/main.js", "--state", "/home/50%/$x", "run", "site"]);
	expect(unit).toContain('\nExecStart=/usr/bin/node "/opt/a b/main.js" --state "/home/50%%/$$x" run site\n');
	expect(unit).toContain("\nWantedBy=default.target\n");
	expect(unit).not.toMatch(/RootDirectory|User=/);
});
