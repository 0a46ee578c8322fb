import { expect, test } from "vitest";
import { findMissingAtStart } from "../../../src/core/plan/missing.ts";
import { makeElf } from "../elf/make-elf.ts";
import { application, planFor, rules, trace } from "./traces.ts";
import { file, link, tree } from "./tree.ts";

const loader = "/lib64/ld.so";
const files = tree({
	"/lib64": link("usr/lib64"),
	"/usr/lib64/ld.so": file(makeElf({}), { mode: 0o755 }),
	"/usr/bin/sh": file(makeElf({ interpreter: loader }), { mode: 0o755 }),
	"/usr/bin/app": link("app-1"),
	"/usr/bin/app-1": file("#!/usr/bin/sh\n", { mode: 0o755 }),
	"/usr/bin/other": file(makeElf({ interpreter: loader }), { mode: 0o755 }),
});
const seen = trace({ "/usr/bin/app": { did: "execute", real: "/usr/bin/app-1" }, "/usr/bin/other": "execute" });

const without = (...exclude: string[]) => {
	const input = { application: { ...application, command: ["/usr/bin/app"] }, rules: rules({ exclude }) };
	return findMissingAtStart(planFor(files, seen, input), files).map(({ declined, path }) => [path, declined]);
};

test.each(["/usr/bin/app", "/usr/bin/app-1", "/usr/bin/sh", "/lib64", "/usr/lib64/ld.so"])(
	"the application cannot start without %s, which was left out",
	(path) => expect(without(path)).toContainEqual([path, true]),
);

test("the application starts without other programs, and with a complete cage nothing is missing", () => {
	expect(without("/usr/bin/other")).toEqual([]);
	expect(without()).toEqual([]);
});
