import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeNewFile } from "../../src/base/host/place.ts";
import { pathFromText } from "../../src/base/path/path.ts";

let folder = "";
beforeEach(() => {
	folder = fs.mkdtempSync(join(tmpdir(), "write-new-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test("a new file is accessible only to its owner", async () => {
	const before = process.umask(0);
	try {
		await writeNewFile(pathFromText(join(folder, "new.txt")), "Käfig\n");
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
		await expect(writeNewFile(pathFromText(place), "new")).rejects.toMatchObject({ code: "file-exists", exit: 2 });
		if (kind === "file") expect(fs.readFileSync(place, "utf8")).toBe("old");
		if (kind === "link to nothing") expect(fs.readdirSync(folder)).toEqual(["there"]);
		if (kind === "link to a file") expect([fs.readlinkSync(place), fs.readFileSync(target, "utf8")]).toEqual([target, "old"]);
	},
);

test("a missing folder is named", async () => {
	const place = pathFromText(join(folder, "no/where"));
	await expect(writeNewFile(place, "x")).rejects.toMatchObject({
		code: "no-such-directory",
		values: { path: join(folder, "no") },
	});
	expect(fs.readdirSync(folder)).toEqual([]);
});
