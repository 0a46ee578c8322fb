import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { cagewright, temporaryState } from "./cagewright.ts";
import { preparedDemo } from "./prepared.ts";

const state = temporaryState();
/** A mount namespace with a read-only state folder. */
const readOnly = `mount --bind ${state} ${state} && mount -o remount,ro,bind ${state} && exec "$@"`;
const where = { state, enter: ["unshare", "--mount", "sh", "-c", readOnly, "sh"] };
const everything = () => execFileSync("sh", ["-c", "find . -printf '%p %i %T@ %l\\n' | sort"], { encoding: "utf8", cwd: state });

beforeAll(() => preparedDemo(state));

test.each([["list"], ["show", "demo"], ["check", "demo"], ["update", "demo", "--dry-run"], ["remove", "demo", "--dry-run"]])(
	"%s works with a read-only state folder",
	async (...args) => {
		const { status, stderr } = await cagewright(args, where);
		expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
	},
);

test.each([
	["update", "demo"],
	["rollback", "demo"],
	["build", "demo"],
	["trial", "demo"],
	["remove", "demo", "--yes"],
	["selftest", "demo"],
	["run", "demo"],
	["shell", "demo", "--", "id"],
])("%s fails with one line on a read-only state folder, and nothing changes", async (...args) => {
	const before = everything();
	const { status, stderr } = await cagewright(args, where);
	expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/^cagewright: [^\n]*read-only[^\n]*\n$/) });
	expect(everything()).toBe(before);
});
