import { expect, test } from "vitest";
import { planFor, trace } from "./traces.ts";
import { file, tree } from "./tree.ts";

const noted = (content: string, mode = 0o640) =>
	planFor(tree({ "/etc/app.conf": file(content, { mode }) }), trace({ "/etc/app.conf": "read" })).notes.filter(
		({ code }) => code === "configuration-holds-passwords",
	);

test("private configuration with a password is noted and goes in", () => {
	expect(noted("user = a\npassword = hunter2\n")).toEqual([
		{ code: "configuration-holds-passwords", values: { paths: "/etc/app.conf" } },
	]);
});
test.each(["# password = hunter2", "password_check = yes", "token_lifetime = 3600", "password_file = /etc/app/key", "user = a"])(
	"%s is not noted",
	(line) => expect(noted(`${line}\n`)).toEqual([]),
);
test("configuration that everybody may read is not noted", () => expect(noted("password = hunter2\n", 0o644)).toEqual([]));
