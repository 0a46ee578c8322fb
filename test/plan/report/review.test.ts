import { describe, expect, test } from "vitest";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { noRules } from "../../../src/service/application.ts";
import { reviewLines, reviewRows, reviewText } from "../../../src/wizard/steps/build/review.ts";
import { entry, plan, writable } from "../../cage/plans.ts";
import { messagesIn } from "../../texts.ts";
import { hostView } from "../../ui/scripted-plan.ts";
import { redis } from "../../ui/scripted-session.ts";

const en = messagesIn("en");

const memfd = { name: "memfd", why: "memfd_create" };
const everything: Partial<Plan> = {
	application: { ...redis.application, env: { TOKEN: "very secret" }, limits: { memory: 1 << 29, processes: 9, files: 64 } },
	identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root" },
	rules: { ...noRules, binds: [{ path: "/srv/x", access: "rw" }], withoutAccounts: ["user:games"] },
	permissions: { capabilities: [{ name: "chown", why: "fchownat" }], proc: "/proc/self", refused: [memfd] },
	writable: [writable("/var/lib/a"), writable("/var/lib/b", { seeds: [{ path: pathFromText("/var/lib/b/x"), bytes: 3000 }] })],
	shared: [{ path: pathFromText("/etc/ssl"), kind: "certificates", example: pathFromText("/etc/ssl/a"), files: 1, bytes: 2 }],
	offers: [{ kind: "state", path: pathFromText("/var/lib/c"), files: 2, bytes: 9 }],
	declined: [{ path: pathFromText("/etc/key\x1b[2J"), risk: "secret" }],
	notes: [{ code: "gap-lost", values: {} }],
};

function rows(values: Partial<Plan> = everything, around: Partial<typeof hostView> = {}) {
	const device = entry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 } });
	const { application } = { ...redis, ...values };
	const answers = { ...redis, application, dedicatedAccount: "cage-redis" };
	const made = plan([entry("/bin/app", { size: 1000 }), device], values);
	return reviewRows({ plan: made, answers, hostView: { ...hostView, ...around }, warnings: [] });
}

const lineWith = (text: string, part: string) => text.split("\n").find((line) => line.includes(part));

describe("the review as text", () => {
	const text = reviewText("redis", rows(), en);
	test("gives each permission's reason and the option that refuses it", () => {
		expect(lineWith(text, "CAP_CHOWN")).toMatch(/^! .*\(fchownat\).*--refuse capability:chown/);
		expect(lineWith(text, "/proc, only its own")).toMatch(/^! .*--refuse proc/);
		expect(lineWith(text, "refused by you")).toContain("memfd (memfd_create)");
	});
	test("marks dangerous items with a character, not only with a colour", () => {
		for (const part of ["starts as root", "/srv/x", "CAP_CHOWN"]) expect(lineWith(text, part)).toMatch(/^!/);
		expect(lineWith(text, "/etc/ssl")).toMatch(/^ /);
	});
	test("shows what is copied once or starts empty, and the options that include excluded items", () => {
		expect(lineWith(text, "/var/lib/a ")).toContain("starts empty");
		expect(lineWith(text, "/var/lib/b")).toContain("3 kB copied from the host once: /var/lib/b/x");
		expect(text).toContain("--allow-secret");
		expect(text).toContain("--seed /var/lib/c");
	});
	test("shows no variable's value and controls no terminal", () => {
		expect(text).toContain("TOKEN");
		expect(text).not.toContain("very secret");
		expect(text).not.toContain("\x1b");
		expect(text).toContain("/etc/key\\x1b[2J");
	});
	test("warns if the files do not fit on the disk", () => {
		const line = (free: number) => lineWith(reviewText("redis", rows(everything, { free }), en), "are free");
		expect(line(5000)).toMatch(/^ /);
		expect(line(3000)).toMatch(/^!/);
	});
});

test.each(["en", "de"] as const)("every kind of group, state and warning has a word in %s", (language) => {
	const messages = messagesIn(language);
	const cage = { generation: 2, command: ["/bin/app"], adopted: "app.service" };
	const all = [...rows(), ...rows({}), ...rows(everything, { cage }), ...rows(everything, { hasData: true })];
	for (const { label, section, value } of reviewLines(all, messages)) {
		expect(`${label} ${value}`).not.toMatch(/undefined|[{}]/);
		if (!section) expect(value).not.toBe("");
	}
});

test("the review names the options for limits and cuts no sentence about an existing cage", () => {
	const lines = reviewLines(rows(everything, { cage: { generation: 1, command: ["/bin/app"] } }), en);
	const about = lines.filter(({ value }) => value.includes("Generation 1") || value.includes("seed files"));
	expect(about.map(({ isSentence }) => isSentence)).toEqual([true, true]);
	const none = reviewLines(rows({}), en).find(({ value }) => value.includes("--limit-memory"));
	expect(none?.value).toMatch(/^none /);
});
