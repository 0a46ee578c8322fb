import { expect, test } from "vitest";
import { noRules } from "../../../src/core/application/application.ts";
import { unusedAllowances } from "../../../src/core/plan/risks.ts";
import { entry, plan, writable } from "../cage/plans.ts";
import { directory, link, tree } from "./tree.ts";

const files = tree({ "/etc/keys/site.key": "", "/etc/current": link("keys"), "/var/lib/app/keys": directory() });
const made = plan(
	[entry("/etc/keys/site.key", { risks: ["secret"] }), entry("/usr/bin/su", { risks: ["setuid"] }), entry("/etc/plain")],
	{ writable: [writable("/var/lib/app")] },
);
const unused = (allowSecret: string[], allowSetuid: string[] = []) =>
	unusedAllowances({ ...made, rules: { ...noRules, allowSecret, allowSetuid } }, files).map(
		({ option, path }) => `${option} ${path}`,
	);

test("what is meant by its path, by a directory above it, through a link, or lies in the state, is used", () => {
	expect(unused(["/etc/keys/site.key", "/etc/keys", "/etc/current", "/var/lib/app/keys"], ["/usr/bin/su"])).toEqual([]);
});

test("what is no secret of the plan allows nothing", () => {
	expect(unused(["/etc/keys/site.kye", "/etc/plain", "/usr/bin/su"], ["/etc/keys/site.key"])).toEqual([
		"--allow-secret /etc/keys/site.kye",
		"--allow-secret /etc/plain",
		"--allow-secret /usr/bin/su",
		"--allow-setuid /etc/keys/site.key",
	]);
});
