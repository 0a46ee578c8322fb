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

test("an allowed path is used if it is in the plan, in the state, below an allowed directory or behind a link", () => {
	expect(unused(["/etc/keys/site.key", "/etc/keys", "/etc/current", "/var/lib/app/keys"], ["/usr/bin/su"])).toEqual([]);
});

test("allowing a path that is no secret of the plan has no effect and is reported", () => {
	expect(unused(["/etc/keys/site.kye", "/etc/plain", "/usr/bin/su"], ["/etc/keys/site.key"])).toEqual([
		"--allow-secret /etc/keys/site.kye",
		"--allow-secret /etc/plain",
		"--allow-secret /usr/bin/su",
		"--allow-setuid /etc/keys/site.key",
	]);
});
