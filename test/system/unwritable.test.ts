import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { some } from "../long.ts";
import { cagewright, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

const state = temporaryState();
/** A mount namespace with a read-only state folder. */
const readOnly = `mount --bind ${state} ${state} && mount -o remount,ro,bind ${state} && exec "$@"`;
const where = { state, enter: ["unshare", "--mount", "sh", "-c", readOnly, "sh"] };
const everything = () => execFileSync("sh", ["-c", "find . -printf '%p %i %T@ %l\\n' | sort"], { encoding: "utf8", cwd: state });

beforeAll(() => preparedDemo(state));

test.each(
	some(2, [["list"], ["check", "demo"], ["show", "demo"], ["update", "demo", "--dry-run"], ["remove", "demo", "--dry-run"]]),
)("%s works with a read-only state folder", async (...args) => {
	expect(await cagewright(args, where)).toMatchObject({ status: 0, stderr: "" });
});

test.each(
	some(3, [
		["update", "demo"],
		["remove", "demo", "--yes"],
		["run", "demo"],
		["rollback", "demo"],
		["build", "demo"],
		["trial", "demo"],
		["selftest", "demo"],
		["shell", "demo", "--", "id"],
	]),
)("%s fails with one line on a read-only state folder, and nothing changes", async (...args) => {
	const before = everything();
	expect(await cagewright(args, where)).toMatchObject({ status: 3, stderr: /^cagewright: [^\n]*read-only[^\n]*\n$/ });
	expect(everything()).toBe(before);
});
