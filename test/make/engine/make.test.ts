import { expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import { Failure, type FailureCode } from "../../../src/base/failure.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { Cage } from "../../../src/cage/cage.ts";
import { makePresent } from "../../../src/make/engine/switching.ts";
import { warningsOf } from "../../../src/make/engine/unproven-notes.ts";
import type { Offer, Risk } from "../../../src/plan/plan.ts";
import { absent, entry } from "../../cage/plans.ts";
import { made } from "../report/made.ts";

/** The part of a plan that leaves these out. */
const leaving = (risks: Readonly<Record<string, Risk>>) => {
	const declined = Object.entries(risks).map(([path, risk]) => ({ path: pathFromText(path), risk }));
	return { declined, entries: declined.map(({ path, risk }) => entry(path, { decision: "declined", risks: [risk] })) };
};

const missing = (path: string) => absent(path, { declined: true, proven: true });

test("notes of the plan about what is not proven or not shared are warnings, and no other note is", () => {
	const notes = [
		{ code: "unit-notify", values: {} },
		{ code: "unproven-login", values: { exercise: "--exercise x" } },
		{ code: "site-read-only", values: { path: "/srv/up" } },
		{ code: "site-link", values: { link: "/srv/now", path: "/srv/1" } },
		{ code: "site-left-out", values: { path: "/srv/x", by: "/etc/x", problem: "/srv/x/.env" } },
	];
	const codes = warningsOf(made({ plan: { notes } })).map(({ code }) => code);
	expect(codes).toEqual(["unproven-login", "site-read-only", "site-left-out"]);
});

test("state that no run read is named with the option that copies it, except in a cache", () => {
	const left = (path: string, kind: Offer["kind"] = "state"): Offer => ({ kind, path: pathFromText(path), files: 3, bytes: 12 });
	const offers = [left("/srv/node"), left("/var/cache/app"), left("/usr/lib/app", "plug-ins")];
	expect(warningsOf(made({ plan: { offers } }))).toEqual([{ code: "unproven-state", values: { count: 3, path: "/srv/node" } }]);
});

test("an exercise that fails only in the cage names the options for what was left out, and no password", () => {
	const job = made({
		trial: { failedExercises: ["curl ftp://ann:secret@127.0.0.1/"] },
		plan: leaving({ "/etc/shadow": "secret", "/usr/sbin/unix_chkpwd": "setuid" }),
	});
	const [warning, ...others] = warningsOf({ ...job, missing: [missing("/etc/shadow"), missing("/usr/sbin/unix_chkpwd")] });
	expect(others).toEqual([]);
	expect(warning).toEqual({
		code: "unproven-left-out",
		values: {
			exercise: "curl ftp://ann:********@127.0.0.1/",
			options: "--allow-secret /etc/shadow --accept-finding shadow-file:/etc/shadow --allow-setuid /usr/sbin/unix_chkpwd",
		},
	});
	expect(warningsOf({ ...job, missing: [] }).map(({ code }) => code)).toEqual(["unproven-in-cage"]);
});

test("a program that was left out is named, although the application answers without it", () => {
	const plan = leaving({ "/usr/sbin/helper": "setuid", "/etc/key": "secret" });
	const started = absent("/usr/sbin/helper", { call: "execve", declined: true });
	const opened = absent("/etc/key", { declined: true });
	expect(warningsOf({ ...made({ plan }), missing: [opened, started] })).toEqual([
		{ code: "left-out-programs", values: { name: "app", paths: "/usr/sbin/helper", options: "--allow-setuid /usr/sbin/helper" } },
	]);
	const absentOnHost = absent("/usr/sbin/helper", { call: "execve" });
	expect(warningsOf({ ...made({ plan }), missing: [absentOnHost] })).toEqual([]);
});

const fails = (code: FailureCode) => () => Promise.reject(new Failure(code));

test("if a disk breaks after the switch, the first error is reported, not one of the repair", async () => {
	const store = {
		present: async () => 1,
		names: async () => ["redis"],
		cage: async () => ({ name: "redis" }),
		saveCage: async () => {},
		folder: () => "/state/cages/redis",
		building: { publish: async () => {}, restore: fails("read-only-file-system") },
	};
	const context = { machine: { store, units: { installed: async () => ({ kind: "none" }) } }, emit() {} } as unknown as Context;
	const steps = { note: fails("disk-error"), giveUp: fails("generation-in-use") };
	await expect(makePresent(context, { name: "redis" } as Cage, 2, steps)).rejects.toMatchObject({ code: "disk-error" });
});
