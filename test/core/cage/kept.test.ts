import { expect, test } from "vitest";
import { pathFromText } from "../../../src/core/path/path.ts";
import { temporaryEntriesOf } from "../../../src/engine/cages.ts";
import { made, manifestEntry } from "../../report/made.ts";

test("entries directly below a temporary directory are kept by kind, with their content", () => {
	const entries = [
		manifestEntry("/tmp", { kind: "directory" }),
		manifestEntry("/tmp/app", { kind: "directory" }),
		manifestEntry("/tmp/app/deeper"),
		manifestEntry("/tmp/bound", { kind: "bind" }),
		manifestEntry("/tmp/file"),
		manifestEntry("/tmp/written", { kind: "generated" }),
		manifestEntry("/tmp/link", { kind: "symlink", target: pathFromText("app/../x") }),
		manifestEntry("/tmpfile"),
		manifestEntry("/var/tmp/other"),
		manifestEntry("/var/other"),
	];
	expect(temporaryEntriesOf(made({ entries }).manifest)).toEqual([
		{ path: "/tmp/app", kind: "directory" },
		{ path: "/tmp/bound", kind: "directory" },
		{ path: "/tmp/file", kind: "file" },
		{ path: "/tmp/written", kind: "file" },
		{ path: "/tmp/link", kind: "symlink", target: "app/../x" },
		{ path: "/var/tmp/other", kind: "file" },
	]);
});
