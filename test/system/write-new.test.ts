import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeNewFile } from "../../src/system/files/text-files.ts";

let folder = "";
beforeEach(() => {
	folder = fs.mkdtempSync(join(tmpdir(), "write-new-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test("a new file is accessible only to its owner, and its real path is returned", async () => {
	const before = process.umask(0);
	try {
		expect(await writeNewFile(join(folder, "x/../new.txt"), "Käfig\n")).toBe(join(folder, "new.txt"));
	} finally {
		process.umask(before);
	}
	expect(fs.readFileSync(join(folder, "new.txt"), "utf8")).toBe("Käfig\n");
	expect(fs.statSync(join(folder, "new.txt")).mode & 0o777).toBe(0o600);
});

test.each(["file", "link to nothing", "link to a file", "directory"])(
	"a new file does not replace or follow an existing %s",
	async (kind) => {
		const [place, target] = [join(folder, "there"), join(folder, "target")];
		if (kind === "file") fs.writeFileSync(place, "old");
		if (kind === "directory") fs.mkdirSync(place);
		if (kind.startsWith("link")) fs.symlinkSync(target, place);
		if (kind === "link to a file") fs.writeFileSync(target, "old");
		await expect(writeNewFile(place, "new")).rejects.toMatchObject({ code: "file-exists", exit: 4 });
		if (kind === "file") expect(fs.readFileSync(place, "utf8")).toBe("old");
		if (kind === "link to nothing") expect(fs.readdirSync(folder)).toEqual(["there"]);
		if (kind === "link to a file") expect([fs.readlinkSync(place), fs.readFileSync(target, "utf8")]).toEqual([target, "old"]);
	},
);

test("a missing folder is named", async () => {
	await expect(writeNewFile(join(folder, "no/where"), "x")).rejects.toMatchObject({
		code: "cannot-write",
		values: { error: "ENOENT" },
	});
	expect(fs.readdirSync(folder)).toEqual([]);
});
