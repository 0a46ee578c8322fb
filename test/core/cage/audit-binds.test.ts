import { expect, test } from "vitest";
import { auditBinds } from "../../../src/core/cage/audit.ts";
import type { FileKind } from "../../../src/core/machine/facts.ts";
import { pathFromText } from "../../../src/core/path/path.ts";

const part = (path: string, { kind = "directory" as FileKind, mode = 0o755, uid = 0 } = {}) => ({
	path: pathFromText(path),
	kind,
	mode,
	uid,
});
const bind = pathFromText("/opt/x/web/up");
const codes = (seen: ReturnType<typeof part>[], owner = 0, absent?: string) =>
	auditBinds([{ bind, seen, ...(absent === undefined ? {} : { absent: pathFromText(absent) }) }], owner).map(
		({ code, path, severity }) => `${severity} ${code} ${path}`,
	);

test.each([
	["its own directory is another's", [part("/"), part("/opt"), part("/opt/x", { uid: 7, mode: 0o777 })], []],
	["a part is another's", [part("/"), part("/opt", { uid: 7 }), part("/opt/x")], ["danger bind-foreign-owner /opt"]],
	["a part is writable", [part("/"), part("/opt", { mode: 0o775 }), part("/opt/x")], ["danger bind-writable /opt"]],
	["a part is sticky", [part("/"), part("/tmp", { mode: 0o1777 }), part("/tmp/x")], []],
	[
		"a sticky part holds what is another's",
		[part("/"), part("/tmp", { mode: 0o1777 }), part("/tmp/x", { uid: 7 })],
		["danger bind-writable /tmp"],
	],
	["a part is a link", [part("/"), part("/opt", { kind: "symlink", mode: 0o777 })], ["danger bind-not-directory /opt"]],
])("the path to a bind is found if %s", (_, seen, expected) => expect(codes(seen)).toEqual(expected));

test("a missing part is a danger, and the owner above it is named", () => {
	expect(codes([part("/"), part("/opt", { uid: 7 })], 0, "/opt/x")).toEqual([
		"danger bind-foreign-owner /opt",
		"danger bind-absent /opt/x",
	]);
});

test("without a root launch, another owner is a warning and the own account is fine", () => {
	expect(codes([part("/"), part("/opt", { uid: 7 }), part("/opt/x", { uid: 1000 }), part("/opt/x/web")], 1000)).toEqual([
		"warning bind-foreign-owner /opt",
	]);
});

test("a directory on the path to two binds is reported once", () => {
	const seen = [part("/"), part("/opt", { uid: 7 }), part("/opt/x")];
	expect(
		auditBinds(
			[
				{ bind, seen },
				{ bind: pathFromText("/opt/y"), seen },
			],
			0,
		),
	).toHaveLength(1);
});
