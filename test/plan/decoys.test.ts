import { describe, expect, test } from "vitest";
import { comparePlanWithManifest } from "../../src/cage/difference.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import type { Manifest } from "../../src/cage/manifest.ts";
import { isDecoy } from "../../src/plan/decoys.ts";
import { groupsOf } from "../../src/plan/groups.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { type Did, entryAt, planFor, rules, trace } from "./traces.ts";
import { directory, file, tree } from "./tree.ts";

const host = {
	"/root": directory({ mode: 0o700 }),
	"/root/.ssh/id_ed25519": file("a real key", { mode: 0o600 }),
	"/usr/bin/app": file("", { mode: 0o755 }),
	"/srv/app/data": file(""),
};

function planned(values: readonly string[], accesses: Readonly<Record<string, Did>> = {}, exclude: readonly string[] = []): Plan {
	const seen = trace({ "/usr/bin/app": "execute", ...accesses });
	return planFor(tree(host), seen, { rules: rules({ decoys: values, exclude }) });
}

const decoysOf = ({ entries }: Plan) => entries.filter(isDecoy).map(({ path }) => path as string);
const notesOf = ({ notes }: Plan) => notes.filter(({ code }) => code.includes("decoy")).map(({ code }) => code);
const usual = [
	"/.env",
	"/etc/shadow",
	"/root/.aws/credentials",
	"/root/.bash_history",
	"/root/.ssh/id_ed25519",
	"/var/backups/shadow.bak",
];

test("without a rule there are no decoys", () => expect(decoysOf(planned([]))).toEqual([]));

test("decoys are where intruders look, readable for every account, whatever the host has there", () => {
	const plan = planned(["auto"]);
	expect(decoysOf(plan)).toEqual(usual);
	const modes = ["/root", "/root/.ssh", "/root/.ssh/id_ed25519"].map((path) => entryAt(plan, path)?.mode);
	expect(modes).toEqual([0o755, 0o755, 0o644]);
	expect(entryAt(plan, "/root/.ssh/id_ed25519")).toMatchObject({ kind: "generated", uid: 0, risks: [] });
	expect(groupsOf(plan).find(({ name }) => name === "decoys")).toMatchObject({ paths: usual, recommendation: "generate" });
});

describe("a place gets no decoy", () => {
	test.each([
		["the application reads it", { "/.env": "read" }, "/.env"],
		["the application looks for it in vain", { "/etc/shadow": "ENOENT:read" }, "/etc/shadow"],
		["the application lists the directory", { "/var/backups": "list" }, "/var/backups/shadow.bak"],
		["the application uses the directory", { "/root/.ssh/known_hosts": "ENOENT:look" }, "/root/.ssh/id_ed25519"],
	])("if %s", (_, accesses, place) => {
		expect(usual.filter((path) => !decoysOf(planned(["auto"], accesses)).includes(path))).toContain(place);
	});
	test("if a rule excludes it", () => {
		expect(decoysOf(planned(["auto"], {}, ["/root/**", "/etc/shadow"]))).toEqual(["/.env", "/var/backups/shadow.bak"]);
	});
	test("if the application may write there", () => {
		const seen = trace({ "/usr/bin/app": "execute" });
		const plan = planFor(tree(host), seen, { rules: rules({ decoys: ["auto", "/srv/app/id_rsa"], writable: ["/srv/app"] }) });
		expect(decoysOf(plan)).toEqual(usual);
		expect(notesOf(plan)).toEqual(["decoy-left-out"]);
	});
	test("if a directory above it is closed in the cage", () => {
		expect(decoysOf(planned(["auto"], { "/root": "look" }))).toEqual(["/.env", "/etc/shadow", "/var/backups/shadow.bak"]);
	});
});

test("a named place is used in addition to the others, and reported if it is unusable", () => {
	const plan = planned(["/srv/backup/id_rsa", "/usr/bin/app", "/usr/bin/app/x"]);
	expect(decoysOf(plan)).toEqual(["/srv/backup/id_rsa"]);
	expect(notesOf(plan)).toEqual(["decoy-left-out", "decoy-left-out"]);
	expect(decoysOf(planned(["/srv/backup/id_rsa", "auto"]))).toHaveLength(usual.length + 1);
	expect(notesOf(planned(["auto"], {}, ["/**"]))).toEqual(["decoys-none"]);
});

test("random content is no difference between a plan and a generation", () => {
	const plan = planned(["auto"]);
	const entries = cageEntries(plan).map((entry) => (isDecoy(entry) ? { ...entry, content: "random", size: 6, mtime: 7 } : entry));
	const { accounts, application, identity, permissions, writable } = plan;
	const manifest = { accounts, binds: [], command: application.command, entries, identity, permissions, writable };
	const difference = comparePlanWithManifest(plan, manifest as unknown as Manifest);
	expect(difference).toEqual({ added: [], changed: [], removed: [], settings: [] });
});
