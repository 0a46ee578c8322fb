import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Path, pathFromText, pathToText } from "../../src/base/path/path.ts";
import type { Edit } from "../../src/cage/edits.ts";
import { saveEdit } from "../../src/cage/host/edits.ts";

it("keeps the administrator's last edit of a file, also over an older or cut off copy", async () => {
	const cage = mkdtempSync(join(tmpdir(), "cagewright-edits-"));
	try {
		const root = join(cage, "root");
		mkdirSync(join(root, "etc"), { recursive: true });
		const save = (text: string) => {
			writeFileSync(join(root, "etc/app.conf"), text);
			const is = createHash("sha256").update(text).digest("hex");
			const edit: Edit = { path: "/etc/app.conf" as Path, kind: "file", mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0, is };
			return saveEdit(pathFromText(cage), 3, pathFromText(root), edit);
		};
		const place = pathToText((await save("port 1\n")) as Path) ?? "";
		expect(readFileSync(place, "utf8")).toBe("port 1\n");
		expect(pathToText((await save("port 2\n")) as Path)).toBe(place);
		expect(readFileSync(place, "utf8")).toBe("port 2\n");
		writeFileSync(place, "po");
		await save("port 2\n");
		expect(readFileSync(place, "utf8")).toBe("port 2\n");
		expect(readdirSync(cage).sort()).toEqual(["edited", "root"]);
	} finally {
		rmSync(cage, { recursive: true, force: true });
	}
});
